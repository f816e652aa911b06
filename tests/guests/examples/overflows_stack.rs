//! It calls itself for ever.
#![cfg(target_arch = "wasm32")]

guests::agent!(|| {
    fn deeper(depth: u64) -> u64 {
        let held = std::hint::black_box([depth; 64]);
        if held[0] == u64::MAX { 0 } else { deeper(depth + 1) + held[1] }
    }
    std::hint::black_box(deeper(0));
});
