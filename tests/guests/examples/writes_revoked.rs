//! It writes under a capability that is taken back meanwhile.
#![cfg(target_arch = "wasm32")]

use guests::{capability, process, write};

guests::agent!(|| {
    let held = capability("repo.write");
    let check = capability("repo.check");
    let _ = process::run_checks(&check, &["wait".to_owned()]);
    write(&held, "a.txt");
});
