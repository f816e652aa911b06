//! HTTP: an action is a method and a path of the configuration, its input a JSON body.

use agent_contract::fault::shown;
use policy::{
    Code,
    config::{ActionConfig, MethodName},
};
use serde_json::{Value, json};

use super::PUBLISH;
use crate::{
    KernelError,
    net::{Binding, Incoming, Method, Outgoing, Repeat},
};

/// Of a text that is no JSON more is cut off.
const TEXT_BYTES_MAX: usize = 1024 * 1024;

pub(super) async fn invoke(binding: &Binding, action: &str, input: &str) -> Result<Value, KernelError> {
    let found = binding.action(action).ok_or_else(|| unknown(binding, action))?;
    let outgoing = outgoing(binding, found, input)?;
    Ok(document(&binding.send(outgoing).await?))
}

pub(super) async fn publish(binding: &Binding, metadata: &str) -> Result<Value, KernelError> {
    let found = binding.action(PUBLISH).ok_or_else(|| unknown(binding, PUBLISH))?;
    match found.method {
        MethodName::Put | MethodName::Post => invoke(binding, PUBLISH, metadata).await,
        other => {
            Err(odd(binding, &format!("metadata is published with PUT or POST, not {}", other.as_str())))
        }
    }
}

pub(super) fn unknown(binding: &Binding, action: &str) -> KernelError {
    let message = format!(
        "binding `{}` has no action `{}`\nhint: the binding's `actions` name what can be invoked",
        shown(binding.name()),
        shown(action)
    );
    KernelError::new(Code::NetAction, message)
}

pub(super) fn odd(binding: &Binding, why: &str) -> KernelError {
    KernelError::new(Code::TransportInput, format!("binding `{}`: {why}", shown(binding.name())))
}

fn outgoing(binding: &Binding, action: &ActionConfig, input: &str) -> Result<Outgoing, KernelError> {
    let reads = action.method == MethodName::Get;
    let input: Value = serde_json::from_str(input)
        .map_err(|error| odd(binding, &format!("the input is not JSON: {error}")))?;
    let empty = input.is_null() || input.as_object().is_some_and(serde_json::Map::is_empty);
    if reads && !empty {
        return Err(odd(binding, "an action that reads takes no input but `null` or `{}`"));
    }
    let mut headers = vec![("accept".to_owned(), "application/json, */*;q=0.1".to_owned())];
    if !reads {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    Ok(Outgoing {
        method: Method::from(action.method),
        path: action.path.clone(),
        headers,
        body: if reads { Vec::new() } else { input.to_string().into_bytes() },
        repeat: if reads || action.harmless { Repeat::Harmless } else { Repeat::Never },
    })
}

/// An answer as a document. What says that it is JSON and is none is text.
fn document(answer: &Incoming) -> Value {
    let content_type = answer.header("content-type").unwrap_or_default();
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json = kind == "application/json" || kind.ends_with("+json");
    let parsed = is_json.then(|| serde_json::from_slice::<Value>(&answer.body).ok()).flatten();
    let mut document = json!({ "status": answer.status, "content_type": kind });
    if let Some(body) = parsed {
        document["body"] = body;
        return document;
    }
    let text = &answer.body[..answer.body.len().min(TEXT_BYTES_MAX)];
    document["body"] = String::from_utf8_lossy(text).into();
    if text.len() < answer.body.len() {
        document["truncated"] = true.into();
    }
    document
}
