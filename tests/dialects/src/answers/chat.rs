use serde_json::{Value, json};

use super::{COUNTS, Call, Counted, End, Reply, Script, Sent, pieces};
use crate::Delivery;

pub(super) fn answer(flavour: &str, delivery: Delivery, script: &Script) -> Reply {
    let mut reply = match delivery {
        Delivery::Whole => return Reply::whole(200, &whole(flavour, script)),
        Delivery::Streamed => Reply::streamed(&events(flavour, script)),
    };
    // It says in comments that it is still there.
    if flavour == "openrouter" {
        reply.body.insert_str(0, ": OPENROUTER PROCESSING\n\n");
    }
    reply
}

fn reason(script: &Script) -> &'static str {
    match script.end {
        End::Length => "length",
        End::Filtered => "content_filter",
        End::Finished | End::Refused(_) if script.calls.is_empty() => "stop",
        End::Finished | End::Refused(_) => "tool_calls",
    }
}

fn usage() -> Value {
    let [input, cached, output, reasoning] = COUNTS;
    json!({
        "prompt_tokens": input,
        "completion_tokens": output,
        "total_tokens": input + output,
        "prompt_tokens_details": { "cached_tokens": cached },
        "completion_tokens_details": { "reasoning_tokens": reasoning },
    })
}

fn call(flavour: &str, index: usize, call: &Call) -> Value {
    let mut function = json!({ "name": call.name, "arguments": call.arguments });
    // It may send the input as JSON.
    if flavour == "mistral" && call.input().is_object() {
        function["arguments"] = call.input();
    }
    let mut told = json!({ "index": index, "type": "function", "function": function });
    if !call.id.is_empty() {
        told["id"] = call.id.as_str().into();
    }
    told
}

fn whole(flavour: &str, script: &Script) -> Value {
    let mut message = json!({ "role": "assistant", "content": script.text, "refusal": null });
    if let End::Refused(words) = &script.end {
        message["content"] = Value::Null;
        message["refusal"] = words.as_str().into();
    }
    if !script.calls.is_empty() {
        let calls = script.calls.iter().enumerate().map(|(index, made)| call(flavour, index, made));
        message["tool_calls"] = calls.collect();
    }
    let mut choice =
        json!({ "index": 0, "message": message, "finish_reason": reason(script), "logprobs": null });
    if flavour == "azure" {
        choice["content_filter_results"] = filters(script);
    }
    let mut document = json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [choice],
    });
    if flavour == "azure" {
        document["prompt_filter_results"] =
            json!([{ "prompt_index": 0, "content_filter_results": { "hate": { "filtered": false } } }]);
    }
    if script.counted == Counted::Told {
        document["usage"] = usage();
    }
    document
}

fn filters(script: &Script) -> Value {
    let is_filtered = script.end == End::Filtered;
    json!({
        "hate": { "filtered": false, "severity": "safe" },
        "violence": { "filtered": is_filtered, "severity": if is_filtered { "high" } else { "safe" } },
    })
}

fn chunk(choices: &Value) -> Value {
    json!({ "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices })
}

fn delta(delta: &Value, reason: Option<&str>) -> Value {
    chunk(&json!([{ "index": 0, "delta": delta, "finish_reason": reason, "logprobs": null }]))
}

fn events(flavour: &str, script: &Script) -> Vec<Sent> {
    let mut chunks = Vec::new();
    if flavour == "azure" {
        let mut first = chunk(&json!([]));
        first["prompt_filter_results"] = json!([{ "prompt_index": 0, "content_filter_results": {} }]);
        chunks.push(first);
    }
    chunks.push(delta(&json!({ "role": "assistant", "content": "" }), None));
    match &script.end {
        End::Refused(words) => {
            chunks.extend(pieces(words).iter().map(|piece| delta(&json!({ "refusal": piece }), None)));
        }
        _ => {
            chunks.extend(pieces(&script.text).iter().map(|piece| delta(&json!({ "content": piece }), None)))
        }
    }
    for (index, made) in script.calls.iter().enumerate() {
        chunks.extend(call_chunks(flavour, index, made));
    }
    let mut last = delta(&json!({}), Some(reason(script)));
    if flavour == "azure" {
        last["choices"][0]["content_filter_results"] = filters(script);
    }
    chunks.push(last);
    if script.counted == Counted::Told {
        let mut counted = chunk(&json!([]));
        counted["usage"] = usage();
        chunks.push(counted);
    }
    chunks.iter().map(Sent::unnamed).chain([Sent::done()]).collect()
}

/// Some send a call in one piece, others its id and name first.
fn call_chunks(flavour: &str, index: usize, made: &Call) -> Vec<Value> {
    let whole = call(flavour, index, made);
    if matches!(flavour, "mistral" | "ollama") {
        return vec![delta(&json!({ "tool_calls": [whole] }), None)];
    }
    let mut first = whole;
    first["function"]["arguments"] = "".into();
    let piece = |text: &String| json!({ "index": index, "function": { "arguments": text } });
    let mut told = vec![first];
    told.extend(pieces(&made.arguments).iter().map(piece));
    told.iter().map(|call| delta(&json!({ "tool_calls": [call] }), None)).collect()
}

/// An error as the flavours write it.
pub(super) fn error(flavour: &str, status: u16, kind: &str, message: &str) -> Value {
    match flavour {
        "mistral" => {
            json!({ "object": "error", "message": message, "type": kind, "param": null, "code": "1300" })
        }
        "openrouter" => {
            json!({ "error": { "code": status, "message": message, "metadata": { "error_type": kind } } })
        }
        _ => json!({ "error": { "message": message, "type": kind, "param": null, "code": kind } }),
    }
}

/// A stream that an error ends.
pub(super) fn interrupted(error: &Value) -> Vec<Sent> {
    vec![
        Sent::unnamed(&delta(&json!({ "role": "assistant", "content": "Well" }), None)),
        Sent::unnamed(error),
    ]
}
