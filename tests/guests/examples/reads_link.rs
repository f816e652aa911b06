//! It reads through a link that leads out.
#![cfg(target_arch = "wasm32")]

use guests::{capability, repo};

guests::agent!(|| {
    let _ = repo::read(&capability("repo.read"), "link/outside.txt");
    let _ = repo::read(&capability("repo.read"), "outlink.txt");
});
