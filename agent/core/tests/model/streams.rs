//! Streams in every form that they may have, and broken ones.

use agent_core::model::FaultKind;
use dialects::{
    Delivery, Provider,
    answers::{Script, answer},
};
use serde_json::Value;

use crate::{heard, said};

type Rewrite = fn(&str) -> String;

fn script() -> Script {
    let calls = [("abc123DEF", "read", r#"{"path":"a.rs"}"#), ("abc123DEG", "list", "{}")];
    Script::text("Größe \u{1F980}: all of it").with_calls(&calls)
}

/// The document of a stream with another text.
fn rewritten(provider: Provider, rewrite: impl Fn(&str) -> String) -> Value {
    let mut document = answer(provider, Delivery::Streamed, &script()).document();
    document["body"] = rewrite(document["body"].as_str().unwrap()).into();
    document
}

#[test]
fn ends_of_lines_comments_and_marks_do_not_matter() {
    let forms: [(&str, Rewrite); 7] = [
        ("CRLF", |text| text.replace('\n', "\r\n")),
        ("CR", |text| text.replace('\n', "\r")),
        ("a mark of the byte order", |text| format!("\u{feff}{text}")),
        ("comments", |text| text.replace("\n\n", "\n: still here\n\n: and here\n\n")),
        ("no last line", |text| text.trim_end().to_owned()),
        ("no space", |text| text.replace("data: ", "data:").replace("event: ", "event:")),
        ("more fields", |text| text.replace("data: ", "id: 1\nretry: 5\ndata: ")),
    ];
    for provider in Provider::ALL {
        let expected = said(provider, Delivery::Streamed, &script()).unwrap();
        for (form, rewrite) in forms {
            let turn = heard(provider, Delivery::Streamed, &rewritten(provider, rewrite));
            assert_eq!(turn.as_ref(), Ok(&expected), "{provider}: {form}");
        }
    }
}

#[test]
fn an_event_may_have_several_lines() {
    for provider in Provider::ALL {
        let expected = said(provider, Delivery::Streamed, &script()).unwrap();
        let pretty = |text: &str| {
            let lines = text.lines().map(|line| match line.strip_prefix("data: ") {
                Some(data) => match serde_json::from_str::<Value>(data) {
                    Ok(value) => format!("{value:#}").lines().map(|line| format!("data: {line}\n")).collect(),
                    Err(_) => format!("{line}\n"),
                },
                None => format!("{line}\n"),
            });
            lines.collect()
        };
        assert_eq!(
            heard(provider, Delivery::Streamed, &rewritten(provider, pretty)),
            Ok(expected),
            "{provider}"
        );
    }
}

/// Cut anywhere, an answer is either the whole one or none: never a part of it.
#[test]
fn a_cut_stream_is_never_taken_for_a_whole_one() {
    for provider in Provider::ALL {
        let reply = answer(provider, Delivery::Streamed, &script());
        let whole = said(provider, Delivery::Streamed, &script()).unwrap();
        let mut cut_off = 0;
        // All of the places where it ends, and many of the others.
        let ending = reply.body.len().saturating_sub(80);
        for bytes in (0..reply.body.len()).filter(|at| *at >= ending || *at < 8 || at % 11 == 0) {
            for document in [reply.cut(bytes), without_a_word(reply.cut(bytes))] {
                match heard(provider, Delivery::Streamed, &document) {
                    Ok(turn) => {
                        assert_eq!((turn.text, turn.calls), (whole.text.clone(), whole.calls.clone()))
                    }
                    Err(fault) if fault.kind == FaultKind::CutOff => cut_off += 1,
                    // Before the first data nobody can tell it from nothing, or from anything.
                    Err(fault) => {
                        assert!(!reply.body[..bytes].contains("data:"), "{provider} at {bytes}: {fault}")
                    }
                }
            }
        }
        assert!(cut_off > 100, "{provider}: {cut_off}");
    }
}

/// The same when nobody says that the connection broke.
fn without_a_word(mut document: Value) -> Value {
    document["cut"] = Value::Null;
    document
}

#[test]
fn a_cut_document_is_cut_off() {
    for provider in Provider::ALL {
        let reply = answer(provider, Delivery::Whole, &script());
        for bytes in [0, 1, reply.body.len() / 2, reply.body.len() - 1] {
            let fault = heard(provider, Delivery::Whole, &reply.cut(bytes)).unwrap_err();
            assert_eq!(fault.kind, FaultKind::CutOff, "{provider} at {bytes}");
        }
    }
}

/// Every event but the last taken out, one at a time: what is missing is noticed, or it did
/// not matter to what was said.
#[test]
fn events_out_of_order_are_no_answer() {
    for provider in Provider::ALL {
        let body = answer(provider, Delivery::Streamed, &script()).body;
        let events: Vec<_> = body.split_inclusive("\n\n").collect();
        let doubled = |at: usize| {
            let (before, after) = events.split_at(at);
            [before, &after[..1], after].concat().concat()
        };
        let is_start = |event: &str| {
            ["message_start", "content_block_start", "content_block_stop", "messageStart", "contentBlockStop"]
                .iter()
                .chain(&["contentBlockStart", "output_item.added", "output_item.done", "message_stop"])
                .any(|kind| event.contains(kind))
        };
        for at in (0..events.len()).filter(|at| is_start(events[*at])) {
            let mut document = answer(provider, Delivery::Streamed, &script()).document();
            document["body"] = doubled(at).into();
            let fault = heard(provider, Delivery::Streamed, &document).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Malformed, "{provider}: {}", events[at]);
        }
    }
}

#[test]
fn a_delta_without_its_block_is_no_answer() {
    let cases = [
        ("anthropic-messages", "event: content_block_start"),
        ("bedrock-converse", "event: contentBlockStart"),
        ("openai-responses", "event: response.output_item.added"),
        ("anthropic-messages", "event: message_start"),
        ("bedrock-converse", "event: messageStart"),
    ];
    for (dialect, start) in cases {
        let provider = Provider::ALL.into_iter().find(|provider| provider.dialect == dialect).unwrap();
        let document = rewritten(provider, |text| {
            text.split_inclusive("\n\n").filter(|event| !event.starts_with(start)).collect()
        });
        let fault = heard(provider, Delivery::Streamed, &document).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Malformed, "{dialect} without {start}");
    }
}

#[test]
fn what_is_no_json_is_malformed() {
    for provider in Provider::ALL {
        let document = rewritten(provider, |text| text.replacen("data: {", "data: {,", 1));
        let fault = heard(provider, Delivery::Streamed, &document).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Malformed, "{provider}");
    }
}
