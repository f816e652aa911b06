//! What a person should look at, and what could be done next.

use maud::{Markup, html};

use super::nothing;
use crate::{account::Account, count::counted, look::Look, shown};

const LINES_MAX: usize = 200;

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
    html! {
        @if lines.is_empty() { (nothing(none)) } @else {
            ul { @for line in lines.iter().take(LINES_MAX) { li.said { (shown::block(line, 1_000)) } } }
        }
        @if lines.len() > LINES_MAX { p.left { (counted(lines.len() - LINES_MAX, "line is", "lines are")) " left out here." } }
    }
}
