//! What one provider does and no other.

use agent_core::model::{Ask, FaultKind, Message, Outcome, Stop, Turn, Usage, ask};
use dialects::{Delivery, Provider};
use serde_json::{Value, json};

use crate::{heard, person, result, settings, tools};

pub(crate) fn provider(name: &str) -> Provider {
    Provider::ALL.into_iter().find(|provider| provider.to_string() == name).unwrap()
}

pub(crate) fn whole(name: &str, body: Value) -> Turn {
    heard(provider(name), Delivery::Whole, &json!({ "status": 200, "body": body })).unwrap()
}

pub(crate) fn document(events: &[Value]) -> Value {
    let text: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    json!({ "status": 200, "content_type": "text/event-stream; charset=utf-8", "body": text })
}

/// The body of the request that sends a turn back, with its results.
pub(crate) fn sent_back(name: &str, turn: &Turn) -> Value {
    let (settings, tools) = (settings(provider(name), Delivery::Whole), tools());
    let results = turn.calls.iter().map(|call| result(&call.id, &call.name, "ok", Outcome::Done)).collect();
    let messages = [person("a"), Message::Model(turn.clone()), Message::Results(results)];
    let question = Ask { system: "", messages: &messages, tools: &tools, answer: None, settings: &settings };
    let body = ask(&question).unwrap()["body"].take();
    assert_eq!(dialects::check::check(provider(name), Delivery::Whole, &body), Ok(()));
    body
}

#[test]
fn gemini_thoughts_are_not_said_and_signatures_go_back() {
    let parts = json!([
        { "text": "I think.", "thought": true },
        { "text": "Well", "thoughtSignature": "YQ" },
        { "text": " then" },
        { "functionCall": { "name": "list" }, "thoughtSignature": "Yg" },
    ]);
    let body = json!({ "candidates": [{ "content": { "parts": parts }, "finishReason": "STOP" }] });
    let turn = whole("gemini", body.clone());
    assert_eq!(turn.text, "Well then");
    // Streamed without `alt=sse` it is a list.
    assert_eq!(whole("gemini", json!([body])), turn);
    let expected = json!([
        { "text": "Well", "thoughtSignature": "YQ" },
        { "text": " then" },
        { "functionCall": { "name": "list", "args": {} }, "thoughtSignature": "Yg" },
    ]);
    assert_eq!(sent_back("gemini", &turn)["contents"][1]["parts"], expected);
}

#[test]
fn gemini_may_say_with_every_document_that_it_stops() {
    let event = |text: &str, reason: &str| json!({ "candidates": [{ "content": { "parts": [{ "text": text }] }, "finishReason": reason }] });
    let events = [event("We", "STOP"), event("ll", "STOP")];
    assert_eq!(heard(provider("gemini"), Delivery::Streamed, &document(&events)).unwrap().text, "Well");
    let events = [event("We", "MAX_TOKENS"), event("ll", "STOP")];
    let fault = heard(provider("gemini"), Delivery::Streamed, &document(&events)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed);
}

#[test]
fn responses_have_as_many_items_as_were_announced() {
    let item = json!({ "type": "message", "content": [{ "type": "output_text", "text": "Well" }] });
    let event = |kind: &str, index: u64| json!({ "type": kind, "output_index": index, "item": item });
    let items = [0, 1]
        .map(|index| [event("response.output_item.added", index), event("response.output_item.done", index)]);
    let last =
        json!({ "type": "response.completed", "response": { "output": [item], "status": "completed" } });
    let events = [items.concat(), vec![last]].concat();
    let fault = heard(provider("openai-responses"), Delivery::Streamed, &document(&events)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed);
}

#[test]
fn responses_are_asked_for_no_fewer_tokens_than_they_take() {
    let mut settings = settings(provider("openai-responses"), Delivery::Whole);
    settings.answer_tokens_max = 1;
    let messages = [person("a")];
    let question = Ask { system: "", messages: &messages, tools: &[], answer: None, settings: &settings };
    assert_eq!(ask(&question).unwrap()["body"]["max_output_tokens"], 16);
}

/// The last event of a stream may leave out what came before it.
#[test]
fn responses_are_put_together_where_the_last_event_has_no_output() {
    let item = json!({
        "type": "message",
        "content": [{ "type": "output_text", "text": "Well" }],
    });
    let added = json!({ "type": "response.output_item.added", "output_index": 0, "item": {} });
    let done = json!({ "type": "response.output_item.done", "output_index": 0, "item": item });
    let usage = json!({ "input_tokens": 5, "output_tokens": 2 });
    for response in
        [json!({ "usage": usage }), json!({ "usage": usage, "output": [], "status": "completed" })]
    {
        let last = json!({ "type": "response.completed", "response": response });
        let turn = heard(
            provider("openai-responses"),
            Delivery::Streamed,
            &document(&[added.clone(), done.clone(), last.clone()]),
        );
        let turn = turn.unwrap();
        assert_eq!((turn.text.as_str(), turn.usage.map(|usage| usage.output)), ("Well", Some(2)));
        let fault =
            heard(provider("openai-responses"), Delivery::Streamed, &document(&[added.clone(), last]))
                .unwrap_err();
        assert_eq!(fault.kind, FaultKind::Malformed);
    }
}

#[test]
fn gemini_says_what_a_call_went_wrong_with() {
    let candidate =
        json!({ "finishReason": "MALFORMED_FUNCTION_CALL", "finishMessage": "call: default_api.x(" });
    let document = json!({ "status": 200, "body": { "candidates": [candidate] } });
    let fault = heard(provider("gemini"), Delivery::Whole, &document).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed);
    assert!(fault.message.contains("default_api.x("), "{fault}");
}

#[test]
fn anthropic_totals_are_the_last_ones() {
    let start = json!({
        "type": "message_start",
        "message": { "usage": { "input_tokens": 10, "cache_creation_input_tokens": 5, "cache_read_input_tokens": 2, "output_tokens": 1 } },
    });
    let events = [
        start,
        json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } }),
        json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": "Well" } }),
        json!({ "type": "a_new_kind", "index": 9 }),
        json!({ "type": "content_block_stop", "index": 0 }),
        json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" }, "usage": { "output_tokens": 7, "input_tokens": null } }),
        json!({ "type": "message_stop" }),
    ];
    let turn = heard(provider("anthropic-messages"), Delivery::Streamed, &document(&events)).unwrap();
    let usage = Usage { input: 17, output: 7, cached_read: 2, cached_write: 5, reasoning: 0 };
    assert_eq!((turn.text.as_str(), turn.usage), ("Well", Some(usage)));
}

/// A block without words is refused when it is sent back.
#[test]
fn blank_words_are_not_sent_back() {
    let call = json!({ "type": "tool_use", "id": "t1", "name": "list", "input": {} });
    let content = json!([{ "type": "text", "text": " \n" }, call]);
    let body = json!({ "type": "message", "content": content, "stop_reason": "tool_use" });
    let turn = whole("anthropic-messages", body);
    assert_eq!(sent_back("anthropic-messages", &turn)["messages"][1]["content"], json!([call]));
    let call = json!({ "toolUse": { "toolUseId": "t1", "name": "list", "input": {} } });
    let content = json!([{ "text": " \n" }, call]);
    let body = json!({ "output": { "message": { "content": content } }, "stopReason": "tool_use" });
    let turn = whole("bedrock-converse", body);
    assert_eq!(sent_back("bedrock-converse", &turn)["messages"][1]["content"], json!([call]));
}

#[test]
fn bedrock_blocks_come_in_order() {
    let delta = |index: u64| {
        let delta = json!({ "contentBlockIndex": index, "delta": { "text": "x" } });
        format!("event: contentBlockDelta\ndata: {delta}\n\nevent: contentBlockStop\ndata: {delta}\n\n")
    };
    let stream = |[first, second]: [u64; 2]| {
        let start = "event: messageStart\ndata: {\"role\":\"assistant\"}\n\n";
        let stop = "event: messageStop\ndata: {\"stopReason\":\"end_turn\"}\n\n";
        let body = [start, &delta(first), &delta(second), stop].concat();
        let document = json!({ "status": 200, "content_type": "text/event-stream", "body": body });
        heard(provider("bedrock-converse"), Delivery::Streamed, &document).map_err(|fault| fault.kind)
    };
    assert_eq!(stream([0, 1]).unwrap().text, "xx");
    assert_eq!(stream([0, 2]).unwrap().text, "xx", "a number may be left out");
    for order in [[1, 0], [0, 0]] {
        assert_eq!(stream(order).unwrap_err(), FaultKind::Malformed);
    }
}

#[test]
fn anthropic_may_pause() {
    let body = json!({
        "type": "message",
        "content": [{ "type": "text", "text": "Wait" }],
        "stop_reason": "pause_turn",
    });
    assert_eq!(whole("anthropic-messages", body).stop, Stop::Paused);
}

#[test]
fn bedrock_gets_sealed_thoughts_back() {
    let content = json!([
        { "reasoningContent": { "redactedContent": "c2VhbGVk" } },
        { "reasoningContent": { "reasoningText": { "signature": "c2ln" } } },
        { "toolUse": { "toolUseId": "t1", "name": "list", "input": {} } },
    ]);
    let body = json!({ "output": { "message": { "content": content } }, "stopReason": "tool_use" });
    let echo =
        sent_back("bedrock-converse", &whole("bedrock-converse", body))["messages"][1]["content"].take();
    assert_eq!(echo[0], json!({ "reasoningContent": { "redactedContent": "c2VhbGVk" } }));
    assert_eq!(
        echo[1],
        json!({ "reasoningContent": { "reasoningText": { "signature": "c2ln", "text": "" } } })
    );
}

#[test]
fn an_unknown_end_is_no_end() {
    let bodies = [
        (
            "openai-chat.openai",
            json!({ "choices": [{ "message": { "content": "x" }, "finish_reason": "tired" }] }),
        ),
        ("openai-chat.openai", json!({ "choices": [{ "message": { "content": "x" } }] })),
        ("openai-responses", json!({ "output": [], "status": "cancelled" })),
        ("anthropic-messages", json!({ "type": "message", "content": [], "stop_reason": "tired" })),
        (
            "gemini",
            json!({ "candidates": [{ "content": { "parts": [{ "text": "x" }] }, "finishReason": "TIRED" }] }),
        ),
        ("gemini", json!({ "candidates": [{ "content": { "parts": [{ "text": "x" }] } }] })),
        (
            "bedrock-converse",
            json!({ "output": { "message": { "content": [] } }, "stopReason": "malformed_tool_use" }),
        ),
    ];
    for (name, body) in bodies {
        let document = json!({ "status": 200, "body": body });
        let fault = heard(provider(name), Delivery::Whole, &document).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Malformed, "{name}: {fault}");
    }
}

/// A model that is asked after another failed gets what was said, without the seals.
#[test]
fn another_model_of_the_same_provider_gets_no_seals() {
    let name = "anthropic-messages";
    let content = json!([
        { "type": "thinking", "thinking": "Hm.", "signature": "c2ln" },
        { "type": "tool_use", "id": "t1", "name": "list", "input": {} },
    ]);
    let turn = whole(name, json!({ "type": "message", "content": content, "stop_reason": "tool_use" }));
    assert_eq!(sent_back(name, &turn)["messages"][1]["content"][0]["type"], "thinking");
    let (mut settings, tools) = (settings(provider(name), Delivery::Whole), tools());
    settings.model = "m-2".to_owned();
    let results = vec![result("t1", "list", "ok", Outcome::Done)];
    let messages = [person("a"), Message::Model(turn), Message::Results(results)];
    let question = Ask { system: "", messages: &messages, tools: &tools, answer: None, settings: &settings };
    assert_eq!(ask(&question).unwrap()["body"]["messages"][1]["content"][0]["type"], "tool_use");
}
