use serde_json::{Value, json};

use super::{COUNTS, Call, Counted, End, Reply, Script, Sent, pieces};
use crate::Delivery;

pub(super) fn answer(delivery: Delivery, script: &Script) -> Reply {
    let documents = documents(delivery, script);
    match delivery {
        Delivery::Whole => Reply::whole(200, &documents[0]),
        Delivery::Streamed => Reply::streamed(&documents.iter().map(Sent::unnamed).collect::<Vec<_>>()),
    }
}

fn documents(delivery: Delivery, script: &Script) -> Vec<Value> {
    if matches!(script.end, End::Refused(_)) {
        let blocked = json!({ "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" } });
        return vec![counted(script, blocked)];
    }
    let texts = match delivery {
        Delivery::Whole => vec![script.text.clone()],
        Delivery::Streamed => pieces(&script.text),
    };
    let texts = texts.iter().filter(|text| !text.is_empty() && script.end != End::Filtered);
    let mut parts: Vec<_> = texts.map(|text| json!({ "text": text })).collect();
    parts.extend(script.calls.iter().enumerate().map(called));
    let reason = match script.end {
        End::Length => "MAX_TOKENS",
        End::Filtered => "SAFETY",
        End::Finished | End::Refused(_) => "STOP",
    };
    let candidate = |parts: Value| json!({ "content": { "role": "model", "parts": parts }, "index": 0 });
    let mut documents: Vec<_> = match delivery {
        Delivery::Whole => vec![candidate(parts.into())],
        Delivery::Streamed => {
            parts.into_iter().map(|part| candidate(json!([part]))).chain([candidate(json!([]))]).collect()
        }
    };
    if let Some(last) = documents.last_mut() {
        last["finishReason"] = reason.into();
    }
    documents.into_iter().map(|candidate| counted(script, json!({ "candidates": [candidate] }))).collect()
}

/// Of calls made together the first is signed.
fn called((index, call): (usize, &Call)) -> Value {
    let mut function = json!({ "name": call.name, "args": call.input() });
    if !call.id.is_empty() {
        function["id"] = call.id.as_str().into();
    }
    let mut part = json!({ "functionCall": function });
    if index == 0 {
        part["thoughtSignature"] = "c2ln".into();
    }
    part
}

fn counted(script: &Script, mut document: Value) -> Value {
    let [input, cached, output, reasoning] = COUNTS;
    if script.counted == Counted::Told {
        document["usageMetadata"] = json!({
            "promptTokenCount": input,
            "cachedContentTokenCount": cached,
            "candidatesTokenCount": output - reasoning,
            "thoughtsTokenCount": reasoning,
            "totalTokenCount": input + output,
        });
    }
    document
}

pub(super) fn error(status: u16, kind: &str, message: &str) -> Value {
    json!({ "error": { "code": status, "message": message, "status": kind } })
}

/// A stream that an error ends.
pub(super) fn interrupted(error: &Value) -> Vec<Sent> {
    let said = json!({ "candidates": [{ "content": { "role": "model", "parts": [{ "text": "Well" }] } }] });
    vec![Sent::unnamed(&said), Sent::unnamed(error)]
}
