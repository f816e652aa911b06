//! It writes more often than the capability is good for.
#![cfg(target_arch = "wasm32")]

use guests::{scoped, write};

guests::agent!(|| {
    let once = scoped("repo.write", r#"{"uses":1}"#);
    write(&once, "a.txt");
    write(&once, "b.txt");
});
