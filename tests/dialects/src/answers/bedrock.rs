use serde_json::{Value, json};

use super::{COUNTS, Call, Counted, End, Reply, Script, Sent, pieces};
use crate::Delivery;

pub(super) fn answer(delivery: Delivery, script: &Script) -> Reply {
    match delivery {
        Delivery::Whole => Reply::whole(200, &message(script)),
        Delivery::Streamed => Reply::streamed(&events(script)),
    }
}

fn reason(script: &Script) -> &'static str {
    match script.end {
        End::Length => "max_tokens",
        End::Filtered => "guardrail_intervened",
        End::Refused(_) => "content_filtered",
        End::Finished if script.calls.is_empty() => "end_turn",
        End::Finished => "tool_use",
    }
}

fn usage() -> Value {
    let [input, cached, output, _] = COUNTS;
    json!({
        "inputTokens": input - cached,
        "cacheReadInputTokens": cached,
        "cacheWriteInputTokens": 0,
        "outputTokens": output,
        "totalTokens": input + output,
    })
}

fn message(script: &Script) -> Value {
    let thought = json!({ "reasoningText": { "text": "Hm.", "signature": "c2ln" } });
    let mut blocks = vec![json!({ "reasoningContent": thought })];
    if !script.text.is_empty() {
        blocks.push(json!({ "text": script.text }));
    }
    blocks.extend(script.calls.iter().map(called));
    let mut document = json!({
        "output": { "message": { "role": "assistant", "content": blocks } },
        "stopReason": reason(script),
        "metrics": { "latencyMs": 1 },
    });
    if script.counted == Counted::Told {
        document["usage"] = usage();
    }
    document
}

fn called(call: &Call) -> Value {
    json!({ "toolUse": { "toolUseId": call.id, "name": call.name, "input": call.input() } })
}

fn events(script: &Script) -> Vec<Sent> {
    let mut events = vec![Sent::named("messageStart", &json!({ "role": "assistant" }))];
    let thought = [
        json!({ "reasoningContent": { "text": "Hm." } }),
        json!({ "reasoningContent": { "signature": "c2ln" } }),
    ];
    let mut blocks = vec![(None, thought.to_vec())];
    if !script.text.is_empty() {
        blocks.push((None, pieces(&script.text).iter().map(|piece| json!({ "text": piece })).collect()));
    }
    for call in &script.calls {
        let start = json!({ "toolUse": { "toolUseId": call.id, "name": call.name } });
        let told = pieces(&call.arguments);
        let told = told.iter().map(|piece| json!({ "toolUse": { "input": piece } })).collect();
        blocks.push((Some(start), told));
    }
    for (index, (start, deltas)) in blocks.iter().enumerate() {
        let start = start.iter().map(|start| json!({ "contentBlockIndex": index, "start": start }));
        events.extend(start.map(|start| Sent::named("contentBlockStart", &start)));
        let deltas =
            deltas.iter().map(|delta| json!({ "contentBlockIndex": index, "delta": delta, "p": "abcd" }));
        events.extend(deltas.map(|delta| Sent::named("contentBlockDelta", &delta)));
        events.push(Sent::named("contentBlockStop", &json!({ "contentBlockIndex": index })));
    }
    events.push(Sent::named("messageStop", &json!({ "stopReason": reason(script) })));
    if script.counted == Counted::Told {
        events.push(Sent::named("metadata", &json!({ "usage": usage(), "metrics": { "latencyMs": 1 } })));
    }
    events
}

/// A stream that an exception ends.
pub(super) fn interrupted(kind: &'static str, message: &str) -> Vec<Sent> {
    let start = Sent::named("messageStart", &json!({ "role": "assistant" }));
    vec![start, Sent::named(kind, &json!({ "message": message }))]
}
