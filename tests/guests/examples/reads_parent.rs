//! It reads a file above the repository.
#![cfg(target_arch = "wasm32")]

use guests::{capability, repo};

guests::agent!(|| {
    let read = capability("repo.read");
    let _ = repo::read(&read, "../outside.txt");
    let _ = repo::read(&read, "a/../../outside.txt");
});
