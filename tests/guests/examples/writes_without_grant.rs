//! It writes under a capability that is for reading.
#![cfg(target_arch = "wasm32")]

use guests::{capability, write};

guests::agent!(|| {
    write(&capability("repo.read"), "a.txt");
});
