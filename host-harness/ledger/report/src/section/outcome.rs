//! What was done: the summary, why it ended so, the files.

use maud::{Markup, html};
use serde_json::Value;

use super::nothing;
use crate::{
    account::Account,
    count::size,
    look::Look,
    mark::{code, fact, facts, hash, pre, words},
    shown,
    table::{Table, WIDE_ROOM, list},
};

pub(crate) fn outcome(account: &Account) -> Markup {
    html! {
        (summary(account))
        (reasons(account))
        (facts(ends(&account.result)))
        (files(account))
        @let changelog = account.result.text("changelog");
        @if !changelog.is_empty() { h3 { "Changelog" } (pre("Changelog entry", changelog, 8_000)) }
    }
}

fn summary(account: &Account) -> Markup {
    let text = match account.result.text("summary") {
        "" => account.ended.text("report.summary"),
        text => text,
    };
    let missing = match account.result_named {
        _ if account.result.is_object() => None,
        true => Some("The result was removed or is not here. What follows is what the records say."),
        false => Some("The run came to no result. What follows is what the records say."),
    };
    html! {
        @if let Some(missing) = missing { (nothing(missing)) }
        @if !text.is_empty() { p.said { (shown::block(text, 4_000)) } }
    }
}

/// Why it ended as it did, each with what to do about it.
fn reasons(account: &Account) -> Markup {
    let reasons = account.result.list("verdict.reasons");
    html! {
        @if let Some(stopped) = stopped(account) { p { "The agent was stopped: " (stopped) } }
        @for panic in account.seen.panics.iter().take(5) {
            p { "The agent panicked: " (code(panic.text("message"))) }
        }
        @if !reasons.is_empty() {
            h3 { "Why" }
            (list("reasons", 0, reasons, reason))
        }
    }
}

fn stopped(account: &Account) -> Option<Markup> {
    let message = account.ended.text("stopped.message");
    (!message.is_empty()).then(|| code(message))
}

fn reason(reason: &Value) -> Markup {
    let hints = reason.texts("hints");
    html! {
        span.said { (shown::block(reason.text("message"), 1_000)) } " " (code(reason.text("code")))
        @if !hints.is_empty() {
            @let hints = hints.iter().take(20).copied().collect::<Vec<_>>().join("\n");
            (pre("What to do about it", &hints, 4_000))
        }
    }
}

fn ends(result: &Value) -> Vec<(&str, Option<Markup>)> {
    let placement = Some(words(result.text("placement"))).filter(|text| !text.is_empty());
    vec![
        ("Placed", placement.map(|place| html! { (shown::line(&place, 80)) })),
        ("Work branch", fact(result, "work_branch")),
        ("Published to", fact(result, "published.remote")),
        ("Published branch", fact(result, "published.branch")),
        ("Published commit", fact(result, "published.commit")),
        ("Pull request", result.number("published.pull_request").map(|number| html! { "#" (number) })),
        ("Before", state(result, "before")),
        ("After", state(result, "after")),
    ]
}

fn state(result: &Value, name: &str) -> Option<Markup> {
    let (commit, files) = (result.at(name).text("commit"), result.at(name).text("changed_files_sha256"));
    (!files.is_empty()).then(|| html! { "commit " (hash(commit)) ", changed files " (hash(files)) })
}

fn files(account: &Account) -> Markup {
    let changed = account.changed();
    let heads = ["File", "Change", "Lines", "SHA-256 before", "SHA-256 after", "Size after"];
    let table = Table { room: WIDE_ROOM, ..Table::new("files", "Changed files", &heads) };
    match changed.is_empty() {
        true => nothing("No file was changed."),
        false => table.rows(changed, file),
    }
}

fn file(file: &Value) -> Markup {
    let from = file.text("from");
    html! {
        tr {
            th scope="row" { (code(file.text("path"))) @if !from.is_empty() { " from " (code(from)) } }
            td { (shown::line(file.text("kind"), 40)) @if file.is("uncommitted_in_base") { ", not committed before" } }
            td.number { (lines(file)) }
            td { (hash(file.text("before.sha256"))) }
            td { (hash(file.text("after.sha256"))) }
            td.number { (file.number("after.bytes").map(size).unwrap_or_else(|| "–".to_owned())) }
        }
    }
}

fn lines(file: &Value) -> Markup {
    match (file.number("lines_added"), file.number("lines_removed")) {
        (Some(added), Some(removed)) => html! { span.plus { "+" (added) } " " span.minus { "−" (removed) } },
        _ => html! { "–" },
    }
}
