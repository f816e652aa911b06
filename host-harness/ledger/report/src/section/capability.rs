//! Capabilities: issued and used, ended, refused.

use maud::{Markup, html};
use serde_json::Value;

use super::{compact::compact, nothing};
use crate::{
    account::{Account, Issued},
    count::duration,
    look::Look,
    mark::{Mark, code, pre},
    shown,
    table::{Table, list},
};

pub(crate) fn capabilities(account: &Account) -> Markup {
    let (of, started_ms) = (&account.capabilities, account.started_ms);
    let heads = [
        "Operation",
        "Scope",
        "Why it was asked for",
        "Calls allowed",
        "Calls refused",
        "Good for",
        "End",
        "Id",
    ];
    let table = Table::new("capabilities-issued", "Capabilities that were issued", &heads);
    html! {
        @if of.issued.is_empty() { (nothing("No capability was issued.")) }
        (table.rows_of(of.issued_more, &of.issued, |one| issued(one, started_ms)))
        @if !of.refused.is_empty() {
            h3 { "Refused" }
            (list("reasons", of.refused_more, &of.refused, |one| refused(one)))
        }
    }
}

fn issued(issued: &Issued, started_ms: u64) -> Markup {
    let body = issued.body;
    html! {
        tr {
            th scope="row" { (code(body.text("operation"))) }
            td { (scope(body)) }
            td.said { (shown::line(body.text("reason"), 200)) }
            td.number { (issued.used) }
            td.number { (issued.refused) }
            td.number { (good_for(issued)) }
            td { (end(issued, started_ms)) }
            td { (code(body.text("capability"))) }
        }
    }
}

fn scope(body: &Value) -> Markup {
    match compact(body.at("scope"), 200) {
        text if text.is_empty() => html! { "not narrowed" },
        text => code(&text),
    }
}

fn good_for(issued: &Issued) -> String {
    let expires_ms = issued.body.number("expires_ms");
    let good_for = expires_ms.map(|at_ms| duration(at_ms.saturating_sub(issued.time_ms)));
    good_for.unwrap_or_else(|| "–".to_owned())
}

fn end(issued: &Issued, started_ms: u64) -> Markup {
    match issued.end {
        Some((how, at_ms)) => {
            html! { (Mark::Care.word(how)) " after " (duration(at_ms.saturating_sub(started_ms))) }
        }
        None => html! { "with the run" },
    }
}

fn refused(body: &Value) -> Markup {
    html! { (code(body.text("operation"))) " " (refusal(body.at("refusal"))) }
}

/// A refusal with the grant that would have allowed it.
pub(super) fn refusal(refusal: &Value) -> Markup {
    let grant = refusal.text("grant");
    html! {
        span.said { (shown::block(refusal.text("message"), 1_000)) } " " (code(refusal.text("code")))
        @if !grant.is_empty() { (pre("The grant that would have allowed it", grant, 3_000)) }
    }
}
