//! It uses up what the operator's limit leaves, and asks for the capability again.
#![cfg(target_arch = "wasm32")]

use guests::{capability, repo};

guests::agent!(|| {
    let _ = repo::diff(&capability("repo.diff"));
    let _ = repo::diff(&capability("repo.diff"));
});
