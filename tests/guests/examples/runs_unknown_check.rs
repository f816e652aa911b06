//! It runs a check that the request does not name.
#![cfg(target_arch = "wasm32")]

use guests::{capability, process};

guests::agent!(|| {
    let _ = process::run_checks(&capability("repo.check"), &["rm -rf /".to_owned()]);
});
