//! Checks that rules name where a condition can't say it.

mod expression;
mod injection;
mod secret;
mod wildcard;

use finding::Span;

use crate::subject::Item;

/// A place that a check found, and what stands there.
pub(crate) struct Hit {
    pub(crate) span: Span,
    /// What messages show; never a secret.
    pub(crate) value: String,
}

/// Looks at something that a rule judges.
pub(crate) type Check = fn(&Item<'_>) -> Vec<Hit>;

/// The check of a name.
pub(crate) fn named(name: &str) -> Option<Check> {
    match name {
        "actions-injection-outsider" => Some(injection::by_outsiders),
        "actions-injection-insider" => Some(injection::by_insiders),
        "literal-secret" => Some(secret::literal),
        "literal-secret-pair" => Some(secret::pair),
        "policy-allows-all" => Some(wildcard::allows_all),
        "policy-allows-a-service" => Some(wildcard::allows_a_service),
        "policy-is-public" => Some(wildcard::is_public),
        _ => None,
    }
}
