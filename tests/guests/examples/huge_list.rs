//! It passes more than may cross in a call.
#![cfg(target_arch = "wasm32")]

use guests::{capability, file, repo};

guests::agent!(|| {
    let _ = repo::write(&capability("repo.write"), &[file("a.txt", vec![1; 200 << 20])]);
});
