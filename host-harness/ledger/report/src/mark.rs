//! How things stand, as a sign and a word: colour says it again, and never alone.

use agent_contract::result::Outcome;
use maud::{Markup, html};

use crate::{look::Look, shown};
use serde_json::Value;

/// How a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Good,
    Bad,
    Care,
    Calm,
}

impl Mark {
    pub const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Care => "care",
            Self::Calm => "calm",
        }
    }

    const fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Bad => "✕",
            Self::Care => "!",
            Self::Calm => "–",
        }
    }

    /// The sign before a word.
    pub fn word(self, word: &str) -> Markup {
        html! {
            span.(format!("mark {}", self.class())) {
                span.sign aria-hidden="true" { (self.sign()) } " " (shown::line(word, 80))
            }
        }
    }

    /// How an outcome of a run, a check, a gate or a decision stands.
    pub fn of(word: &str) -> Self {
        match word {
            "succeeded" | "passed" | "pass" | "allow" | "done" => Self::Good,
            "not_applicable" | "low" => Self::Calm,
            "interrupted" | "unavailable" | "ask" | "medium" | "timed_out" | "running" => Self::Care,
            _ => Self::Bad,
        }
    }
}

/// A name of the contract as words.
pub(crate) fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// A code, a path, a name: text that is not prose.
pub(crate) fn code(text: &str) -> Markup {
    html! { code { (shown::line(text, 400)) } }
}

/// The first figures of a hash, and all of them for whoever wants them.
pub(crate) fn hash(hash: &str) -> Markup {
    let short: String = hash.chars().take(12).collect();
    match short.is_empty() {
        true => html! { "–" },
        false => html! { code.hash title=(shown::line(hash, 128)) { (shown::line(&short, 12)) } },
    }
}

/// Text that keeps its lines, in a box that can be reached and scrolled.
pub(crate) fn pre(label: &str, text: &str, chars_max: usize) -> Markup {
    html! {
        div.scroll role="region" tabindex="0" aria-label=(shown::line(label, 200)) {
            pre { code { (shown::block(text, chars_max)) } }
        }
    }
}

/// Terms and what they are; those that are not known are left out.
pub(crate) fn facts(facts: Vec<(&str, Option<Markup>)>) -> Markup {
    html! {
        dl.facts {
            @for (term, told) in facts {
                @if let Some(told) = told { div { dt { (term) } dd { (told) } } }
            }
        }
    }
}

/// A text of a document as a fact, where it is there.
pub(crate) fn fact(document: &Value, path: &str) -> Option<Markup> {
    Some(document.text(path)).filter(|text| !text.is_empty()).map(code)
}

/// What an outcome of a run means.
pub(crate) fn meaning(outcome: &str) -> &'static str {
    match outcome.parse() {
        Ok(Outcome::Succeeded) => "The run succeeded",
        Ok(Outcome::Failed) => "The task failed",
        Ok(Outcome::Invalid) => "The request could not be used",
        Ok(Outcome::Refused) => "Policy refused a step",
        Ok(Outcome::GateFailed) => "A required gate did not pass",
        Ok(Outcome::Unavailable) => "Something required was not there",
        Ok(Outcome::Integrity) => "Trace, component or workspace are not what they must be",
        Ok(Outcome::Interrupted) => "The run was interrupted",
        Ok(Outcome::Bug) => "The Runner met a bug of its own",
        Err(_) => "How the run ended is not known",
    }
}
