//! It imports a clock that nobody asked for.
#![cfg(target_arch = "wasm32")]
#![allow(
    missing_docs,
    unsafe_code,
    unsafe_op_in_unsafe_fn,
    unused_qualifications,
    clippy::all,
    reason = "generated"
)]

wit_bindgen::generate!({
    inline: "
        package agennext:hostile;

        world hostile {
            import wasi:clocks/wall-clock@0.2.0;
            export tell: func() -> u64;
        }

        package wasi:clocks@0.2.0 {
            interface wall-clock {
                now: func() -> u64;
            }
        }
    ",
    world: "agennext:hostile/hostile",
    generate_all,
});

struct Hostile;

impl Guest for Hostile {
    fn tell() -> u64 {
        wasi::clocks::wall_clock::now()
    }
}

export!(Hostile);
