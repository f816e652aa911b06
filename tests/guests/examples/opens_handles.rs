//! It asks for capabilities for ever.
#![cfg(target_arch = "wasm32")]

use guests::capability;

guests::agent!(|| {
    let mut all = Vec::new();
    loop {
        all.push(capability("repo.read"));
    }
});
