//! It calls out.
#![cfg(target_arch = "wasm32")]

use guests::runner;

guests::agent!(|| {
    let _ = runner::request_capability("protocol.invoke", "{}", "call home");
});
