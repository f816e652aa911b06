//! It searches everything under a capability for one folder.
#![cfg(target_arch = "wasm32")]

use guests::{repo, scoped};

guests::agent!(|| {
    let _ = repo::search(&scoped("repo.read", r#"{"paths":["docs"]}"#), "a", None, 10);
});
