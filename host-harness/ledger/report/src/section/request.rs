//! What was asked, by whom and where.

use maud::{Markup, html};
use serde_json::Value;

use super::{compact::compact, nothing};
use crate::{
    account::Account,
    look::Look,
    mark::{code, fact, facts, hash, pre, words},
    shown,
};

pub(crate) fn request(account: &Account) -> Markup {
    html! {
        (instruction(account))
        (facts(asked(account)))
        @if let Some(text) = proposal(&account.request) {
            details { summary { "The proposal, as it was given" } (pre("The proposal", text, 20_000)) }
        }
        h3 { "Where it ran" }
        (facts(place(account)))
    }
}

fn instruction(account: &Account) -> Markup {
    match (account.request.is_object(), account.request.text("instruction")) {
        (false, _) => nothing("The request was removed or is not here; the records name its hash alone."),
        (true, "") => nothing("No instruction is on record."),
        (true, text) => html! { blockquote.said { (shown::block(text, 4_000)) } },
    }
}

fn proposal(request: &Value) -> Option<&str> {
    Some(request.text("proposal.text")).filter(|text| !text.is_empty())
}

fn asked<'a>(account: &'a Account) -> Vec<(&'a str, Option<Markup>)> {
    let (request, started) = (&account.request, account.started);
    let document = |name: &str| compacted(request.at(name));
    vec![
        ("Mode", Some(html! { (words(&shown::line(started.text("mode"), 80))) })),
        ("Repository", fact(&account.setting, "repository.id")),
        ("Branch", fact(started, "branch").or_else(|| fact(&account.setting, "branch.base"))),
        ("Work branch", fact(&account.setting, "branch.work")),
        ("Commit", Some(hash(started.text("commit")))),
        ("Target", document("target")),
        ("Recipe", document("recipe")),
        ("Files", document("files")),
        ("Checks", checks(request)),
        ("Capabilities asked for", document("capabilities")),
        ("Required gates", document("gates")),
        ("Allowed", Some(html! { (allowed(request)) })),
        ("Budgets", Some(document("budgets").unwrap_or_else(|| html! { "the Runner's own" }))),
        ("Notify", document("notify")),
        ("Request", Some(hash(started.text("request")))),
    ]
}

/// The checks by the names that they were given.
fn checks(request: &Value) -> Option<Markup> {
    let presets = request.at("checks").texts("presets");
    let commands = request.list("checks.commands").iter().map(|command| command.text("name"));
    let names: Vec<_> = presets.into_iter().chain(commands).take(50).collect();
    (!names.is_empty()).then(|| html! { ul.plain { @for name in names { li { (code(name)) } } } })
}

/// What may leave the workspace.
fn allowed(request: &Value) -> String {
    let names = ["commit", "push", "pull_request", "notify"];
    let allowed: Vec<_> = names.into_iter().filter(|name| request.at("allowances").is(name)).collect();
    match allowed.is_empty() {
        true => "no commit, push, pull request or notice".to_owned(),
        false => allowed.iter().map(|name| words(name)).collect::<Vec<_>>().join(", "),
    }
}

fn place<'a>(account: &'a Account) -> Vec<(&'a str, Option<Markup>)> {
    let (started, setting) = (account.started, &account.setting);
    vec![
        ("Asked by", compacted(setting.at("subject"))),
        ("Agent", fact(setting, "agent.did")),
        ("Component", Some(hash(started.text("component")))),
        ("Policy", Some(hash(started.text("policy")))),
        ("Decision points", compacted(started.at("decision_points"))),
        ("Runner", fact(started, "runner")),
        ("Platform", fact(started, "platform")),
        ("Checks are held in", fact(started, "sandbox.held")),
        ("Resumes", fact(started, "resumes")),
    ]
}

/// A part of a document in short, where there is anything in it.
fn compacted(value: &Value) -> Option<Markup> {
    let text = compact(value, 400);
    (!text.is_empty()).then(|| code(&text))
}
