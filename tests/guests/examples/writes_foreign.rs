//! It writes under a handle that it was never given.
#![allow(unsafe_code, reason = "it breaks the rules on purpose")]

use guests::{runner, write};

guests::agent!(|| {
    let forged = unsafe { runner::Capability::from_handle(7) };
    write(&forged, "a.txt");
});
