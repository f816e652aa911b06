//! Checks and gates, as a board.

use maud::{Markup, html};
use serde_json::Value;

use super::nothing;
use crate::{
    account::Account,
    count::{counted, duration, grouped},
    look::Look,
    mark::{Mark, code, hash, pre, words},
    shown,
    table::Table,
};

/// Checks whose output is shown, and characters of each.
const OUTPUTS_MAX: usize = 20;
const OUTPUT_CHARS_MAX: usize = 6_000;
/// Characters of all outputs together.
const OUTPUTS_CHARS_MAX: usize = 60_000;

pub(crate) fn board(account: &Account) -> Markup {
    let (checks, gates) = (account.checks(), account.gates());
    html! {
        @if checks.is_empty() { (nothing("No check was run.")) }
        (check_table(&checks))
        (outputs(&checks))
        @if gates.is_empty() { (nothing("No gate was run.")) }
        (gate_table(&gates))
        @if gates.iter().any(|gate| !gate.list("coverage").is_empty()) {
            details { summary { "What the gates looked into, and with what" } (coverage(&gates)) (sources(&gates)) }
        }
    }
}

fn check_table(checks: &[&Value]) -> Markup {
    let heads = ["Check", "Outcome", "Takes", "Exit", "Held in"];
    Table::new("checks", "Checks", &heads).rows(checks, |check| {
        let outcome = check.text("outcome");
        html! {
            tr {
                th scope="row" { (code(check.text("name"))) }
                td { (Mark::of(outcome).word(&words(outcome))) }
                td.number { (check.number("duration_ms").map(duration).unwrap_or_else(|| "–".to_owned())) }
                td.number { (exit(check)) }
                td { (held(check)) }
            }
        }
    })
}

fn exit(check: &Value) -> String {
    match (check.at("exit_code").as_i64(), check.at("signal").as_i64()) {
        (Some(code), _) => code.to_string(),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "–".to_owned(),
    }
}

fn held(check: &Value) -> Markup {
    match check.texts("sandbox") {
        parts if parts.is_empty() => html! { "–" },
        parts => {
            html! { span title=(shown::line(&parts.join(", "), 800)) { (parts.len()) " parts of the sandbox" } }
        }
    }
}

/// What the checks printed, those first that did not pass.
fn outputs(checks: &[&Value]) -> Markup {
    let mut told: Vec<_> = checks.iter().filter(|check| !check.text("output").is_empty()).collect();
    told.sort_by_key(|check| check.text("outcome") == "passed");
    let chars_max = OUTPUT_CHARS_MAX.min(OUTPUTS_CHARS_MAX / told.len().clamp(1, OUTPUTS_MAX));
    html! {
        @for check in told.iter().take(OUTPUTS_MAX) { (output(check, chars_max)) }
        @if told.len() > OUTPUTS_MAX {
            p.left { (counted(told.len() - OUTPUTS_MAX, "output is", "outputs are")) " left out here." }
        }
    }
}

/// What a check printed; of one that passed, for whoever wants it.
fn output(check: &Value, chars_max: usize) -> Markup {
    let (name, text) = (shown::line(check.text("name"), 120), check.text("output"));
    let told = tail(text, chars_max);
    let dropped = check.number("output_bytes_dropped").unwrap_or(0);
    let dropped = dropped.saturating_add((text.len() - told.len()) as u64);
    html! {
        details open[check.text("outcome") != "passed"] {
            summary { "Output of " code { (name) } }
            (pre(&format!("Output of {name}"), told, chars_max))
            @if dropped > 0 { p.left { "The end of it; " (grouped(dropped)) " bytes before are left out here." } }
        }
    }
}

/// The end of an output: it is there that a check says what is wrong.
fn tail(text: &str, bytes_max: usize) -> &str {
    let from = text.len().saturating_sub(bytes_max);
    let from = (from..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(from);
    &text[from..]
}

fn gate_table(gates: &[&Value]) -> Markup {
    let heads = ["Gate", "Outcome", "Required", "Why", "Findings"];
    Table::new("gates", "Gates", &heads).rows(gates, |gate| {
        let outcome = gate.text("outcome");
        html! {
            tr {
                th scope="row" { (code(gate.text("gate"))) }
                td { (Mark::of(outcome).word(&words(outcome))) }
                td { @if gate.is("required") { "required" } @else { "not required" } }
                td.said { (shown::block(&gate.texts("reasons").join("\n"), 600)) }
                td.number { (gate.list("findings").len()) }
            }
        }
    })
}

fn coverage(gates: &[&Value]) -> Markup {
    let heads = ["Gate", "Looked by", "Scope", "Scanned", "Not scanned, and why", "Planted fault", "Tree"];
    let rows = gates.iter().flat_map(|gate| gate.list("coverage").iter().map(move |one| (gate, one)));
    Table::new("coverage", "What was looked into", &heads).rows(rows, |(gate, one)| {
        html! {
            tr {
                th scope="row" { (code(gate.text("gate"))) }
                td { (shown::line(one.text("tool"), 80)) }
                td { (shown::line(one.text("scope"), 120)) }
                td.number { (number(one, "scanned")) " of " (number(one, "files")) }
                td.said { (skipped(one)) }
                td { @if one.is("canary") { (Mark::Good.word("found")) } @else { (Mark::Bad.word("not found")) } }
                td { (hash(one.text("tree_sha256"))) }
            }
        }
    })
}

fn number(document: &Value, name: &str) -> String {
    document.number(name).map(grouped).unwrap_or_else(|| "–".to_owned())
}

fn skipped(coverage: &Value) -> String {
    let one = |skipped: &Value| format!("{}: {}", number(skipped, "files"), skipped.text("reason"));
    let told: Vec<_> = coverage.list("skipped").iter().take(10).map(one).collect();
    shown::line(&told.join("; "), 500)
}

fn sources(gates: &[&Value]) -> Markup {
    let heads = ["Gate", "Tool, rules or data", "Version", "SHA-256"];
    let rows = gates.iter().flat_map(|gate| gate.list("sources").iter().map(move |one| (gate, one)));
    Table::new("sources", "What the gates relied on", &heads).rows(rows, |(gate, one)| {
        html! {
            tr {
                th scope="row" { (code(gate.text("gate"))) }
                td { (shown::line(one.text("name"), 120)) }
                td { (shown::line(one.text("version"), 60)) }
                td { (hash(one.text("sha256"))) }
            }
        }
    })
}
