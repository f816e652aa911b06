//! It asks for a power that does not exist.
#![cfg(target_arch = "wasm32")]

use guests::runner;

guests::agent!(|| {
    let _ = runner::request_capability("repo.merge", "{}", "merge it");
});
