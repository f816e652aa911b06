//! Decisions: who said what, how long it took, under which policy, and why not.

use maud::{Markup, html};
use serde_json::Value;

use super::{capability::refusal, compact::compact, nothing};
use crate::{
    account::{Account, Decided, Point},
    count::{counted, grouped, latency, moment},
    look::Look,
    mark::{Mark, code, hash},
    shown,
    table::{ROOM, Room, Table, list},
};

/// Points whose answers are told of a refusal.
const ANSWERS_MAX: usize = 10;

pub(crate) fn decisions(account: &Account) -> Markup {
    let of = &account.decisions;
    if of.count == 0 {
        return nothing("No decision is on record.");
    }
    html! {
        p { (grouped(of.count)) " decisions, " (grouped(of.against_count)) " of them against." }
        (points(account))
        @if !of.against.is_empty() {
            h3 { "Against" }
            (list("reasons", against_more(account), &of.against, against))
        }
        details { summary { "Every decision" } (all(account)) }
    }
}

/// How many there are beyond those that were kept.
fn against_more(account: &Account) -> usize {
    let of = &account.decisions;
    usize::try_from(of.against_count).unwrap_or(usize::MAX).saturating_sub(of.against.len())
}

fn points(account: &Account) -> Markup {
    let heads = [
        "Decision point",
        "Protocol",
        "By",
        "Allowed",
        "Denied",
        "Other",
        "Latency, mean and most",
        "Policy",
    ];
    let table = Table::new("points", "What each decision point said", &heads);
    table.rows(&account.decisions.points, |(name, point)| self::point(name, point))
}

fn point(name: &str, point: &Point) -> Markup {
    html! {
        tr {
            th scope="row" { (code(name)) }
            td { (shown::line(point.protocol, 80)) }
            td { (shown::line(point.by, 120)) }
            td.number { (grouped(point.allowed)) }
            td.number { (grouped(point.denied)) }
            td.number { (grouped(point.other)) }
            td.number { (latency(point.latency_us_mean())) ", " (latency(point.latency_us_max)) }
            td { @for policy in &point.policies { (hash(policy)) " " } }
        }
    }
}

/// Why something was not allowed.
fn against(decided: &Decided) -> Markup {
    let told = match decided.body.at("refusal") {
        Value::Null => decided.body.at("decision.refusal"),
        refusal => refusal,
    };
    let arguments = compact(decided.body.at("arguments"), 200);
    html! {
        (Mark::Bad.word("denied")) " " (code(decided.about)) " "
        @if !arguments.is_empty() { (code(&arguments)) " " }
        (refusal(told))
        ul.answers {
            @for answer in decided.decision.list("points").iter().take(ANSWERS_MAX) { li { (self::answer(answer)) } }
        }
    }
}

fn answer(answer: &Value) -> Markup {
    html! {
        (code(answer.text("point"))) " said " (said(answer)) ", in "
        (latency(answer.number("latency_us").unwrap_or(0)))
        @let policy = answer.text("policy_sha256");
        @if !policy.is_empty() { ", policy " (hash(policy)) }
        @for reason in reasons(answer) { ": " span.said { (shown::line(reason, 300)) } }
    }
}

/// Why a decision point answered so, in its own words.
fn reasons(answer: &Value) -> Vec<&str> {
    let mut reasons = answer.texts("reasons");
    reasons.push(answer.text("message"));
    reasons.into_iter().filter(|reason| !reason.is_empty()).take(4).collect()
}

fn said(answer: &Value) -> Markup {
    let code_of = answer.text("code");
    html! {
        (Mark::of(answer.text("answer")).word(answer.text("answer")))
        @if !code_of.is_empty() { " " (code(code_of)) }
    }
}

fn all(account: &Account) -> Markup {
    let of = &account.decisions;
    let heads = ["Record", "About", "Point", "Answer", "Latency", "Policy", "Decision"];
    let room = Room { rows: 1_500, bytes: 350_000 };
    let table =
        Table { room, ..Table::new("decisions-all", "Every decision, a row for each answer", &heads) };
    let answers = of
        .all
        .iter()
        .flat_map(|decided| decided.decision.list("points").iter().map(move |answer| (decided, answer)));
    let more = usize::try_from(of.count).unwrap_or(usize::MAX).saturating_sub(of.all.len());
    table.rows_of(more, answers, |(decided, answer)| row(decided, answer))
}

fn row(decided: &Decided, answer: &Value) -> Markup {
    html! {
        tr {
            td.number { (decided.seq) }
            th scope="row" { (code(decided.about)) }
            td { (code(answer.text("point"))) }
            td { (said(answer)) }
            td.number { (latency(answer.number("latency_us").unwrap_or(0))) }
            td { (hash(answer.text("policy_sha256"))) }
            td { (code(decided.decision.text("id"))) }
        }
    }
}

pub(crate) fn approvals(account: &Account) -> Markup {
    let approvals = &account.decisions.approvals;
    let heads = ["Record", "About", "Answer", "By whom", "When", "Request"];
    let table = Table { room: ROOM, ..Table::new("approvals-given", "What people were asked", &heads) };
    match approvals.len() {
        0 => nothing("No approval is on record."),
        count => html! {
            p { (counted(count, "question", "questions")) " to people." }
            (table.rows(approvals, approval))
        },
    }
}

fn approval(decided: &Decided) -> Markup {
    let approval = decided.decision.at("approval");
    let refused = approval.text("code");
    let by = match approval.text("statement.approver") {
        "" => compact(approval.at("subject"), 120),
        approver => approver.to_owned(),
    };
    let at_ms = approval.number("statement.issued_ms");
    html! {
        tr {
            td.number { (decided.seq) }
            th scope="row" { (code(decided.about)) }
            td { @if refused.is_empty() { (Mark::Good.word("approved")) } @else { (Mark::Bad.word("not approved")) " " (code(refused)) } }
            td { (code(&by)) " " (shown::line(approval.text("by"), 40)) }
            td { (at_ms.map(moment).unwrap_or_else(|| "–".to_owned())) }
            td { (hash(decided.decision.text("request_sha256"))) }
        }
    }
}
