//! It computes for ever.
#![cfg(target_arch = "wasm32")]

guests::agent!(|| {
    let mut x = 1_u64;
    while std::hint::black_box(x) != 0 {
        x = x.wrapping_mul(3) | 1;
    }
});
