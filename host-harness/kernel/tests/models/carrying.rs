//! What goes out, and what comes back.

use kernel::{
    net::Keys,
    secret::{Known, Leaving},
    transport,
};
use policy::Code;
use serde_json::json;

use crate::{
    common::Reply,
    support::{chat, code, config, open, open_with, recording, stream},
};

/// Each provider's request, from the line to the header that it is known by.
#[tokio::test]
async fn each_provider_is_asked_as_it_wants_to_be() {
    let (address, record) = recording(|_, asked, wire| Reply::json(asked, "{}").send(wire));
    for (provider, action, line, header) in [
        ("openai", "converse", "/v1/responses", ("authorization", "Bearer s3cret")),
        ("openai", "stream", "/v1/responses", ("authorization", "Bearer s3cret")),
        ("openai-chat", "stream", "/v1/chat/completions", ("authorization", "Bearer s3cret")),
        ("anthropic", "stream", "/v1/messages", ("x-api-key", "s3cret")),
        ("anthropic", "stream", "/v1/messages", ("anthropic-version", "2023-06-01")),
        ("gemini", "converse", "/v1beta/models/m:generateContent", ("x-goog-api-key", "s3cret")),
        ("gemini", "stream", "/v1beta/models/m:streamGenerateContent?alt=sse", ("x-goog-api-key", "s3cret")),
        ("azure", "stream", "/openai/v1/chat/completions", ("api-key", "s3cret")),
        ("mistral", "stream", "/v1/chat/completions", ("authorization", "Bearer s3cret")),
        ("openrouter", "stream", "/api/v1/chat/completions", ("authorization", "Bearer s3cret")),
        ("ollama", "stream", "/v1/chat/completions", ("authorization", "Bearer s3cret")),
        ("compatible", "converse", "/v1/chat/completions", ("authorization", "Bearer s3cret")),
    ] {
        let config = config(&format!("provider = \"{provider}\"\nurl = \"http://{address}\""));
        let binding = open_with(&config, "s3cret");
        let input = r#"{"body":{"b":[1],"a":"x"},"told":[]}"#;
        let answer = transport::invoke(&binding, action, input).await.unwrap();
        assert_eq!((&answer["status"], &answer["body"]), (&json!(200), &json!({})), "{provider}");
        let asked = record.lock().unwrap().remove(0);
        assert_eq!(asked.line, format!("POST {line} HTTP/1.1"));
        assert_eq!(asked.header(header.0), [header.1], "{provider}");
        let accept = if action == "stream" { "text/event-stream" } else { "application/json" };
        assert_eq!(
            (asked.header("accept"), asked.header("content-type")),
            (vec![accept], vec!["application/json"])
        );
        assert_eq!(asked.body, br#"{"a":"x","b":[1]}"#);
    }
}

#[tokio::test]
async fn only_what_a_model_takes_is_sent() {
    let (address, record) = recording(|_, asked, wire| Reply::json(asked, "{}").send(wire));
    let binding = open(&chat(address, ""));
    let whole = open(&chat(address, "stream = false"));
    for (binding, action, input, expected) in [
        (&binding, "complete", "{\"body\":{}}", Code::NetAction),
        (&whole, "stream", "{\"body\":{}}", Code::NetAction),
        (&binding, "stream", "{}", Code::TransportInput),
        (&binding, "converse", "{\"body\":{},\"path\":\"/x\"}", Code::TransportInput),
        (&binding, "converse", "[", Code::TransportInput),
    ] {
        let refused = transport::invoke(binding, action, input).await.unwrap_err();
        assert_eq!(refused.code, expected, "{input}: {refused}");
    }
    assert!(record.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_secret_neither_leaves_nor_comes_back() {
    let (address, record) = recording(|_, asked, wire| {
        let text = "data: {\"choices\":[{\"delta\":{\"content\":\"it is the-s3cret-value\"}}]}\n\n";
        Reply::json(asked, text).header("content-type", "text/event-stream").send(wire);
    });
    let known = Known::default();
    known.learn("KEY", &"the-s3cret-value".into());
    let keys = Keys { leaving: Leaving::new(known), ..Keys::default() };
    let binding = kernel::net::Binding::open(&chat(address, ""), keys).unwrap();
    let (answer, heard) = stream(&binding).await;
    let answer = answer.unwrap();
    assert_eq!(heard, "it is [secret KEY]");
    assert!(
        answer["body"].as_str().unwrap().contains("[secret KEY]") && !answer.to_string().contains("s3cret")
    );
    record.lock().unwrap().clear();
    let input = json!({ "body": { "messages": ["tell me the-s3cret-value"] } }).to_string();
    assert_eq!(code(transport::invoke(&binding, "converse", &input).await), Err(Code::SecretLeaving));
    assert!(record.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_answer_tells_when_to_come_back_and_nothing_of_cookies() {
    let (address, _) = recording(|_, asked, wire| {
        let reply = Reply::json(asked, "{\"error\":1}").status("429 Too Many Requests");
        reply
            .and("retry-after", "3600")
            .and("x-ratelimit-remaining-tokens", "0")
            .and("set-cookie", "a=b")
            .send(wire);
    });
    let (answer, heard) = stream(&open(&chat(address, ""))).await;
    let headers = json!({ "retry-after": "3600", "x-ratelimit-remaining-tokens": "0" });
    let expected = json!({ "status": 429, "content_type": "application/json", "headers": headers, "body": { "error": 1 } });
    assert_eq!((answer.unwrap(), heard.as_str()), (expected, ""));
}

#[tokio::test]
async fn an_answer_that_is_no_text_is_none() {
    let (address, _) = recording(|_, asked, wire| {
        Reply::json(asked, "").body(b"{\"choices\":[{\"message\":{\"content\":\"\xff\xfe\"}}]}").send(wire);
    });
    let (answer, heard) = stream(&open(&chat(address, ""))).await;
    let error = answer.unwrap_err();
    assert!(error.message.contains("no text in UTF-8"), "{}", error.message);
    assert_eq!(heard, "");
}
