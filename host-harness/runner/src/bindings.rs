#![allow(missing_docs, unused_qualifications, clippy::all, reason = "generated")]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "code-assist",
    imports: { default: async | trappable },
    exports: { default: async },
    with: { "agennext:code-assist/runner.capability": crate::grants::Held },
});
