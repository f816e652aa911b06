//! It asks for a power that the request does not allow.
#![cfg(target_arch = "wasm32")]

use guests::runner;

guests::agent!(|| {
    let _ = runner::request_capability("repo.push", "{}", "push it");
});
