//! It passes a list that is too long.
#![cfg(target_arch = "wasm32")]

use guests::{capability, file, repo};

guests::agent!(|| {
    let changes: Vec<_> = (0..20_000).map(|index| file(&format!("f{index}"), Vec::new())).collect();
    let _ = repo::write(&capability("repo.write"), &changes);
});
