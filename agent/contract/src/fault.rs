//! What is wrong with a document, and where.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A fault in a document that a stranger wrote.
///
/// `at` is a JSON pointer; the whole document is the empty pointer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(deny_unknown_fields)]
#[error("{}: {message}", place(at))]
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

    /// The same fault seen from one level further out.
    pub(crate) fn within(mut self, key: &str) -> Self {
        self.at.insert_str(0, &format!("/{}", segment(key)));
        self
    }
}

/// A place as it may be printed: a key is a stranger's and may hold anything.
fn place(at: &str) -> String {
    let plain = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    if at.is_empty() { "/".to_owned() } else { at.chars().map(plain).collect() }
}

/// A key as it stands in a JSON pointer.
pub(crate) fn segment(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A stranger's text as it stands in a message: its start, on one line.
pub(crate) fn shown(text: &str) -> String {
    const CHARS_MAX: usize = 200;
    let more = if text.chars().nth(CHARS_MAX).is_some() { "..." } else { "" };
    let start: String = text.chars().take(CHARS_MAX).collect();
    format!("{}{more}", start.escape_debug())
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
#[error("unknown name `{}`; known here: {known}", shown(text))]
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
