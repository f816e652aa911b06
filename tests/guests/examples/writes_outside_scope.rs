//! It writes a file that the capability does not reach.
#![cfg(target_arch = "wasm32")]

use guests::{scoped, write};

guests::agent!(|| {
    write(&scoped("repo.write", r#"{"paths":["docs"]}"#), "a.txt");
});
