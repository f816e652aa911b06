//! Records that no Runner wrote.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};
use telemetry::{Options, TraceContext};

use crate::{
    otlp,
    prometheus::read,
    trace::{named, plain, record},
};

const KINDS: &[&str] = &[
    "run.started",
    "capability.issued",
    "capability.refused",
    "capability.revoked",
    "call.opened",
    "call.closed",
    "agent.panicked",
    "agent.ended",
    "gate.finished",
    "placement.opened",
    "placement.closed",
    "publication.opened",
    "publication.closed",
    "notice.opened",
    "notice.closed",
    "memory.kept",
    "run.result",
    "run.finished",
];

const KEYS: &[&str] = &[
    "opened",
    "done",
    "failed",
    "refused",
    "withheld",
    "code",
    "message",
    "function",
    "arguments",
    "binding",
    "kind",
    "note",
    "said",
    "usage",
    "input",
    "output",
    "stop",
    "pass",
    "decision",
    "allow",
    "proof",
    "id",
    "refusal",
    "capability",
    "operation",
    "checks",
    "gates",
    "findings",
    "severity",
    "fails",
    "gate",
    "outcome",
    "operations",
    "changes",
    "bytes",
    "state",
    "duration_ms",
    "exit_code",
    "models",
    "model",
    "requests",
    "tokens",
    "micro_usd",
    "changed_files",
    "lines_added",
    "verdict",
    "reasons",
    "published",
    "pull_request",
    "goal",
];

const WORDS: &[&str] = &[
    "network.invoke",
    "audit.progress",
    "audit.record",
    "repo.write",
    "model.default",
    "turn",
    "hydrate",
    "calls",
    "high",
    "succeeded",
    "a b\"\\\n",
    "",
];

fn body() -> impl Strategy<Value = Value> {
    let number = prop_oneof![0_u64..8, Just(u64::MAX), any::<u64>()].prop_map(Value::from);
    let text = prop_oneof![select(WORDS).prop_map(str::to_owned), ".{0,12}", "[a-z]{1,70}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number,
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from)
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        let fields = vec((select(KEYS), inner.clone()), 0..8);
        let object = fields.prop_map(|fields| {
            let named = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
            Value::Object(named.collect::<Map<_, _>>())
        });
        prop_oneof![vec(inner, 0..5).prop_map(Value::Array), object]
    })
}

fn line() -> impl Strategy<Value = Value> {
    let time = prop_oneof![0_u64..1_000, Just(u64::MAX), any::<u64>()];
    let run = prop_oneof![Just("run-1".to_owned()), ".{0,8}"];
    (0_u64..9, run, time, select(KINDS), body()).prop_map(|(seq, run_id, time_ms, kind, body)| {
        json!({ "seq": seq, "run_id": run_id, "time_ms": time_ms, "kind": kind, "body": body })
    })
}

fn holds(lines: &[Value], result: Option<&Value>, content: bool) {
    let records: Vec<_> = lines.iter().map(record).collect();
    let spans = telemetry::spans(&records, result, &Options { content, ..plain() });
    let read_back = otlp::read(&spans);
    if !records.is_empty() {
        otlp::sound(&read_back);
    }
    let text = telemetry::metrics(&records, result);
    read(&text).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn whatever_the_records_say_telemetry_is_sound(
        lines in vec(line(), 0..16), result in proptest::option::of(body()), content: bool,
    ) {
        holds(&lines, result.as_ref(), content);
    }

    /// A real run that was cut, shuffled or had a body exchanged.
    #[test]
    fn a_damaged_run_is_told_as_well_as_it_goes(
        name in select(&["model", "findings", "outward"][..]), cut in 0_usize..64, swapped in (0_usize..64, 0_usize..64),
        exchanged in 0_usize..64, other in body(),
    ) {
        let mut lines = named(name).lines;
        let count = lines.len();
        lines[exchanged % count]["body"] = other;
        lines.swap(swapped.0 % count, swapped.1 % count);
        lines.truncate(cut.min(count));
        holds(&lines, None, false);
    }
}

#[test]
fn every_cut_of_a_run_is_told() {
    let run = named("model");
    for length in 0..=run.lines.len() {
        holds(&run.lines[..length], None, false);
    }
}

/// A closing record closes what it names, once, and only what is of its kind.
#[test]
fn a_call_is_closed_by_its_own_record_alone() {
    let line = |seq: u64, kind: &str, body: Value| json!({ "seq": seq, "run_id": "r", "time_ms": seq, "kind": kind, "body": body });
    let opened = line(0, "call.opened", json!({ "function": "repo.read", "decision": { "allow": true } }));
    let done = |seq, opened: u64| line(seq, "call.closed", json!({ "done": {}, "opened": opened }));
    let refused = line(2, "call.closed", json!({ "refused": "late", "opened": 0 }));
    let cases = [
        (vec![opened.clone(), done(1, 0)], "done"),
        (vec![opened.clone(), done(1, 0), refused], "done"),
        (vec![opened.clone(), done(1, 7)], "interrupted"),
        (vec![done(1, 0), opened.clone()], "interrupted"),
        (
            vec![opened.clone(), line(1, "placement.closed", json!({ "done": {}, "opened": 0 }))],
            "interrupted",
        ),
        (vec![opened.clone(), line(1, "call.closed", json!({ "done": {}, "opened": "0" }))], "interrupted"),
    ];
    for (lines, ending) in cases {
        let records: Vec<_> = lines.iter().map(record).collect();
        let text = telemetry::metrics(&records, None);
        let expected = format!("code_assist_calls_total{{function=\"repo.read\",ending=\"{ending}\"}} 1\n");
        assert!(text.contains(&expected), "{lines:?}\n{text}");
    }
}

/// However many words a stranger's trace has, there are so many series and no more.
#[test]
fn series_are_bounded() {
    let line = |seq: u64| {
        let body = json!({ "function": format!("f{seq}"), "decision": { "allow": false } });
        json!({ "seq": seq, "run_id": "r", "time_ms": seq, "kind": "call.opened", "body": body })
    };
    let records: Vec<_> = (0..5_000).map(|seq| record(&line(seq))).collect();
    let samples = read(&telemetry::metrics(&records, None)).unwrap();
    assert!(samples.len() < 500, "{}", samples.len());
}

#[test]
fn a_context_that_nobody_keeps_is_still_a_context() {
    let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    let parent = TraceContext::parse(text, None).unwrap();
    assert!(!parent.is_sampled());
    otlp::read(&named("gates").spans(&Options { parent: Some(parent), ..plain() }));
}

/// Nothing ends before it began, and nothing takes less than no time.
#[test]
fn a_clock_that_goes_back_is_borne() {
    let times = |times: &[u64]| {
        let bodies = [
            json!({ "function": "audit.progress", "arguments": { "pass": "check" }, "decision": { "allow": true } }),
            json!({ "done": {}, "opened": 0 }),
            json!({ "report": {} }),
        ];
        let kinds = ["call.opened", "call.closed", "agent.ended"];
        let lines = bodies.into_iter().zip(kinds).zip(times).enumerate();
        let line = |(seq, ((body, kind), time_ms)): (usize, ((Value, &str), &u64))| json!({ "seq": seq, "run_id": "r", "time_ms": time_ms, "kind": kind, "body": body });
        lines.map(line).collect::<Vec<_>>()
    };
    for given in [[9, 5, 7], [9, 7, 5], [0, 9, 5], [u64::MAX, 0, 1]] {
        let lines = times(&given);
        holds(&lines, None, false);
        let records: Vec<_> = lines.iter().map(record).collect();
        let samples = read(&telemetry::metrics(&records, None)).unwrap();
        let seconds = |name: &str| samples[name];
        assert!(seconds("code_assist_call_seconds_total{function=\"audit.progress\"}") <= 0.009, "{given:?}");
        assert!(seconds("code_assist_pass_seconds_total{pass=\"check\"}") <= 0.009, "{given:?}");
    }
}
