use serde_json::{Value, json};

use super::*;
use crate::Span;

fn report(run: Value) -> Vec<u8> {
    json!({ "version": "2.1.0", "runs": [run] }).to_string().into_bytes()
}

fn one(run: Value) -> Run {
    read(&report(run)).unwrap().remove(0)
}

fn minimal(result: Value) -> Value {
    json!({ "tool": { "driver": { "name": "t" } }, "results": [result] })
}

#[test]
fn what_is_no_whole_report_is_a_fault_at_its_place() {
    let minimal = |members: Value| {
        let mut run = json!({ "tool": { "driver": { "name": "t" } }, "results": [] });
        run.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        report(run)
    };
    let message = json!({ "text": "m" });
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"".to_vec(), ""),
        (b"[]".to_vec(), ""),
        (b"{}".to_vec(), ""),
        (br#"{"version":"2.0.0","runs":[]}"#.to_vec(), "/version"),
        (br#"{"version":"2.1.0","runs":[]}"#.to_vec(), "/runs"),
        (report(json!({ "tool": { "driver": { "name": "t" } } })), "/runs/0"),
        (report(json!({ "results": [] })), "/runs/0"),
        (minimal(json!({ "results": null })), "/runs/0"),
        (minimal(json!({ "results": [{}] })), "/runs/0/results/0"),
        (minimal(json!({ "results": [{ "message": message, "level": "bad" }] })), "/runs/0/results/0/level"),
        (minimal(json!({ "results": [{ "message": message, "kind": 1 }] })), "/runs/0/results/0/kind"),
        (minimal(json!({ "results": [{ "message": message, "ruleIndex": 3 }] })), "/runs/0/results/0"),
        (
            minimal(json!({ "externalPropertyFileReferences": { "results": [{}] } })),
            "/runs/0/externalPropertyFileReferences/results",
        ),
    ];
    for (bytes, pointer) in cases {
        let fault = read(&bytes).expect_err(&String::from_utf8_lossy(&bytes));
        assert_eq!(fault.pointer, pointer, "{fault}");
    }
}

#[test]
fn every_cut_of_a_report_is_a_fault() {
    let whole = report(minimal(json!({ "ruleId": "r", "message": { "text": "m" } })));
    for end in 0..whole.len() {
        assert!(read(&whole[..end]).is_err(), "{}", String::from_utf8_lossy(&whole[..end]));
    }
}

#[test]
fn rules_are_found_by_index_by_id_by_hierarchy_and_in_extensions() {
    let rule = |id: &str, level: &str| json!({ "id": id, "defaultConfiguration": { "level": level } });
    let result = |members: Value| {
        let mut result = json!({ "message": { "text": "m" } });
        result.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        result
    };
    let run = one(json!({
        "tool": {
            "driver": { "name": "t", "rules": [rule("a", "error"), rule("b", "note")] },
            "extensions": [{ "name": "x", "rules": [rule("c", "error")] }],
        },
        "results": [
            result(json!({ "ruleIndex": 1 })),
            result(json!({ "ruleId": "a/1" })),
            result(json!({ "ruleId": "c", "rule": { "index": 0, "toolComponent": { "index": 0 } } })),
            result(json!({ "rule": { "id": "c", "toolComponent": { "name": "x" } } })),
            result(json!({ "ruleId": "c" })),
            result(json!({ "ruleId": "elsewhere" })),
            result(json!({ "ruleId": "a", "kind": "pass" })),
            result(json!({ "ruleIndex": -1 })),
        ],
    }));
    let got: Vec<(Option<&str>, Option<usize>, Level)> =
        run.results.iter().map(|result| (result.rule.as_deref(), result.rule_at, result.level)).collect();
    assert_eq!(
        got,
        [
            (Some("b"), Some(1), Level::Note),
            (Some("a/1"), Some(0), Level::Error),
            (Some("c"), Some(2), Level::Error),
            (Some("c"), Some(2), Level::Error),
            (Some("c"), Some(2), Level::Error),
            (Some("elsewhere"), None, Level::Warning),
            (Some("a"), Some(0), Level::None),
            (None, None, Level::Warning),
        ]
    );
}

#[test]
fn places_come_from_artifacts_and_bases_too() {
    let run = one(json!({
        "tool": { "driver": { "name": "t" } },
        "originalUriBaseIds": {
            "ROOT": { "uri": "file:///place/tree/" },
            "SUB": { "uri": "sub/", "uriBaseId": "ROOT" },
            "ANY": { "uri": "file:///" },
        },
        "artifacts": [{ "location": { "uri": "a%20b.py", "uriBaseId": "SUB" } }],
        "results": [
            { "message": { "text": "m" }, "locations": [{ "physicalLocation": {
                "artifactLocation": { "index": 0 }, "region": { "startLine": 2, "endColumn": 4 } } }] },
            { "message": { "text": "m" }, "locations": [{ "physicalLocation": {
                "artifactLocation": { "uri": "c.py", "uriBaseId": "ANY" },
                "region": { "startLine": 0, "charOffset": 3 } } }] },
            { "message": { "text": "m" }, "analysisTarget": { "uri": "d.py" } },
            { "message": { "text": "m" }, "locations": [{ "logicalLocations": [{ "name": "f" }] }] },
        ],
    }));
    let path = |at: usize| run.results[at].places[0].path(&["/place/tree"]).map(|path| path.to_string());
    assert_eq!(path(0).as_deref(), Some("sub/a b.py"));
    let span = Span { line: 2, column: 1, end_line: 2, end_column: 4 };
    assert_eq!(run.results[0].places[0].span, Some(span));
    assert_eq!((path(1).as_deref(), run.results[1].places[0].span), (Some("c.py"), None));
    assert_eq!(path(2).as_deref(), Some("d.py"));
    assert_eq!(run.results[3].places[0].logical.as_deref(), Some("f"));
}

#[test]
fn messages_come_from_the_rule_with_their_arguments() {
    let run = one(json!({
        "tool": { "driver": { "name": "t", "rules": [
            { "id": "r", "messageStrings": { "default": { "text": "{0} beats {1}, {{}} {9}" } } },
        ] } },
        "results": [
            { "ruleId": "r", "message": { "id": "default", "arguments": ["a", "b"] } },
            { "ruleId": "r", "message": { "id": "gone" } },
        ],
    }));
    let messages: Vec<&str> = run.results.iter().map(|result| result.message.as_str()).collect();
    assert_eq!(messages, ["a beats b, {} {9}", "gone"]);
}

#[test]
fn what_a_tool_says_against_itself_is_kept() {
    let run = one(json!({
        "tool": { "driver": { "name": "t" } },
        "results": [],
        "invocations": [
            { "executionSuccessful": true, "toolExecutionNotifications": [
                { "level": "error", "message": { "text": "parse error" } },
                { "level": "note", "message": { "text": "hello" } } ] },
            { "executionSuccessful": false },
        ],
    }));
    assert_eq!(run.faults, ["parse error", "the tool says that it did not end well"]);
}

#[test]
fn taxa_and_scores_are_kept() {
    let run = one(json!({
        "tool": { "driver": { "name": "t" } },
        "taxonomies": [{ "name": "CWE", "taxa": [{ "id": "79" }] }],
        "results": [{
            "message": { "text": "m" }, "taxa": [{ "index": 0, "toolComponent": { "index": 0 } }],
            "properties": { "security-severity": 7.5, "tags": ["x"] },
        }],
    }));
    assert_eq!(run.results[0].security_severity.as_deref(), Some("7.5"));
    assert_eq!(run.results[0].tags.iter().map(String::as_str).collect::<Vec<_>>(), ["CWE/79", "x"]);
}
