//! It passes a NUL in a path.
#![cfg(target_arch = "wasm32")]

use guests::{capability, repo};

guests::agent!(|| {
    let _ = repo::read(&capability("repo.read"), "a.txt\0.md");
});
