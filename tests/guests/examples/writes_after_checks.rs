//! It has the checks run, and writes something else afterwards.
#![cfg(target_arch = "wasm32")]

use guests::{capability, process, write};

guests::agent!(|| {
    let writing = capability("repo.write");
    write(&writing, "a.txt");
    let _ = process::run_checks(&capability("repo.check"), &["wait".to_owned()]);
    write(&writing, "b.txt");
});
