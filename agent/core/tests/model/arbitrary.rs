//! Whatever comes, it is a turn or a fault.

use dialects::{
    Provider,
    answers::{Script, answer},
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{all, heard};

fn any_provider() -> impl Strategy<Value = (Provider, dialects::Delivery)> {
    proptest::sample::select(all().collect::<Vec<_>>())
}

/// JSON made of the words that the dialects look for.
fn any_json() -> impl Strategy<Value = Value> {
    let words = [
        "choices",
        "delta",
        "message",
        "content",
        "tool_calls",
        "function",
        "arguments",
        "name",
        "id",
        "index",
        "type",
        "text",
        "output",
        "candidates",
        "parts",
        "functionCall",
        "args",
        "error",
        "code",
        "status",
        "finish_reason",
        "finishReason",
        "stop_reason",
        "stopReason",
        "usage",
        "contentBlockIndex",
        "toolUse",
        "response",
        "output_index",
        "start",
        "content_block",
        "reasoning_details",
        "function_call",
        "tool_use",
        "message_start",
        "content_block_start",
        "response.completed",
        "end_turn",
        "stop",
        "STOP",
        "completed",
    ];
    let word = proptest::sample::select(words.to_vec()).prop_map(str::to_owned);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..5)
                .prop_map(|fields| Value::Object(Map::from_iter(fields))),
        ]
    })
}

fn stream_of(documents: &[Value]) -> String {
    const NAMES: [&str; 4] = ["contentBlockDelta", "messageStart", "throttlingException", "x"];
    let event = |(at, document): (usize, &Value)| format!("event: {}\ndata: {document}\n\n", NAMES[at % 4]);
    documents.iter().enumerate().map(event).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_document_is_heard((provider, delivery) in any_provider(), body in any_json(), status in 100..600) {
        let _ = heard(provider, delivery, &body);
        let _ = heard(provider, delivery, &json!({ "status": status, "body": body }));
        let _ = heard(provider, delivery, &json!({ "status": 200, "body": body, "cut": "net-cut-off" }));
    }

    #[test]
    fn any_text_is_heard((provider, delivery) in any_provider(), body in any::<String>()) {
        for content_type in ["text/event-stream", "application/json", ""] {
            let _ = heard(provider, delivery, &json!({ "status": 200, "content_type": content_type, "body": body }));
        }
    }

    #[test]
    fn any_events_are_heard((provider, delivery) in any_provider(), events in prop::collection::vec(any_json(), 0..6)) {
        let document = json!({ "status": 200, "content_type": "text/event-stream", "body": stream_of(&events) });
        let _ = heard(provider, delivery, &document);
    }

    /// An answer with a part of it taken out, doubled or replaced.
    #[test]
    fn a_mangled_answer_is_heard(
        (provider, delivery) in any_provider(),
        (at, length) in (0..4000usize, 0..40usize),
        with in ".{0,6}",
    ) {
        let script = Script::text("Größe").with_calls(&[("abc123DEF", "read", r#"{"path":"ü"}"#)]);
        let reply = answer(provider, delivery, &script);
        let chars: Vec<_> = reply.body.chars().collect();
        let at = at % chars.len();
        let end = (at + length).min(chars.len());
        let body: String = chars[..at].iter().copied().chain(with.chars()).chain(chars[end..].iter().copied()).collect();
        let document = json!({ "status": 200, "content_type": reply.content_type, "body": body });
        let _ = heard(provider, delivery, &document);
    }
}
