//! It reads a file by its place on the machine.
#![cfg(target_arch = "wasm32")]

use guests::{capability, repo};

guests::agent!(|| {
    let _ = repo::read(&capability("repo.read"), "/etc/passwd");
});
