//! It asks with a scope that is none.
#![cfg(target_arch = "wasm32")]

use guests::runner;

guests::agent!(|| {
    let _ = runner::request_capability("repo.read", r#"{"paths":["../x"],"paths":[]}"#, "read");
});
