use serde_json::{Value, json};

use super::{COUNTS, Call, Counted, End, Reply, Script, Sent, pieces};
use crate::Delivery;

pub(super) fn answer(delivery: Delivery, script: &Script) -> Reply {
    match delivery {
        Delivery::Whole => Reply::whole(200, &response(script)),
        Delivery::Streamed => Reply::streamed(&events(script)),
    }
}

fn response(script: &Script) -> Value {
    let (status, reason) = match script.end {
        End::Length => ("incomplete", Some("max_output_tokens")),
        End::Filtered => ("incomplete", Some("content_filter")),
        End::Finished | End::Refused(_) => ("completed", None),
    };
    let mut response = json!({
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": status,
        "error": null,
        "incomplete_details": reason.map(|reason| json!({ "reason": reason })),
        "instructions": null,
        "output": output(script),
        "parallel_tool_calls": true,
        "tool_choice": "auto",
        "tools": [],
    });
    if script.counted == Counted::Told {
        let [input, cached, output, reasoning] = COUNTS;
        response["usage"] = json!({
            "input_tokens": input,
            "input_tokens_details": { "cached_tokens": cached, "cache_write_tokens": 0 },
            "output_tokens": output,
            "output_tokens_details": { "reasoning_tokens": reasoning },
            "total_tokens": input + output,
        });
    }
    response
}

fn output(script: &Script) -> Vec<Value> {
    let mut items = vec![thought()];
    let content = match &script.end {
        End::Refused(words) => Some(json!({ "type": "refusal", "refusal": words })),
        _ if script.text.is_empty() => None,
        _ => Some(json!({ "type": "output_text", "text": script.text, "annotations": [], "logprobs": [] })),
    };
    items.extend(content.map(message));
    items.extend(script.calls.iter().enumerate().map(called));
    items
}

fn thought() -> Value {
    json!({ "id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "c2VhbGVk" })
}

fn message(content: Value) -> Value {
    json!({ "id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [content] })
}

fn called((index, call): (usize, &Call)) -> Value {
    json!({
        "id": format!("fc_{index}"),
        "type": "function_call",
        "status": "completed",
        "call_id": call.id,
        "name": call.name,
        "arguments": call.arguments,
    })
}

fn events(script: &Script) -> Vec<Sent> {
    let whole = response(script);
    let mut begun = whole.clone();
    begun["output"] = json!([]);
    begun["status"] = "in_progress".into();
    begun["usage"] = Value::Null;
    let mut told = vec![json!({ "type": "response.created", "response": begun })];
    for (index, item) in whole["output"].as_array().into_iter().flatten().enumerate() {
        told.push(json!({ "type": "response.output_item.added", "output_index": index, "item": item }));
        told.extend(deltas(index, item));
        told.push(json!({ "type": "response.output_item.done", "output_index": index, "item": item }));
    }
    let last = match script.end {
        End::Length | End::Filtered => "response.incomplete",
        End::Finished | End::Refused(_) => "response.completed",
    };
    told.push(json!({ "type": last, "response": whole }));
    told.iter_mut().enumerate().map(numbered).collect()
}

fn deltas(index: usize, item: &Value) -> Vec<Value> {
    let content = &item["content"][0];
    let (kind, text) = match item["type"].as_str() {
        Some("function_call") => ("function_call_arguments", &item["arguments"]),
        Some("message") if content["type"] == "refusal" => ("refusal", &content["refusal"]),
        Some("message") => ("output_text", &content["text"]),
        _ => return Vec::new(),
    };
    let event = |piece: &String| {
        json!({
            "type": format!("response.{kind}.delta"),
            "item_id": item["id"],
            "output_index": index,
            "content_index": 0,
            "delta": piece,
        })
    };
    pieces(text.as_str().unwrap_or_default()).iter().map(event).collect()
}

fn numbered((number, event): (usize, &mut Value)) -> Sent {
    const NAMES: [&str; 8] = [
        "response.created",
        "response.output_item.added",
        "response.output_item.done",
        "response.output_text.delta",
        "response.refusal.delta",
        "response.function_call_arguments.delta",
        "response.completed",
        "response.incomplete",
    ];
    event["sequence_number"] = number.into();
    let name = NAMES.into_iter().find(|name| event["type"] == *name);
    Sent { name, data: event.to_string() }
}

pub(super) fn error(kind: &str, message: &str) -> Value {
    json!({ "error": { "message": message, "type": kind, "param": null, "code": kind } })
}

/// A stream that an error ends: the answer is there and has failed.
pub(super) fn interrupted(kind: &str, message: &str) -> Vec<Sent> {
    let mut failed = response(&Script::text(""));
    failed["output"] = json!([]);
    failed["status"] = "failed".into();
    failed["error"] = json!({ "code": kind, "message": message });
    vec![Sent::named(
        "response.failed",
        &json!({ "type": "response.failed", "sequence_number": 0, "response": failed }),
    )]
}
