//! What is made is what OpenTelemetry's own types read.

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value as Any},
    trace::v1::Span,
};
use serde_json::{Value, json};
use telemetry::{Options, TraceContext};

use crate::trace::{Run, all, expect, named, plain, record};

/// The spans as the official types have them. What they did not take over is a fault: they
/// pass over fields that they do not know.
pub fn read(spans: &Value) -> Vec<Span> {
    let read: ExportTraceServiceRequest = serde_json::from_value(spans.clone()).expect("OTLP in JSON");
    let again = serde_json::to_value(&read).unwrap();
    assert!(holds(&again, spans), "something was passed over\n{spans:#}\n{again:#}");
    let scopes = read.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}

/// Whether all that one document says is in the other.
fn holds(larger: &Value, smaller: &Value) -> bool {
    match (larger, smaller) {
        (Value::Object(larger), Value::Object(smaller)) => {
            smaller.iter().all(|(key, value)| larger.get(key).is_some_and(|other| holds(other, value)))
        }
        (Value::Array(larger), Value::Array(smaller)) => {
            larger.len() == smaller.len() && larger.iter().zip(smaller).all(|(one, other)| holds(one, other))
        }
        _ => larger == smaller,
    }
}

fn attribute<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a Any> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    found.value.as_ref()?.value.as_ref()
}

fn text<'a>(span: &'a Span, key: &str) -> Option<&'a str> {
    match attribute(&span.attributes, key)? {
        Any::StringValue(text) => Some(text),
        _ => None,
    }
}

fn number(span: &Span, key: &str) -> Option<i64> {
    match attribute(&span.attributes, key)? {
        Any::IntValue(number) => Some(*number),
        _ => None,
    }
}

fn failed(span: &Span) -> bool {
    span.status.as_ref().is_some_and(|status| status.code == 2)
}

fn of(run: &Run) -> Vec<Span> {
    read(&run.spans(&plain()))
}

fn with<'a>(spans: &'a [Span], key: &str, value: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| text(span, key) == Some(value)).collect()
}

/// What holds of the spans of anything.
pub fn sound(spans: &[Span]) {
    let roots: Vec<_> = spans.iter().filter(|span| span.parent_span_id.is_empty()).collect();
    assert_eq!(roots.len(), 1, "one root");
    let ids: BTreeSet<_> = spans.iter().map(|span| &span.span_id).collect();
    for span in spans {
        assert_eq!((span.trace_id.len(), span.span_id.len()), (16, 8));
        assert_eq!(span.trace_id, roots[0].trace_id, "{}", span.name);
        assert!(span.parent_span_id.is_empty() || ids.contains(&span.parent_span_id), "{}", span.name);
        assert!(span.start_time_unix_nano <= span.end_time_unix_nano, "{}", span.name);
        assert!(!span.name.is_empty());
        let keys: BTreeSet<_> = span.attributes.iter().map(|attribute| &attribute.key).collect();
        assert_eq!(keys.len(), span.attributes.len(), "{}: an attribute stands twice", span.name);
    }
}

#[test]
fn the_spans_of_every_run_are_sound_and_as_expected() {
    for run in all() {
        let spans = run.spans(&plain());
        let read = read(&spans);
        sound(&read);
        let ids: BTreeSet<_> = read.iter().map(|span| &span.span_id).collect();
        assert_eq!(ids.len(), read.len(), "{}: an id stands twice", run.name);
        expect(&format!("{}.spans.jsonl", run.name), &lines(spans));
    }
}

/// A line for the resource, and one for each span.
fn lines(mut spans: Value) -> String {
    let told = spans["resourceSpans"][0]["scopeSpans"][0]["spans"].take();
    let lines = [&spans].into_iter().chain(told.as_array().unwrap());
    lines.map(|line| format!("{}\n", sorted(line))).collect()
}

/// The text with its keys in order, whatever `serde_json` was built with.
fn sorted(value: &Value) -> String {
    let listed = |items: Vec<String>| items.join(",");
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<_, _> = fields.iter().collect();
            let field = |(name, field): (&String, &Value)| format!("{}:{}", json!(name), sorted(field));
            format!("{{{}}}", listed(fields.into_iter().map(field).collect()))
        }
        Value::Array(items) => format!("[{}]", listed(items.iter().map(sorted).collect())),
        other => other.to_string(),
    }
}

#[test]
fn a_run_has_one_span_for_itself_each_pass_and_each_thing_that_was_opened() {
    for run in all() {
        let count =
            |end: &str| run.lines.iter().filter(|line| line["kind"].as_str().unwrap().ends_with(end)).count();
        let progress = |line: &&Value| line["body"]["function"] == "audit.progress";
        let passes = run.lines.iter().filter(progress).count();
        assert_eq!(of(&run).len(), 1 + passes + count(".opened"), "{}", run.name);
    }
}

#[test]
fn passes_follow_each_other_and_hold_their_calls() {
    let spans = of(&named("model"));
    let passes: Vec<_> = spans.iter().filter(|span| span.name.starts_with("pass ")).collect();
    let names: Vec<_> = passes.iter().filter_map(|span| text(span, "code_assist.pass.name")).collect();
    assert_eq!(names, ["hydrate", "draft", "propose", "check", "review", "commit", "report"]);
    for (one, next) in passes.iter().zip(&passes[1..]) {
        assert_eq!(one.end_time_unix_nano, next.start_time_unix_nano, "{}", one.name);
    }
    let by_id: BTreeMap<_, _> = spans.iter().map(|span| (&span.span_id, span.name.as_str())).collect();
    let parent = |function: &str| by_id[&with(&spans, "code_assist.function", function)[0].parent_span_id];
    assert_eq!(parent("process.run-checks"), "pass check");
    assert_eq!(parent("repo.write"), "pass propose");
    let placement = spans.iter().find(|span| span.name == "placement").unwrap();
    assert_eq!(by_id[&placement.parent_span_id], "run");
}

#[test]
fn the_run_says_how_it_ended() {
    let cases = [
        ("gates", "succeeded", Some(0), false),
        ("denied", "refused", Some(3), true),
        ("check_fails", "failed", Some(1), true),
        ("findings", "gate_failed", Some(4), true),
        ("killed", "unfinished", None, true),
    ];
    for (name, outcome, exit_code, error) in cases {
        let spans = of(&named(name));
        assert_eq!(text(&spans[0], "code_assist.run.outcome"), Some(outcome), "{name}");
        assert_eq!(number(&spans[0], "code_assist.run.exit_code"), exit_code, "{name}");
        assert_eq!((failed(&spans[0]), text(&spans[0], "error.type").is_some()), (error, error), "{name}");
    }
    let ready =
        |name| attribute(&of(&named(name))[0].attributes, "code_assist.run.production_ready").cloned();
    assert_eq!(ready("gates"), Some(Any::BoolValue(true)));
    assert_eq!(ready("findings"), Some(Any::BoolValue(false)));
    assert_eq!(ready("killed"), None);
}

#[test]
fn a_call_that_was_not_done_says_why() {
    let cases = [
        ("denied", "repo.write", "refused", "policy-denied", "policy-denied"),
        ("outward", "repo.read", "withheld", "capability-bytes-exhausted", "capability-bytes-exhausted"),
        ("outward", "network.invoke", "failed", "call-timeout", "call-timeout"),
        ("outward", "network.invoke", "done", "", "529"),
        ("killed", "network.invoke", "interrupted", "interrupted", "interrupted"),
    ];
    for (name, function, ending, code, class) in cases {
        let spans = of(&named(name));
        let calls = with(&spans, "code_assist.function", function);
        let call = calls.iter().find(|call| text(call, "error.type") == Some(class));
        let call = call.unwrap_or_else(|| panic!("{name}: no `{function}` with `{class}`"));
        assert_eq!(text(call, "code_assist.ending"), Some(ending), "{name}");
        assert_eq!(text(call, "code_assist.code").unwrap_or_default(), code, "{name}");
        assert!(failed(call), "{name}");
    }
}

#[test]
fn what_was_left_open_is_interrupted_at_the_last_record() {
    let spans = of(&named("killed"));
    let open = spans.iter().find(|span| text(span, "code_assist.ending") == Some("interrupted")).unwrap();
    assert!(open.events.iter().any(|event| event.name == "interrupted"));
    assert!(spans[0].events.iter().any(|event| event.name == "interrupted"));
    assert_eq!(open.end_time_unix_nano, spans[0].end_time_unix_nano);
    let done = of(&named("model"));
    assert!(!done.iter().flat_map(|span| &span.events).any(|event| event.name == "interrupted"));
}

#[test]
fn the_call_of_a_model_is_told_in_the_words_of_the_convention() {
    let spans = of(&named("model"));
    let calls: Vec<_> = spans.iter().filter(|span| span.name == "chat gpt-5").collect();
    let tokens =
        |span: &Span| (number(span, "gen_ai.usage.input_tokens"), number(span, "gen_ai.usage.output_tokens"));
    assert_eq!(
        calls.iter().map(|span| tokens(span)).collect::<Vec<_>>(),
        [(Some(120), Some(34)), (Some(80), Some(12))]
    );
    for call in calls {
        assert_eq!(text(call, "gen_ai.operation.name"), Some("chat"));
        assert_eq!(text(call, "gen_ai.request.model"), Some("gpt-5"));
        assert_eq!(number(call, "http.response.status_code"), Some(200));
        assert_eq!(call.kind, 3, "a client");
    }
    let outward = of(&named("outward"));
    assert_eq!(with(&outward, "gen_ai.provider.name", "anthropic").len(), 2);
    let alone = read(&telemetry::spans(&named("model").records(), None, &plain()));
    assert_eq!(with(&alone, "gen_ai.provider.name", "_OTHER").len(), 2);
}

#[test]
fn other_invocations_are_no_calls_of_a_model() {
    let spans = of(&named("model"));
    let invoked = with(&spans, "code_assist.function", "network.invoke");
    let models = invoked.iter().filter(|span| text(span, "gen_ai.operation.name").is_some());
    assert_eq!((invoked.len(), models.count()), (4, 2));
}

#[test]
fn a_context_that_was_carried_in_is_the_parent() {
    let (trace, parent) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
    let carried = TraceContext::parse(&format!("00-{trace}-{parent}-01"), Some("vendor=1")).unwrap();
    let run = named("gates");
    let json = run.spans(&Options { parent: Some(carried.clone()), ..plain() });
    let spans = &json["resourceSpans"][0]["scopeSpans"][0]["spans"];
    assert_eq!((&spans[0]["traceId"], &spans[0]["parentSpanId"]), (&trace.into(), &parent.into()));
    for span in read(&json) {
        assert_eq!(span.trace_state, "vendor=1");
        let remote = if span.name == "run" { 0x301 } else { 0x101 };
        assert_eq!(span.flags, remote, "{}", span.name);
    }
    let records = run.records();
    let opened = records.iter().find(|record| record.kind == ledger::Kind::CallOpened).unwrap();
    let (out, _) = carried.child(&opened.run_id, opened.seq);
    let span = spans
        .as_array()
        .unwrap()
        .iter()
        .find(|span| out == format!("00-{trace}-{}-01", span["spanId"].as_str().unwrap()));
    assert_eq!(span.unwrap()["name"], "audit.progress", "what went out names the span of the call");
}

#[test]
fn telemetry_made_twice_is_the_same() {
    for run in all() {
        assert_eq!(run.spans(&plain()), run.spans(&plain()));
    }
    let ids = |name| of(&named(name))[0].trace_id.clone();
    assert_ne!(ids("gates"), ids("model"));
}

#[test]
fn of_no_records_there_are_no_spans() {
    assert_eq!(read(&telemetry::spans(&[], None, &plain())), []);
}

/// Tokens of a call are those of the note that follows it and names its binding.
#[test]
fn a_note_is_about_the_call_before_it() {
    let asks = |binding: &str| ("network.invoke", json!({ "binding": binding, "action": "stream" }));
    let notes = |kind: &str, binding: &str, input: u64| {
        let note = json!({ "binding": binding, "said": { "usage": { "input": input } } });
        ("audit.record", json!({ "kind": kind, "note": note }))
    };
    let cases = [
        (vec![asks("model.a"), notes("turn", "model.a", 1)], vec![Some(1)]),
        (vec![asks("model.a"), notes("turn", "model.b", 1)], vec![None]),
        (vec![asks("model.a"), notes("plan", "model.a", 1)], vec![None]),
        (vec![notes("turn", "model.a", 1), asks("model.a")], vec![None]),
        (vec![asks("model.a"), notes("turn", "model.a", 1), notes("turn", "model.a", 2)], vec![Some(1)]),
        (vec![asks("model.a"), asks("model.b"), notes("turn", "model.b", 2)], vec![None, Some(2)]),
    ];
    for (calls, tokens) in cases {
        let line = |(seq, (function, arguments)): (usize, &(&str, Value))| {
            let body = json!({ "function": function, "arguments": arguments, "decision": { "allow": true } });
            record(&json!({ "seq": seq, "run_id": "r", "time_ms": 0, "kind": "call.opened", "body": body }))
        };
        let records: Vec<_> = calls.iter().enumerate().map(line).collect();
        let spans = read(&telemetry::spans(&records, None, &plain()));
        let models = with(&spans, "gen_ai.operation.name", "chat");
        let told: Vec<_> = models.iter().map(|span| number(span, "gen_ai.usage.input_tokens")).collect();
        assert_eq!(told, tokens, "{calls:?}");
    }
}
