#![allow(missing_docs, unsafe_code, unused_qualifications, clippy::all, reason = "generated")]

wit_bindgen::generate!({ path: "../wit", world: "code-assist", pub_export_macro: true });
