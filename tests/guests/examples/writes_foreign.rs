//! It writes under a handle that it was never given.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, reason = "it breaks the rules on purpose")]

use guests::{runner, write};

guests::agent!(|| {
    let forged = unsafe { runner::Capability::from_handle(7) };
    write(&forged, "a.txt");
});
