//! It writes more bytes than the capability is good for.
#![cfg(target_arch = "wasm32")]

use guests::{scoped, write};

guests::agent!(|| {
    let little = scoped("repo.write", r#"{"bytes":4}"#);
    write(&little, "a.txt");
});
