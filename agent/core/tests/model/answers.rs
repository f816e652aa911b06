//! What is heard of answers that came.

use agent_core::model::{FaultKind, Stop, Turn, Usage};
use dialects::{
    Delivery, Provider,
    answers::{COUNTS, Counted, End, Script, answer},
};
use serde_json::json;

use crate::{all, heard, said};

const TEXT: &str = "Größe: 1\u{1F980}, \"two\"\nthree";

fn counted(provider: Provider) -> Usage {
    let [input, cached_read, output, reasoning] = COUNTS;
    // It does not count thoughts apart.
    let reasoning = if provider.dialect == "bedrock-converse" { 0 } else { reasoning };
    Usage { input, output, cached_read, cached_write: 0, reasoning }
}

#[test]
fn a_text_is_heard_whole_and_streamed() {
    for (provider, delivery) in all() {
        let turn = said(provider, delivery, &Script::text(TEXT)).unwrap();
        assert_eq!(turn.text, TEXT, "{provider} {delivery:?}");
        assert_eq!(turn.stop, Stop::Finished, "{provider} {delivery:?}");
        assert_eq!(turn.usage, Some(counted(provider)), "{provider} {delivery:?}");
        assert!(turn.calls.is_empty());
    }
}

#[test]
fn calls_made_together_are_heard_with_the_text_before_them() {
    let script = Script::text("I look.").with_calls(&[
        ("abc123DEF", "read", r#"{"path":"a.rs","from":3}"#),
        ("abc123DEG", "list", "{}"),
        ("abc123DEH", "read", r#"{"path":"ü\n"}"#),
    ]);
    for (provider, delivery) in all() {
        let turn = said(provider, delivery, &script).unwrap();
        assert_eq!((turn.text.as_str(), &turn.stop), ("I look.", &Stop::Calls), "{provider} {delivery:?}");
        let calls = turn.calls.iter().map(|call| (call.id.as_str(), call.name.as_str(), call.input.clone()));
        let input = |value: serde_json::Value| Ok(value.as_object().unwrap().clone());
        let expected = [
            ("abc123DEF", "read", input(json!({ "path": "a.rs", "from": 3 }))),
            ("abc123DEG", "list", input(json!({}))),
            ("abc123DEH", "read", input(json!({ "path": "ü\n" }))),
        ];
        assert_eq!(calls.collect::<Vec<_>>(), expected, "{provider} {delivery:?}");
    }
}

#[test]
fn calls_without_ids_get_some() {
    let script = Script::text("").with_calls(&[("", "list", "{}"), ("", "list", "{}")]);
    let without = [("gemini", "compatible"), ("openai-chat", "ollama"), ("openai-chat", "compatible")];
    let may_leave_out = |provider: &Provider| without.contains(&(provider.dialect, provider.flavour));
    for (provider, delivery) in all().filter(|(provider, _)| may_leave_out(provider)) {
        let turn = said(provider, delivery, &script).unwrap();
        let ids: Vec<_> = turn.calls.iter().map(|call| call.id.as_str()).collect();
        assert_eq!(ids, ["call_0", "call_1"], "{provider} {delivery:?}");
    }
}

#[test]
fn an_id_that_comes_twice_is_not_taken_twice() {
    let script = Script::text("").with_calls(&[("abc123DEF", "list", "{}"), ("abc123DEF", "list", "{}")]);
    for (provider, delivery) in all() {
        let turn = said(provider, delivery, &script).unwrap();
        assert_eq!(turn.calls.len(), 2, "{provider} {delivery:?}");
        assert_ne!(turn.calls[0].id, turn.calls[1].id, "{provider} {delivery:?}");
    }
}

#[test]
fn refusals_limits_and_filters_are_told_apart() {
    for (provider, delivery) in all() {
        let stop = |end: End| said(provider, delivery, &Script::text("Well").ending(end)).unwrap().stop;
        let at = format!("{provider} {delivery:?}");
        assert_eq!(stop(End::Length), Stop::Length, "{at}");
        assert!(matches!(stop(End::Filtered), Stop::Filtered(_)), "{at}");
        match (provider.dialect, stop(End::Refused("I won't.".to_owned()))) {
            // Models there decline in plain words; what is blocked is withheld.
            ("gemini" | "bedrock-converse", stop) => assert!(matches!(stop, Stop::Filtered(_)), "{at}"),
            (_, stop) => assert_eq!(stop, Stop::Refused("I won't.".to_owned()), "{at}"),
        }
    }
}

#[test]
fn calls_of_what_was_withheld_are_not_made() {
    for end in [End::Filtered, End::Refused("No.".to_owned())] {
        let script = Script::text("").with_calls(&[("abc123DEF", "list", "{}")]).ending(end);
        for (provider, delivery) in all() {
            let turn = said(provider, delivery, &script).unwrap();
            assert!(turn.calls.is_empty() && turn.echo.is_none(), "{provider} {delivery:?}");
        }
    }
}

#[test]
fn a_call_that_the_limit_cut_is_not_used() {
    let calls = [("abc123DEF", "list", "{}"), ("abc123DEG", "read", r#"{"path":"a"}"#)];
    let script = Script::text("I look.").with_calls(&calls).ending(End::Length);
    for (provider, delivery) in all() {
        let turn = said(provider, delivery, &script).unwrap();
        assert_eq!(turn.stop, Stop::Length, "{provider} {delivery:?}");
        let usable: Vec<_> = turn.calls.iter().map(|call| call.input.is_ok()).collect();
        assert_eq!(usable, [true, false], "{provider} {delivery:?}");
    }
}

#[test]
fn an_input_that_is_no_json_is_a_fault_of_the_call() {
    for arguments in [r#"{"path": "a"#, "[1]", r#"{"path":"a","path":"b"}"#, "7", "x"] {
        let calls = [("abc123DEF", "read", arguments), ("abc123DEG", "list", "{}")];
        let script = Script::text("").with_calls(&calls);
        for (provider, delivery) in all() {
            let turn = said(provider, delivery, &script).unwrap();
            // Two equal keys can only be seen where the input comes as a text.
            let doubled = arguments.matches("path").count() == 2;
            let is_text = match provider.dialect {
                "openai-responses" => true,
                "openai-chat" => provider.flavour != "mistral",
                "gemini" => false,
                _ => delivery == Delivery::Streamed,
            };
            let is_usable = doubled && !is_text;
            assert_eq!(turn.calls[0].input.is_ok(), is_usable, "{provider} {delivery:?} {arguments}");
            assert!(turn.calls[1].input.is_ok());
            if let (Err(fault), true) = (&turn.calls[0].input, is_text) {
                assert_eq!(fault.raw, arguments, "{provider} {delivery:?}");
            }
        }
    }
}

#[test]
fn an_answer_without_content_is_empty() {
    for text in ["", " \n"] {
        for (provider, delivery) in all() {
            let fault = said(provider, delivery, &Script::text(text)).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Empty, "{provider} {delivery:?}: {fault}");
        }
    }
}

/// In every form in which nothing may come.
#[test]
fn nothing_is_empty_and_not_malformed() {
    let bodies = [
        ("", json!("")),
        ("application/json", json!("")),
        ("text/event-stream", json!("")),
        ("text/event-stream", json!(": hello\n\n")),
        ("text/event-stream", json!("data: [DONE]\n\n")),
    ];
    for (provider, delivery) in all() {
        for (content_type, body) in &bodies {
            let document = json!({ "status": 200, "content_type": content_type, "body": body });
            let fault = heard(provider, delivery, &document).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Empty, "{provider} {content_type} {body}: {fault}");
        }
    }
    let without = [
        (Provider::ALL[0], json!({ "output": [], "status": "completed" })),
        (Provider::ALL[1], json!({ "choices": [] })),
        (Provider::ALL[7], json!({ "type": "message", "content": [], "stop_reason": "end_turn" })),
        (Provider::ALL[8], json!({ "candidates": [] })),
        (Provider::ALL[8], json!({ "usageMetadata": { "promptTokenCount": 1 } })),
        (Provider::ALL[9], json!({ "output": { "message": { "content": [] } }, "stopReason": "end_turn" })),
    ];
    for (provider, body) in without {
        let fault = heard(provider, Delivery::Whole, &json!({ "status": 200, "body": body })).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Empty, "{provider}: {fault}");
    }
}

#[test]
fn a_limit_reached_before_the_first_word_is_a_limit() {
    for (provider, delivery) in all() {
        let turn = said(provider, delivery, &Script::text("").ending(End::Length)).unwrap();
        assert_eq!((turn.stop, turn.text.as_str()), (Stop::Length, ""), "{provider} {delivery:?}");
    }
}

#[test]
fn what_is_not_counted_is_not_known() {
    let script = Script { counted: Counted::Silent, ..Script::text("Well") };
    for (provider, delivery) in all() {
        let Turn { usage, text, .. } = said(provider, delivery, &script).unwrap();
        assert_eq!((usage, text.as_str()), (None, "Well"), "{provider} {delivery:?}");
    }
}

#[test]
fn an_answer_is_heard_however_it_was_asked_for() {
    for (provider, delivery) in all() {
        let other = if delivery == Delivery::Whole { Delivery::Streamed } else { Delivery::Whole };
        let document = answer(provider, other, &Script::text("Well")).document();
        assert_eq!(heard(provider, delivery, &document).unwrap().text, "Well", "{provider}");
        // Some servers name no type.
        let mut untyped = document.clone();
        untyped["content_type"] = "".into();
        assert_eq!(heard(provider, delivery, &untyped).unwrap().text, "Well", "{provider}");
    }
}
