#![allow(
    missing_docs,
    unsafe_code,
    unsafe_op_in_unsafe_fn,
    unused_qualifications,
    clippy::all,
    reason = "generated"
)]

wit_bindgen::generate!({ path: "../wit", world: "code-assist", pub_export_macro: true });
