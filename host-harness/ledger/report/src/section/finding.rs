//! What the gates found.

use maud::{Markup, html};
use serde_json::Value;

use super::nothing;
use crate::{
    account::Account,
    look::Look,
    mark::{Mark, code},
    shown,
    table::{Table, WIDE_ROOM},
};

pub(crate) fn findings(account: &Account) -> Markup {
    let gates = account.gates();
    let rows = |fails: bool| {
        let all = gates.iter().flat_map(|gate| gate.list("findings").iter().map(move |one| (*gate, one)));
        all.filter(move |(_, finding)| finding.is("fails") == fails)
    };
    if rows(true).chain(rows(false)).next().is_none() {
        return nothing("No gate found anything.");
    }
    let heads = ["Finding", "Severity", "Where", "What to do", "In the way", "Gate, rule and tool"];
    let caption = "Findings, those that stand in the way first";
    let table = Table { room: WIDE_ROOM, ..Table::new("findings-all", caption, &heads) };
    table.rows(rows(true).chain(rows(false)), |(gate, finding)| row(gate, finding))
}

fn row(gate: &Value, finding: &Value) -> Markup {
    let severity = finding.text("severity");
    html! {
        tr {
            th.said scope="row" { (shown::block(finding.text("message"), 500)) }
            td { (Mark::of(severity).word(severity)) }
            td { (place(finding)) }
            td.said { (shown::block(finding.text("remedy"), 500)) }
            td { (standing(finding)) }
            td { (code(gate.text("gate"))) " " (code(finding.text("rule"))) " " (shown::line(finding.text("tool"), 60)) }
        }
    }
}

fn place(finding: &Value) -> Markup {
    match (finding.text("location.path"), finding.number("location.line")) {
        ("", _) => html! { "the whole repository" },
        (path, None) => code(path),
        (path, Some(line)) => code(&format!("{path}:{line}")),
    }
}

fn standing(finding: &Value) -> Markup {
    let waiver = finding.at("waiver");
    let new = shown::line(finding.text("standing"), 20);
    html! {
        @if finding.is("fails") { (Mark::Bad.word("yes")) } @else { (Mark::Calm.word("no")) }
        " " (new)
        @if !waiver.is_null() {
            ", waived by " (shown::line(waiver.text("owner"), 80)) " until " (shown::line(waiver.text("expires"), 20))
            ": " (shown::line(waiver.text("reason"), 300))
        }
    }
}
