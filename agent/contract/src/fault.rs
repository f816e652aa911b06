//! What is wrong with a document, and where.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A fault in a document that a stranger wrote.
///
/// `at` is a JSON pointer; the whole document is the empty pointer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(deny_unknown_fields)]
#[error("{}: {message}", if at.is_empty() { "/" } else { at })]
pub struct Fault {
    /// JSON pointer to the offending value.
    pub at: String,
    /// What is wrong, and how to mend it.
    pub message: String,
}

impl Fault {
    /// A fault at a JSON pointer.
    pub fn new(at: impl Into<String>, message: impl Into<String>) -> Self {
        Self { at: at.into(), message: message.into() }
    }
}

/// A string that does not have the form that its place asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not {expected}: {reason}", text.escape_debug())]
pub struct Malformed {
    /// The text as it came.
    pub text: String,
    /// What was expected there.
    pub expected: &'static str,
    /// Why it is not that.
    pub reason: &'static str,
}

/// A name outside a closed set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown name `{}`, expected one of {known}", text.escape_debug())]
pub struct Unknown {
    text: String,
    known: String,
}

impl Unknown {
    pub(crate) fn new(text: &str, known: impl Iterator<Item = &'static str>) -> Self {
        let known = known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        Self { text: text.to_owned(), known }
    }
}
