//! It panics.
#![cfg(target_arch = "wasm32")]

guests::agent!(|| {
    let text: Option<&str> = None;
    text.expect("the hostile word");
});
