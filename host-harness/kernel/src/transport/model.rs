//! Models: the agent's request goes out as it is, what the person is to hear is told while it
//! comes, and the whole answer comes back as a document.

mod document;
mod envelope;
mod events;
mod person;
mod telling;

use policy::{
    Code,
    blob::sha256,
    config::{ActionConfig, Dialect, ModelPlace},
};
use serde_json::Value;

use super::{
    http,
    recorded::{self, Recorded, Recording},
};
use crate::{
    KernelError,
    net::{Binding, Incoming, Method, Outgoing, Repeat},
};
use envelope::Envelope;
use telling::Telling;

/// The action whose answers are told while they come.
const STREAM: &str = "stream";

type Hear<'a> = &'a mut (dyn FnMut(&str) + Send);

pub(super) async fn invoke(
    binding: &Binding,
    place: &ModelPlace,
    action: &str,
    input: &str,
    hear: Hear<'_>,
) -> Result<Value, KernelError> {
    let found = binding.action(action).ok_or_else(|| http::unknown(binding, action))?;
    let envelope = Envelope::parse(input).map_err(|why| http::odd(binding, &why))?;
    if let Some(recording) = binding.recording() {
        return replayed(binding, recording, action, input, &envelope, hear);
    }
    let incoming = match action {
        STREAM => streamed(binding, place, found, envelope, hear).await?,
        _ => binding.send(outgoing(found, &envelope, "application/json")).await?,
    };
    readable(binding, &incoming)?;
    let answer = document::of(&incoming);
    if let Some(file) = &place.record {
        let call = Recorded::of(binding.name(), action, &sha256(input.as_bytes()), answer.clone());
        recorded::append(std::path::Path::new(file), &call)?;
    }
    Ok(answer)
}

/// Refuses an answer that is no text: what an agent would make of it is not what was said.
fn readable(binding: &Binding, answer: &Incoming) -> Result<(), KernelError> {
    let is_answer = (200..300).contains(&answer.status) && answer.cut.is_none();
    match std::str::from_utf8(&answer.body) {
        Err(fault) if is_answer => {
            let (name, at) = (binding.name(), fault.valid_up_to());
            let message = format!("binding `{name}`: the answer is no text in UTF-8, from byte {at} on");
            Err(KernelError::new(Code::ModelStream, message))
        }
        _ => Ok(()),
    }
}

/// Asks, and tells the person what comes. The incoming answer is whole all the same.
async fn streamed(
    binding: &Binding,
    place: &ModelPlace,
    action: &ActionConfig,
    envelope: Envelope,
    hear: Hear<'_>,
) -> Result<Incoming, KernelError> {
    let accept = match place.dialect {
        Dialect::BedrockConverse => "application/vnd.amazon.eventstream",
        _ => "text/event-stream",
    };
    let outgoing = outgoing(action, &envelope, accept);
    let (mut telling, mut whole) = (Telling::new(envelope.told), Vec::new());
    let heard = |piece: &[u8]| {
        whole.extend_from_slice(piece);
        telling.push(piece, &mut *hear);
    };
    let incoming = binding.stream(outgoing, heard).await?;
    telling.finish(hear);
    let body = if whole.is_empty() { incoming.body } else { whole };
    Ok(Incoming { body, ..incoming })
}

/// A model is asked again where nobody knows what came of it: at the worst that is paid twice.
fn outgoing(action: &ActionConfig, envelope: &Envelope, accept: &str) -> Outgoing {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Outgoing {
        method: Method::from(action.method),
        path: action.path.clone(),
        headers: vec![header("accept", accept), header("content-type", "application/json")],
        body: envelope.body(),
        repeat: Repeat::Harmless,
    }
}

/// What a recording answers, told to the person as it was then.
fn replayed(
    binding: &Binding,
    recording: &Recording,
    action: &str,
    input: &str,
    envelope: &Envelope,
    hear: Hear<'_>,
) -> Result<Value, KernelError> {
    let mut answer = recording.answer(binding.name(), action, &sha256(input.as_bytes()))?;
    let known = binding.leaving().known();
    if !known.is_empty() {
        known.redact_json(&mut answer);
    }
    if let (STREAM, Some(text)) = (action, answer.get("body").and_then(Value::as_str)) {
        let mut telling = Telling::new(envelope.told.clone());
        telling.push(text.as_bytes(), hear);
        telling.finish(hear);
    }
    Ok(answer)
}
