//! What somebody wrote stays out, wherever in a run's records it stands.

use proptest::prelude::*;
use serde_json::{Value, json};
use telemetry::Options;

use crate::trace::{Run, all, plain, record};

/// The Runner's own words in the records, by kind: whatever else is a text is somebody's.
const RECORDS: &[(&str, &[&str])] = &[
    (
        "run.started",
        &[
            "mode",
            "component",
            "policy",
            "request",
            "contract",
            "runner",
            "platform",
            "commit",
            "resumes",
            "held",
        ],
    ),
    ("capability.issued", &["capability", "id"]),
    ("capability.refused", &["code"]),
    ("capability.revoked", &["capability", "code"]),
    ("call.opened", &["function", "capability", "id", "code"]),
    ("call.closed", &["refused", "withheld", "code", "outcome", "gate", "severity", "operations.kind"]),
    ("agent.ended", &["stopped.code"]),
    ("gate.finished", &["gate", "outcome", "severity"]),
    ("placement.opened", &["goal.commit"]),
    ("placement.closed", &["placement", "code"]),
    ("publication.opened", &["commit"]),
    ("publication.closed", &["code"]),
    ("notice.closed", &["code"]),
    ("run.finished", &["outcome"]),
];

/// The same of a result. Whoever names a model or a binding is the operator.
const RESULT: &[&str] = &[
    "reasons.code",
    "changed_files.kind",
    "published.path",
    "models.model",
    "models.binding",
    "models.provider",
];

/// What decides which call it is and is itself never told.
const SHAPE: &[&str] = &["arguments.kind", "arguments.binding", "note.binding"];

/// The document with the marker in place of every text that is not in the list, and in a
/// field more of every object.
fn planted(value: &Value, kept: &dyn Fn(&str, &str) -> bool, path: (&str, &str), marker: &str) -> Value {
    match value {
        Value::String(_) if kept(path.0, path.1) => value.clone(),
        Value::String(_) => marker.into(),
        Value::Array(items) => items.iter().map(|item| planted(item, kept, path, marker)).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| {
                let inner = (path.1.rsplit('.').next().unwrap_or_default(), name.as_str());
                (name.clone(), planted(field, kept, inner, marker))
            });
            Value::Object(fields.chain([(marker.to_owned(), json!(marker))]).collect())
        }
        other => other.clone(),
    }
}

fn is_kept(list: &[&str], parent: &str, name: &str) -> bool {
    list.iter().any(|one| *one == name || one.split_once('.') == Some((parent, name)))
}

/// The run with the marker in all that somebody wrote. Without the shape, the texts that
/// decide which call it is are markers too.
fn plant(run: &Run, marker: &str, shape: bool) -> Run {
    let line = |line: &Value| {
        let kind = line["kind"].as_str().unwrap();
        let words = RECORDS.iter().find(|(one, _)| *one == kind).map_or(&[][..], |(_, words)| words);
        let kept = |parent: &str, name: &str| {
            // What the agent asks for is no capability's id, and an argument is nobody's word.
            is_kept(words, parent, name) && !["arguments", "note", "said"].contains(&parent)
                || shape && is_kept(SHAPE, parent, name)
        };
        let mut line = line.clone();
        line["body"] = planted(&line["body"], &kept, ("", ""), marker);
        if !shape && line["body"]["function"] == "network.invoke" {
            line["body"]["arguments"]["binding"] = json!(format!("model.{marker}"));
        }
        line
    };
    let kept = |parent: &str, name: &str| is_kept(RESULT, parent, name);
    let result = run.result.as_ref().map(|result| planted(result, &kept, ("", ""), marker));
    Run { name: run.name.clone(), lines: run.lines.iter().map(line).collect(), result }
}

/// Whether a text or a key holds the marker.
fn says(value: &Value, marker: &str) -> bool {
    match value {
        Value::String(text) => text.contains(marker),
        Value::Array(items) => items.iter().any(|item| says(item, marker)),
        Value::Object(fields) => {
            fields.iter().any(|(name, field)| name.contains(marker) || says(field, marker))
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn nothing_that_somebody_wrote_is_told_unasked(
        marker in prop_oneof!["[a-z0-9][a-z0-9._-]{15,40}", "[a-zA-Z0-9 /=:;,.!-]{16,300}", "[0-9a-f]{64}"],
        shape: bool,
    ) {
        for run in all() {
            let run = plant(&run, &marker, shape);
            let spans = run.spans(&plain());
            prop_assert!(!says(&spans, &marker), "{}: {:#}", run.name, spans);
            let metrics = run.metrics();
            prop_assert!(!metrics.contains(&marker), "{}: {}", run.name, metrics);
        }
    }
}

/// Which shows that the marker stands where it would be told.
#[test]
fn what_somebody_wrote_is_told_where_that_is_asked_for() {
    let marker = "what somebody wrote";
    for run in all() {
        let run = plant(&run, marker, true);
        let spans = run.spans(&Options { content: true, ..plain() });
        assert!(says(&spans, marker), "{}", run.name);
        assert!(!run.metrics().contains(marker), "{}: content is no label, whatever is asked for", run.name);
    }
}

#[test]
fn a_text_is_not_told_at_length() {
    let long = "ä".repeat(100_000);
    let body =
        json!({ "function": "repo.read", "arguments": { "path": long }, "decision": { "allow": true } });
    let line = json!({ "seq": 0, "run_id": "run-1", "time_ms": 0, "kind": "call.opened", "body": body });
    let spans = telemetry::spans(&[record(&line)], None, &Options { content: true, ..plain() });
    let told = spans.to_string();
    assert!(told.contains("ää") && told.len() < 8_000, "{}", told.len());
}

#[test]
fn the_id_of_a_run_is_told_only_where_it_is_a_word() {
    for (id, told) in [("run-01a2", true), ("what somebody wrote", false)] {
        let line = json!({ "seq": 0, "run_id": id, "time_ms": 0, "kind": "run.started", "body": {} });
        let spans = telemetry::spans(&[record(&line)], None, &plain());
        assert_eq!(says(&spans, id), told, "{id}");
    }
}

/// The agent names its passes: each that it has is told by its name.
#[test]
fn every_pass_of_the_agent_is_known() {
    let core = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../agent/core/src/pass");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(core).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let calls = text.split(".progress(host, \"").skip(1);
        names.extend(calls.filter_map(|rest| rest.split('"').next()).map(str::to_owned));
    }
    assert!(names.len() >= 10, "{names:?}");
    for name in names {
        let body = json!({
            "function": "audit.progress", "arguments": { "pass": name }, "decision": { "allow": true },
        });
        let line = json!({ "seq": 0, "run_id": "run-1", "time_ms": 0, "kind": "call.opened", "body": body });
        let metrics = telemetry::metrics(&[record(&line)], None);
        assert!(metrics.contains(&format!("pass=\"{name}\"")), "{name} is not in the list of known passes");
    }
}
