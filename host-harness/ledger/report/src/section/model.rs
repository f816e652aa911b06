//! What models were asked and what it cost.

use maud::{Markup, html};
use serde_json::Value;

use super::nothing;
use crate::{
    account::Account,
    count::{grouped, money},
    look::Look,
    mark::code,
    shown,
    table::Table,
};

pub(crate) fn models(account: &Account) -> Markup {
    let models = account.result.list("models");
    match (models.is_empty(), account.result.is_object()) {
        (true, true) => nothing("No model was asked: the run cost no tokens and no money."),
        (true, false) => nothing("What models were asked stands in the result, and there is none here."),
        (false, _) => html! { (totals(models)) (table(models)) },
    }
}

fn totals(models: &[Value]) -> Markup {
    let sum = |name: &str| models.iter().filter_map(|model| model.number(name)).fold(0, u64::saturating_add);
    html! {
        p { (grouped(sum("requests"))) " requests, " (grouped(sum("tokens"))) " tokens, " (money(sum("micro_usd"))) "." }
    }
}

fn table(models: &[Value]) -> Markup {
    let heads = ["Model", "Binding", "Requests", "Tokens", "Cost", "Answered by"];
    Table::new("models-used", "Models", &heads).rows(models, |model| {
        let number = |name: &str| model.number(name).map(grouped).unwrap_or_else(|| "–".to_owned());
        let cost = model.number("micro_usd").map(money).unwrap_or_else(|| "–".to_owned());
        html! {
            tr {
                th scope="row" { (code(model.text("model"))) }
                td { (shown::line(model.text("binding"), 80)) }
                td.number { (number("requests")) }
                td.number { (number("tokens")) }
                td.number { (cost) }
                td { @if model.is("recorded") { "a recording" } @else { "the provider" } }
            }
        }
    })
}
