// Shared with the build script, which compiles the agent ahead of time.

use wasmtime::Config;

/// Bytes of stack that the agent may use.
const STACK_BYTES: usize = 1024 * 1024;

/// How WebAssembly is run here: everything off that the agent does not use, and
/// nothing left to chance.
pub(crate) fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .wasm_memory64(false)
        .wasm_relaxed_simd(false)
        .wasm_simd(false)
        .wasm_tail_call(false)
        .wasm_multi_memory(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        .cranelift_nan_canonicalization(true)
        .epoch_interruption(true)
        .max_wasm_stack(STACK_BYTES)
        .async_stack_size(2 * STACK_BYTES)
        // Nobody but Wasmtime looks through the agent's frames.
        .native_unwind_info(cfg!(windows))
        // A run is one instance: an image to share would only cost.
        .memory_init_cow(false);
    config
}
