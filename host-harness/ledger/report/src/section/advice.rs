//! What a person should look at, and what could be done next.

use maud::{Markup, html};

use super::nothing;
use crate::{account::Account, look::Look, shown, table::list};

pub(crate) fn warnings(account: &Account) -> Markup {
    lines(&told(account, "warnings"), "No warning is on record.")
}

pub(crate) fn next_steps(account: &Account) -> Markup {
    lines(&told(account, "next_steps"), "No next step is on record.")
}

/// What the result says; of a run without one, what the agent said.
fn told<'a>(account: &'a Account, name: &str) -> Vec<&'a str> {
    match account.result.is_object() {
        true => account.result.texts(name),
        false => account.ended.at("report").texts(name),
    }
}

fn lines(lines: &[&str], none: &str) -> Markup {
    match lines.is_empty() {
        true => nothing(none),
        false => list("", 0, lines, |line| html! { span.said { (shown::block(line, 1_000)) } }),
    }
}
