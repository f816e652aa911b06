//! What is written is the text format of Prometheus.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    process::{Command, Stdio},
};

use crate::trace::{all, expect, named};

/// A sample: its name with its labels, and its value.
pub type Samples = BTreeMap<String, f64>;

/// Reads the format strictly: each family has help, type and at least one sample, in this
/// order and once; no sample stands twice; names and values are well-formed.
pub fn read(text: &str) -> Result<Samples, String> {
    let (mut samples, mut families) = (Samples::new(), BTreeSet::new());
    let mut lines = text.strip_suffix('\n').unwrap_or("no end of line").lines().peekable();
    while let Some(line) = lines.next() {
        let fault = |what: &str| Err(format!("{what}: {line}"));
        let Some((family, _)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) else {
            return fault("no help");
        };
        let kind = lines.next().and_then(|line| line.strip_prefix(&format!("# TYPE {family} ")));
        let counter = kind == Some("counter");
        if !matches!(kind, Some("counter" | "gauge")) || !is_name(family) || !families.insert(family) {
            return fault("no family");
        }
        if counter != family.ends_with("_total") {
            return fault("a counter ends in `_total`, and nothing else does");
        }
        let mut count = 0;
        while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
            let (sample, value) = line.rsplit_once(' ').ok_or(line)?;
            let value: f64 = value.parse().map_err(|_| format!("no number: {line}"))?;
            let (name, labels) =
                sample.split_once('{').map_or((sample, None), |(name, rest)| (name, Some(rest)));
            let sound = labels.is_none_or(is_labels);
            if name != family || !sound || samples.insert(sample.to_owned(), value).is_some() {
                return Err(format!("no sample: {line}"));
            }
            count += 1;
        }
        if count == 0 {
            return fault("no sample");
        }
    }
    Ok(samples)
}

fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    !name.is_empty() && name.bytes().all(fits)
}

/// `name="value",name="value"}`
fn is_labels(mut rest: &str) -> bool {
    loop {
        let Some((name, value)) = rest.split_once("=\"") else { return false };
        let Some(end) = closing_quote(value) else { return false };
        if !is_name(name) {
            return false;
        }
        match value[end + 1..].strip_prefix(',') {
            Some(next) => rest = next,
            None => return &value[end + 1..] == "}",
        }
    }
}

fn closing_quote(value: &str) -> Option<usize> {
    let mut escaped = false;
    value.char_indices().find_map(|(at, one)| {
        let ends = one == '"' && !escaped;
        escaped = one == '\\' && !escaped;
        ends.then_some(at)
    })
}

#[test]
fn the_metrics_of_every_run_are_well_formed_and_as_expected() {
    for run in all() {
        let text = run.metrics();
        read(&text).unwrap_or_else(|fault| panic!("{}: {fault}\n{text}", run.name));
        expect(&format!("{}.prom", run.name), &text);
    }
}

#[test]
fn what_is_not_the_format_is_told_from_it() {
    let family = "# HELP a_total A.\n# TYPE a_total counter\n";
    assert!(read(&format!("{family}a_total{{b=\"c\\\"\"}} 1\n")).is_ok());
    for text in [
        "a_total 1",
        "a_total 1\na_total 1\n",
        "b_total 1\n",
        "a_total{b=c} 1\n",
        "a_total{b=\"c} 1\n",
        "a_total x\n",
    ] {
        assert!(read(&format!("{family}{text}")).is_err(), "{text}");
    }
}

#[test]
fn what_happened_is_counted() {
    let of = |name| read(&named(name).metrics()).unwrap();
    let (gates, denied, findings, model) = (of("gates"), of("denied"), of("findings"), of("model"));
    let (outward, killed) = (of("outward"), of("killed"));
    let cases = [
        (
            &gates,
            "code_assist_run_info{mode=\"production_change\",outcome=\"succeeded\",version=\"1.0.0\"}",
            1.0,
        ),
        (&gates, "code_assist_run_production_ready", 1.0),
        (&gates, "code_assist_gates_total{gate=\"secrets\",outcome=\"pass\"}", 1.0),
        (&gates, "code_assist_checks_total{outcome=\"passed\"}", 1.0),
        (&gates, "code_assist_changed_lines{type=\"added\"}", 1.0),
        (&gates, "code_assist_operations_total{kind=\"modify\"}", 1.0),
        (&gates, "code_assist_call_bytes_total{function=\"repo.read\",way=\"given\"}", 8.0),
        (&gates, "code_assist_effects_total{effect=\"placement\",ending=\"done\"}", 1.0),
        (&denied, "code_assist_calls_total{function=\"repo.write\",ending=\"refused\"}", 1.0),
        (&denied, "code_assist_refusals_total{code=\"policy-denied\"}", 1.0),
        (&denied, "code_assist_run_exit_code", 3.0),
        (&findings, "code_assist_gates_total{gate=\"container\",outcome=\"fail\"}", 1.0),
        (&model, "code_assist_passes_total{pass=\"propose\"}", 1.0),
        (&model, "code_assist_model_calls_total{ending=\"done\"}", 2.0),
        (&model, "code_assist_model_turn_tokens_total{type=\"input\"}", 200.0),
        (&model, "code_assist_model_turn_tokens_total{type=\"output\"}", 46.0),
        (
            &outward,
            "code_assist_model_cost_usd_total{binding=\"model.default\",model=\"claude-sonnet-4-5\"}",
            1.234567,
        ),
        (
            &outward,
            "code_assist_model_requests_total{binding=\"model.default\",model=\"claude-sonnet-4-5\"}",
            6.0,
        ),
        (&outward, "code_assist_run_duration_seconds", 31.97),
        (&outward, "code_assist_capabilities_total{capability=\"repo.read\",event=\"revoked\"}", 1.0),
        (&outward, "code_assist_capabilities_total{capability=\"all\",event=\"revoked\"}", 1.0),
        (&outward, "code_assist_capabilities_total{capability=\"other\",event=\"refused\"}", 1.0),
        (&outward, "code_assist_passes_total{pass=\"other\"}", 1.0),
        (&outward, "code_assist_failures_total{code=\"call-timeout\"}", 1.0),
        (&outward, "code_assist_effects_total{effect=\"notice\",ending=\"failed\"}", 1.0),
        (&killed, "code_assist_calls_total{function=\"network.invoke\",ending=\"interrupted\"}", 1.0),
        (
            &killed,
            "code_assist_run_info{mode=\"proposed_change\",outcome=\"unfinished\",version=\"1.0.0\"}",
            1.0,
        ),
    ];
    for (samples, name, value) in cases {
        assert_eq!(samples.get(name), Some(&value), "{name}");
    }
    let failing =
        findings.keys().filter(|name| name.starts_with("code_assist_findings_total{gate=\"container\""));
    assert!(failing.count() > 0);
}

#[test]
fn calls_and_records_add_up() {
    for run in all() {
        let samples = read(&run.metrics()).unwrap();
        let sum = |family: &str| -> f64 {
            samples.iter().filter(|(name, _)| name.starts_with(family)).map(|(_, value)| value).sum()
        };
        let opened = run.lines.iter().filter(|line| line["kind"] == "call.opened").count();
        assert_eq!(sum("code_assist_calls_total{"), opened as f64, "{}", run.name);
        assert_eq!(sum("code_assist_records_total{"), run.lines.len() as f64, "{}", run.name);
    }
}

/// Prometheus' own tool, where it is installed.
#[test]
fn promtool_finds_no_fault() {
    for run in all() {
        let mut command = Command::new("promtool");
        command
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let Ok(mut child) = command.spawn() else {
            println!("skipped: there is no `promtool` on this machine");
            return;
        };
        child.stdin.take().unwrap().write_all(run.metrics().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && told.is_empty(), "{}: {told}", run.name);
    }
}
