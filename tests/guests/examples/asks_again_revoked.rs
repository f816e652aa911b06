//! It asks again for what was taken back.
#![cfg(target_arch = "wasm32")]

use guests::{capability, runner};

guests::agent!(|| {
    let _writing = capability("repo.write");
    let _ = runner::request_capability("repo.write", "{}", "once more");
});
