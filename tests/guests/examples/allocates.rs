//! It takes all the memory there is.
#![cfg(target_arch = "wasm32")]

guests::agent!(|| {
    let mut all = Vec::new();
    loop {
        all.push(vec![1_u8; 1 << 20]);
        std::hint::black_box(&all);
    }
});
