//! It reads what is in `.git`, by its name and by a link.
#![cfg(target_arch = "wasm32")]

use guests::{capability, repo};

guests::agent!(|| {
    let read = capability("repo.read");
    let _ = repo::read(&read, "gitlink/config");
    let _ = repo::read(&read, ".git/config");
});
