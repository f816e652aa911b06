//! The timeline: what took how long, by pass and by call.

use maud::{Markup, html};
use serde_json::Value;

use super::{compact::compact, nothing};
use crate::{
    account::{Account, Pass, Step},
    count::{counted, duration, grouped},
    look::Look,
    mark::{Mark, code},
    shown,
    table::{Room, Table},
};

/// Steps of a run whose passes all stand open.
const OPEN_STEPS_MAX: usize = 80;
/// What the tables of all passes may take of the page.
const BYTES_MAX: usize = 800_000;

/// What a bar is measured against.
#[derive(Clone, Copy)]
struct Span {
    started_ms: u64,
    length_ms: u64,
}

pub(crate) fn timeline(account: &Account) -> Markup {
    let passes = &account.steps.passes;
    if passes.is_empty() {
        return nothing("Nothing is on record.");
    }
    let started_ms = account.started_ms;
    let span = Span { started_ms, length_ms: account.ended_ms.saturating_sub(started_ms).max(1) };
    let count: usize = passes.iter().map(|pass| pass.count).sum();
    let mut bytes = BYTES_MAX;
    let details: Vec<_> = passes
        .iter()
        .enumerate()
        .map(|(index, pass)| details(index, pass, span, count <= OPEN_STEPS_MAX, &mut bytes))
        .collect();
    html! {
        p { (grouped(account.steps.calls)) " calls in " (counted(passes.len(), "pass", "passes")) "." }
        (overview(passes, span))
        h3 { "Every call" }
        @for details in &details { (details) }
    }
}

fn overview(passes: &[Pass], span: Span) -> Markup {
    let heads = ["Pass", "Starts after", "Takes", "Share of the run", "Calls", "Refused", "Failed"];
    Table::new("passes", "Passes", &heads).rows(passes, |pass| {
        let took_ms = pass.ended_ms.saturating_sub(pass.started_ms);
        html! {
            tr {
                th scope="row" { (name(pass)) }
                td.number { (offset(pass.started_ms, span)) }
                td.number { (duration(took_ms)) }
                td.wide { (bar(pass.started_ms, took_ms, span)) }
                td.number { (grouped(pass.calls)) }
                td.number { (grouped(pass.refused)) }
                td.number { (grouped(pass.failed)) }
            }
        }
    })
}

fn name(pass: &Pass) -> String {
    match pass.name {
        "" => "without a name".to_owned(),
        name => shown::line(name, 60),
    }
}

fn offset(at_ms: u64, span: Span) -> String {
    match at_ms.saturating_sub(span.started_ms) {
        0 => "0".to_owned(),
        ms => duration(ms),
    }
}

/// Where in the run it lies and how long it takes, drawn; the text stands beside it.
fn bar(at_ms: u64, took_ms: u64, span: Span) -> Markup {
    let share = |ms: u64| ms as f64 / span.length_ms as f64 * 100.0;
    let left = share(at_ms.saturating_sub(span.started_ms)).clamp(0.0, 99.0);
    let width = share(took_ms).clamp(0.6, 100.0 - left);
    html! {
        span.bar aria-hidden="true" { i style=(format!("left:{left:.1}%;width:{width:.1}%")) {} }
    }
}

fn details(index: usize, pass: &Pass, span: Span, open: bool, bytes: &mut usize) -> Markup {
    let id = format!("pass-{index}");
    let caption = format!("Steps of the pass {}", name(pass));
    let heads = ["After", "What", "With", "Decision", "Came of it", "Takes", "Drawn", "Record"];
    let room = Room { rows: usize::MAX, bytes: *bytes };
    let table = Table { room, class: "steps", ..Table::new(&id, &caption, &heads) };
    let rows = table.rows_of(pass.count - pass.steps.len(), &pass.steps, |step| row(step, span));
    *bytes = bytes.saturating_sub(rows.0.len());
    html! {
        details open[open || pass.refused + pass.failed > 0] {
            summary { (name(pass)) " " span.more { (summary(pass)) } }
            (rows)
        }
    }
}

fn summary(pass: &Pass) -> String {
    let calls = counted(usize::try_from(pass.calls).unwrap_or(usize::MAX), "call", "calls");
    let mut parts = vec![calls, duration(pass.ended_ms.saturating_sub(pass.started_ms))];
    parts.extend((pass.refused > 0).then(|| format!("{} refused", grouped(pass.refused))));
    parts.extend((pass.failed > 0).then(|| format!("{} failed", grouped(pass.failed))));
    parts.join(", ")
}

fn row(step: &Step, span: Span) -> Markup {
    let (at_ms, body) = (step.record.time_ms, &step.record.body);
    let took_ms = step.ended_ms().map(|ended_ms| ended_ms.saturating_sub(at_ms));
    html! {
        tr {
            td.number { (offset(at_ms, span)) }
            th scope="row" { (code(what(step))) }
            td { @let with = with(step); @if !with.is_empty() { (code(&with)) } }
            td { (decision(body)) }
            td { (outcome(step)) }
            td.number { (took_ms.map(duration).unwrap_or_else(|| "–".to_owned())) }
            td { @if let Some(took_ms) = took_ms { (bar(at_ms, took_ms, span)) } }
            td.number { (step.record.seq) }
        }
    }
}

fn what<'a>(step: &Step<'a>) -> &'a str {
    match step.record.body.text("function") {
        "" => step.record.kind.as_str(),
        function => function,
    }
}

/// What it was about, in short.
fn with(step: &Step) -> String {
    let body = &step.record.body;
    let told = match step.record.kind.as_str() {
        "call.opened" => return compact(body.at("arguments"), 180),
        "capability.issued" | "capability.refused" => "operation",
        "capability.revoked" | "capability.expired" => "capability",
        "gate.finished" => "gate",
        "placement.opened" => "goal",
        "publication.opened" => "branch",
        "notice.opened" => "binding",
        "run.started" => "mode",
        "run.finished" => "outcome",
        "agent.panicked" => "message",
        "agent.ended" => return ended(body).to_owned(),
        _ => return String::new(),
    };
    compact(body.at(told), 180)
}

fn ended(body: &Value) -> &str {
    match body.text("stopped.code") {
        "" => body.text("report.conclusion"),
        code => code,
    }
}

fn decision(body: &Value) -> Markup {
    match body.at("decision.allow") {
        Value::Bool(true) => Mark::Good.word("allow"),
        Value::Bool(false) => {
            html! { (Mark::Bad.word("deny")) " " (code(body.text("decision.refusal.code"))) }
        }
        _ => html! { "–" },
    }
}

fn outcome(step: &Step) -> Markup {
    let closing = step.closing();
    if step.left_open() {
        return Mark::Care.word("left open");
    }
    match step.record.kind.as_str() {
        "capability.issued" => return Mark::Good.word("issued"),
        "capability.refused" => return told("refused", step.record.body.at("refusal.code")),
        "gate.finished" => return gate(&step.record.body),
        _ if !step.is_opened() => return html! { "–" },
        _ => {}
    }
    for bad in ["refused", "failed", "withheld"] {
        if !closing.at(bad).is_null() {
            return told(bad, closing.at(bad));
        }
    }
    done(closing)
}

fn gate(body: &Value) -> Markup {
    let outcome = body.text("outcome");
    Mark::of(outcome).word(&crate::mark::words(outcome))
}

fn told(how: &str, value: &Value) -> Markup {
    html! { (Mark::Bad.word(how)) " " (code(&compact(value, 200))) }
}

fn done(closing: &Value) -> Markup {
    let operations = closing.list("operations");
    let text = match operations.is_empty() {
        true => compact(if closing.at("done").is_null() { closing } else { closing.at("done") }, 120),
        false => operations.iter().take(8).map(operation).collect::<Vec<_>>().join(", "),
    };
    html! { (Mark::Good.word("done")) @if !text.is_empty() { " " (code(&text)) } }
}

fn operation(operation: &Value) -> String {
    format!("{} {}", operation.text("kind"), operation.text("path"))
}
