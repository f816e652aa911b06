use serde_json::{Value, json};

use super::super::{
    FaultKind,
    sse::{Event, events, is_stream},
};

fn said(name: &str, value: Value) -> Event {
    Event::Said { name: name.to_owned(), value }
}

#[test]
fn events_are_read_as_the_standard_says() {
    let table: [(&str, Vec<Event>); 16] = [
        ("", vec![]),
        ("\n\n\n", vec![]),
        (": a comment\n\n", vec![]),
        ("event: x\n\n", vec![]),
        ("data: 1\n\n", vec![said("", json!(1))]),
        ("data:1\n\n", vec![said("", json!(1))]),
        ("data: 1", vec![said("", json!(1))]),
        ("data: 1\r\n\r\ndata: 2\r\n\r\n", vec![said("", json!(1)), said("", json!(2))]),
        ("data: 1\r\rdata: 2\r\r", vec![said("", json!(1)), said("", json!(2))]),
        ("\u{feff}data: 1\n\n", vec![said("", json!(1))]),
        ("event: x\ndata: 1\n\ndata: 2\n\n", vec![said("x", json!(1)), said("", json!(2))]),
        ("event: x\n\ndata: 2\n\n", vec![said("", json!(2))]),
        ("data: [1,\ndata: 2]\n\n", vec![said("", json!([1, 2]))]),
        ("id: 7\nretry: 1\nother: 2\ndata: 1\n\n", vec![said("", json!(1))]),
        ("data: {\"a\": \"b: c\"}\n\n", vec![said("", json!({ "a": "b: c" }))]),
        ("data: 1\n\ndata: [DONE]\n\n", vec![said("", json!(1)), Event::Done]),
    ];
    for (text, expected) in table {
        assert_eq!(events(text, false), Ok(expected), "{text:?}");
    }
}

#[test]
fn what_is_not_whole_is_told_from_what_is_wrong() {
    let kind = |text: &str, is_cut: bool| events(text, is_cut).unwrap_err().kind;
    assert_eq!(kind("data: {\"a\"\n\n", false), FaultKind::Malformed);
    assert_eq!(kind("data: {\"a\"\n\ndata: 1\n\n", true), FaultKind::Malformed);
    assert_eq!(kind("data: {\"a\"\n\n", true), FaultKind::CutOff);
    assert_eq!(kind("data: {\"a\"\n", false), FaultKind::CutOff);
    assert_eq!(kind("data: {\"a\"", false), FaultKind::CutOff);
    assert_eq!(kind("data\n\n", false), FaultKind::Malformed);
}

#[test]
fn a_stream_is_known_by_its_first_word() {
    for text in ["data: 1", "\u{feff}data:1", "\n\nevent: x", ": hello", "retry: 1"] {
        assert!(is_stream(text), "{text:?}");
    }
    for text in ["", "{\"data\": 1}", "<html>", "database: 1"] {
        assert!(!is_stream(text), "{text:?}");
    }
}
