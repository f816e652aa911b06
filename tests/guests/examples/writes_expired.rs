//! It writes when the capability has expired.
#![cfg(target_arch = "wasm32")]

use guests::{capability, process, scoped, write};

guests::agent!(|| {
    let write_cap = scoped("repo.write", r#"{"seconds":1}"#);
    let check = capability("repo.check");
    let _ = process::run_checks(&check, &["wait".to_owned()]);
    write(&write_cap, "a.txt");
});
