//! Recordings: made by one model, answered from by another.

use std::path::Path;

use kernel::{net::Purse, transport};
use policy::{Code, config::BindingConfig};
use serde_json::json;

use crate::{
    common::Reply,
    support::{chat, config, envelope, open, recording, stream},
};

fn recorded(file: &Path) -> BindingConfig {
    config(&format!("provider = \"recorded\"\nfile = \"{}\"\ndialect = \"openai-chat\"", file.display()))
}

#[tokio::test]
async fn what_was_recorded_is_answered_again_without_anybody() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talk.jsonl");
    let (address, record) = recording(|at, asked, wire| {
        let text = format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"answer {at}\"}}}}]}}\n\n");
        Reply::json(asked, &text).header("content-type", "text/event-stream").send(wire);
    });
    let model = open(&chat(address, &format!("record = \"{}\"", file.display())));
    let said = [stream(&model).await, stream(&model).await];
    assert_eq!(record.lock().unwrap().len(), 2);
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 2);

    let model = open(&recorded(&file));
    for expected in said {
        assert_eq!(stream(&model).await, expected);
    }
    let ended = stream(&model).await.0.unwrap_err();
    assert_eq!(ended.code, Code::RecordingEnded);
    assert!(ended.message.contains("the recording `talk.jsonl` has no answer any more\nhint: "), "{ended}");
    assert_eq!(record.lock().unwrap().len(), 2, "nobody was asked");
    assert_eq!(model.used().requests, 0);
}

#[tokio::test]
async fn a_script_answers_whatever_is_asked_and_is_told_to_the_person() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script.jsonl");
    let event = json!({ "choices": [{ "delta": { "content": "h\u{1b}[31mi" } }] });
    let lines = [
        json!({ "answer": { "body": format!("data: {event}\n\n") } }),
        json!({ "answer": { "body": { "a": 1 } } }),
        json!({ "binding": "model.other", "answer": { "body": 1 } }),
    ];
    std::fs::write(&file, lines.map(|line| line.to_string() + "\n").concat()).unwrap();
    let model = open(&recorded(&file));
    model.share(&Purse::new(Some(1), Some(1))).unwrap();
    let (answer, heard) = stream(&model).await;
    assert_eq!((answer.unwrap()["content_type"].as_str(), heard.as_str()), (Some("text/event-stream"), "hi"));
    let whole = transport::invoke(&model, "converse", &envelope()).await.unwrap();
    let expected =
        json!({ "status": 200, "content_type": "application/json", "headers": {}, "body": { "a": 1 } });
    assert_eq!(whole, expected);
    let ended = transport::invoke(&model, "converse", &envelope()).await.unwrap_err();
    assert!(ended.message.contains("has 1 answers left, and none to this"), "{ended}");
    let odd = transport::invoke(&model, "converse", "{}").await.unwrap_err();
    assert_eq!(odd.code, Code::TransportInput, "a recording takes what a model takes");
}

#[tokio::test]
async fn a_recording_reaches_nobody_by_any_way() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.jsonl");
    std::fs::write(&file, "").unwrap();
    let model = open(&recorded(&file));
    let outgoing = kernel::net::Outgoing {
        method: kernel::net::Method::Post,
        path: "/chat/completions".to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        repeat: kernel::net::Repeat::Never,
    };
    assert_eq!(model.send(outgoing).await.unwrap_err().code, Code::NetKind);
    std::fs::write(&file, "{").unwrap();
    let refused = kernel::net::Binding::open(&recorded(&file), kernel::net::Keys::default()).unwrap_err();
    assert_eq!(refused.code, Code::RecordingMalformed);
}

/// The lines that the guide shows are a recording.
#[test]
fn what_the_guide_shows_is_read() {
    let guide = include_str!("../../../../docs/guides/models.md");
    let lines = guide.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guide.jsonl");
    std::fs::write(&file, lines).unwrap();
    let recording = transport::recorded::Recording::load(&file).unwrap();
    let answers = [1, 2].map(|_| recording.answer("model.a", "stream", "").unwrap());
    assert_eq!((&answers[0]["status"], &answers[1]["headers"]["retry-after"]), (&json!(200), &json!("3")));
}
