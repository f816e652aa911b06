use serde_json::{Value, json};

use super::{COUNTS, Call, Counted, End, Reply, Script, Sent, pieces};
use crate::Delivery;

pub(super) fn answer(delivery: Delivery, script: &Script) -> Reply {
    // What a filter withholds comes as an error.
    let filtered = error("invalid_request_error", "Output blocked by content filtering policy");
    match (delivery, &script.end) {
        (Delivery::Whole, End::Filtered) => Reply::whole(400, &filtered),
        (Delivery::Streamed, End::Filtered) => Reply::streamed(&interrupted(&filtered)),
        (Delivery::Whole, _) => Reply::whole(200, &message(script)),
        (Delivery::Streamed, _) => Reply::streamed(&events(script)),
    }
}

fn end(script: &Script) -> Value {
    let (reason, details) = match &script.end {
        End::Length => ("max_tokens", Value::Null),
        End::Refused(words) => {
            ("refusal", json!({ "type": "refusal", "category": "cyber", "explanation": words }))
        }
        End::Finished | End::Filtered if script.calls.is_empty() => ("end_turn", Value::Null),
        End::Finished | End::Filtered => ("tool_use", Value::Null),
    };
    json!({ "stop_reason": reason, "stop_sequence": null, "stop_details": details })
}

fn usage(script: &Script) -> Value {
    let [input, cached, output, reasoning] = COUNTS;
    match script.counted {
        Counted::Silent => json!({}),
        Counted::Told => json!({
            "input_tokens": input - cached,
            "cache_read_input_tokens": cached,
            "cache_creation_input_tokens": 0,
            "output_tokens": output,
            "output_tokens_details": { "thinking_tokens": reasoning },
        }),
    }
}

fn message(script: &Script) -> Value {
    let mut blocks = vec![json!({ "type": "thinking", "thinking": "Hm.", "signature": "c2ln" })];
    if !script.text.is_empty() {
        blocks.push(json!({ "type": "text", "text": script.text, "citations": null }));
    }
    blocks.extend(script.calls.iter().map(|call| called(call, call.input())));
    let mut message = json!({
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": blocks,
        "usage": usage(script),
    });
    for (name, value) in end(script).as_object().into_iter().flatten() {
        message[name.as_str()] = value.clone();
    }
    message
}

fn called(call: &Call, input: Value) -> Value {
    json!({ "type": "tool_use", "id": call.id, "name": call.name, "input": input })
}

fn started() -> Value {
    json!({
        "type": "message_start",
        "message": {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [],
            "stop_reason": null,
            "stop_sequence": null,
            "usage": { "output_tokens": 1 },
        },
    })
}

fn events(script: &Script) -> Vec<Sent> {
    let thought = json!({ "type": "thinking", "thinking": "", "signature": "" });
    let told = [
        json!({ "type": "thinking_delta", "thinking": "Hm." }),
        json!({ "type": "signature_delta", "signature": "c2ln" }),
    ];
    let mut blocks = vec![(thought, told.to_vec())];
    if !script.text.is_empty() {
        let told = pieces(&script.text);
        let told = told.iter().map(|piece| json!({ "type": "text_delta", "text": piece })).collect();
        blocks.push((json!({ "type": "text", "text": "" }), told));
    }
    for call in &script.calls {
        let told = pieces(&call.arguments);
        let told = told.iter().map(|piece| json!({ "type": "input_json_delta", "partial_json": piece }));
        blocks.push((called(call, json!({})), told.collect()));
    }
    let mut events =
        vec![Sent::named("message_start", &started()), Sent::named("ping", &json!({ "type": "ping" }))];
    for (index, (block, deltas)) in blocks.iter().enumerate() {
        let start = json!({ "type": "content_block_start", "index": index, "content_block": block });
        events.push(Sent::named("content_block_start", &start));
        for delta in deltas {
            let delta = json!({ "type": "content_block_delta", "index": index, "delta": delta });
            events.push(Sent::named("content_block_delta", &delta));
        }
        let stop = json!({ "type": "content_block_stop", "index": index });
        events.push(Sent::named("content_block_stop", &stop));
    }
    let last = json!({ "type": "message_delta", "delta": end(script), "usage": usage(script) });
    events.push(Sent::named("message_delta", &last));
    events.push(Sent::named("message_stop", &json!({ "type": "message_stop" })));
    events
}

pub(super) fn error(kind: &str, message: &str) -> Value {
    json!({ "type": "error", "error": { "type": kind, "message": message }, "request_id": "req_1" })
}

/// A stream that an error ends.
pub(super) fn interrupted(error: &Value) -> Vec<Sent> {
    vec![Sent::named("message_start", &started()), Sent::named("error", error)]
}
