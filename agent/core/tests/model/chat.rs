//! What one provider that speaks chat completions does and no other.

use agent_core::model::{Ask, FaultKind, Message, Outcome, Stop, ask};
use dialects::{Delivery, Provider};
use serde_json::{Value, json};

use crate::{
    heard, person,
    quirks::{document, provider, sent_back, whole},
    result, settings, tools,
};

/// Chunks of a completion: deltas, a reason, the end.
fn chunks(deltas: &[Value], reason: &str) -> Value {
    let chunk = |delta: &Value| json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": null }] });
    let mut events: Vec<_> = deltas.iter().map(chunk).collect();
    events.push(json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": reason }] }));
    let mut document = document(&events);
    document["body"] = format!("{}data: [DONE]\n\n", document["body"].as_str().unwrap()).into();
    document
}

fn call(index: Option<u64>, id: &str, name: &str, arguments: Value) -> Value {
    let mut call = json!({ "function": { "name": name, "arguments": arguments } });
    if let Some(index) = index {
        call["index"] = index.into();
    }
    if !id.is_empty() {
        call["id"] = id.into();
    }
    json!({ "tool_calls": [call] })
}

#[test]
fn servers_that_number_every_call_alike_are_understood() {
    let same =
        [call(Some(0), "a1", "list", json!("{}")), call(Some(0), "a2", "read", json!("{\"path\":\"x\"}"))];
    let none = [call(None, "a1", "list", json!("{}")), call(None, "a2", "read", json!("{\"path\":\"x\"}"))];
    for deltas in [&same, &none] {
        for name in ["openai-chat.ollama", "openai-chat.compatible", "openai-chat.openrouter"] {
            let turn = heard(provider(name), Delivery::Streamed, &chunks(deltas, "stop")).unwrap();
            let names: Vec<_> = turn.calls.iter().map(|call| call.name.as_str()).collect();
            assert_eq!((names, turn.stop), (vec!["list", "read"], Stop::Calls), "{name}");
        }
        for name in ["openai-chat.openai", "openai-chat.azure"] {
            let fault = heard(provider(name), Delivery::Streamed, &chunks(deltas, "stop")).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Malformed, "{name}");
        }
    }
}

#[test]
fn only_a_compatible_server_may_forget_to_say_that_it_is_done() {
    let mut document = chunks(&[json!({ "content": "Well" })], "stop");
    document["body"] = document["body"].as_str().unwrap().replace("data: [DONE]\n\n", "").into();
    for name in
        Provider::ALL.map(|provider| provider.to_string()).into_iter().filter(|name| name.contains('.'))
    {
        let heard = heard(provider(&name), Delivery::Streamed, &document);
        match name.as_str() {
            "openai-chat.compatible" => assert_eq!(heard.unwrap().text, "Well"),
            _ => assert_eq!(heard.unwrap_err().kind, FaultKind::CutOff, "{name}"),
        }
    }
}

#[test]
fn openrouter_gets_its_thoughts_back() {
    let detail = |more: Value| {
        let mut detail = json!({ "type": "reasoning.text", "index": 0, "format": "f" });
        detail.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "reasoning_details": [detail] })
    };
    let deltas = [
        detail(json!({ "text": "I th" })),
        detail(json!({ "text": "ink." })),
        detail(json!({ "signature": "c2ln" })),
        json!({ "reasoning_details": [{ "type": "reasoning.encrypted", "index": 1, "data": "eA" }] }),
        call(Some(0), "a1", "list", json!("{}")),
    ];
    let name = "openai-chat.openrouter";
    let turn = heard(provider(name), Delivery::Streamed, &chunks(&deltas, "tool_calls")).unwrap();
    let message = &sent_back(name, &turn)["messages"][1];
    let expected = json!([
        { "type": "reasoning.text", "index": 0, "format": "f", "text": "I think.", "signature": "c2ln" },
        { "type": "reasoning.encrypted", "index": 1, "data": "eA" },
    ]);
    assert_eq!(message["reasoning_details"], expected);
    let other = sent_back("openai-chat.openai", &turn);
    assert!(other["messages"][1].get("reasoning_details").is_none(), "it is of no use to another");
}

/// Thoughts without a number are whole ones.
#[test]
fn openrouter_thoughts_without_numbers_stay_apart() {
    let detail = json!({ "type": "reasoning.text", "text": "Hm." });
    let deltas = [
        json!({ "reasoning_details": [detail] }),
        json!({ "reasoning_details": [detail] }),
        call(Some(0), "a1", "list", json!("{}")),
    ];
    let name = "openai-chat.openrouter";
    let turn = heard(provider(name), Delivery::Streamed, &chunks(&deltas, "tool_calls")).unwrap();
    assert_eq!(sent_back(name, &turn)["messages"][1]["reasoning_details"], json!([detail, detail]));
}

#[test]
fn a_call_does_not_go_on_after_the_end() {
    let mut document = chunks(&[call(Some(0), "a1", "read", json!("{\"path\":"))], "tool_calls");
    let late = json!({ "choices": [{ "index": 0, "delta": call(Some(0), "a1", "", json!("\"x\"}")) }] });
    let body = document["body"].as_str().unwrap();
    document["body"] = body.replace("data: [DONE]", &format!("data: {late}\n\ndata: [DONE]")).into();
    for provider in Provider::ALL.into_iter().filter(|provider| provider.dialect == "openai-chat") {
        let fault = heard(provider, Delivery::Streamed, &document).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Malformed, "{provider}");
    }
}

#[test]
fn a_compatible_server_gets_its_thoughts_back_with_its_calls() {
    let name = "openai-chat.compatible";
    let deltas = [json!({ "reasoning_content": "Hm" }), json!({ "reasoning_content": "." })];
    let calls = call(Some(0), "a1", "list", json!("{}"));
    let turn =
        heard(provider(name), Delivery::Streamed, &chunks(&[&deltas[..], &[calls]].concat(), "tool_calls"));
    assert_eq!(sent_back(name, &turn.unwrap())["messages"][1]["reasoning_content"], "Hm.");
}

#[test]
fn mistral_may_answer_in_chunks_of_content() {
    let content = json!([
        { "type": "thinking", "thinking": [{ "type": "text", "text": "Hm." }] },
        { "type": "text", "text": "Well" },
        { "type": "text", "text": " then" },
    ]);
    let name = "openai-chat.mistral";
    let body = json!({ "choices": [{ "message": { "content": content }, "finish_reason": "stop" }] });
    assert_eq!(whole(name, body).text, "Well then");
    let document = chunks(&[json!({ "content": content })], "stop");
    assert_eq!(heard(provider(name), Delivery::Streamed, &document).unwrap().text, "Well then");
    let body = json!({ "choices": [{ "message": { "content": "x" }, "finish_reason": "model_length" }] });
    assert_eq!(whole(name, body).stop, Stop::Length);
}

#[test]
fn azure_says_which_filter_it_was() {
    let filters =
        json!({ "hate": { "filtered": false }, "jailbreak": { "filtered": true, "detected": true } });
    let choice = json!({
        "message": { "content": "" },
        "finish_reason": "content_filter",
        "content_filter_results": filters,
    });
    let turn = whole("openai-chat.azure", json!({ "choices": [choice] }));
    assert_eq!(turn.stop, Stop::Filtered("jailbreak".to_owned()));
}

/// Where a person may not speak after a tool, the model says a word in between.
#[test]
fn mistral_hears_no_person_right_after_a_tool() {
    let name = "openai-chat.mistral";
    let turn = heard(
        provider(name),
        Delivery::Streamed,
        &chunks(&[call(Some(0), "abc123DEF", "list", json!({}))], "tool_calls"),
    );
    let turn = turn.unwrap();
    let (settings, tools) = (settings(provider(name), Delivery::Whole), tools());
    let results = vec![result("abc123DEF", "list", "ok", Outcome::Done)];
    let messages = [person("a"), Message::Model(turn), Message::Results(results), person("b")];
    let question = Ask { system: "", messages: &messages, tools: &tools, answer: None, settings: &settings };
    let body = ask(&question).unwrap()["body"].take();
    let roles: Vec<_> = body["messages"].as_array().unwrap().iter().map(|message| &message["role"]).collect();
    assert_eq!(roles, ["user", "assistant", "tool", "assistant", "user"]);
}
