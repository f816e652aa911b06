//! It writes through a link that leads out.
#![cfg(target_arch = "wasm32")]

use guests::{capability, file, repo};

guests::agent!(|| {
    let _ = repo::write(&capability("repo.write"), &[file("link/outside.txt", vec![1])]);
});
