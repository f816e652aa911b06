//! It calls ten million times.
#![cfg(target_arch = "wasm32")]

use guests::{capability, repo};

guests::agent!(|| {
    let read = capability("repo.read");
    for _ in 0..10_000_000 {
        let _ = repo::read(&read, "a.txt");
    }
});
