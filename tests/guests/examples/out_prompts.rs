//! It sends all that it was told to a model.
#![cfg(target_arch = "wasm32")]

use guests::{bindings::agennext::code_assist::types::Error, capability, network};

guests::agent!(answers: |request| {
    let invoke = capability("protocol.invoke");
    let said = network::invoke(&invoke, "model.default", "complete", request);
    let (Ok(text) | Err(Error::Refused(text) | Error::Failed(text))) = said;
    let summary: String = text.escape_default().collect::<String>().replace(['"', '\\'], " ");
    format!(r#"{{"conclusion":"proposed","summary":"{summary}","changelog":""}}"#)
});
