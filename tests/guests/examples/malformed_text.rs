//! It passes text that is none.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, reason = "it breaks the rules on purpose")]

use guests::{capability, repo};

guests::agent!(|| {
    let text = unsafe { String::from_utf8_unchecked(vec![b'a', 0xff, 0xfe]) };
    let _ = repo::read(&capability("repo.read"), &text);
});
