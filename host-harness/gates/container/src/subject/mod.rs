//! What rules judge: items with fields, taken from a Dockerfile or a compose file.

mod compose;
mod defect;
mod dockerfile;
mod run;
mod stage;

pub(crate) use compose::items as of_compose;
pub(crate) use dockerfile::items as of_dockerfile;

use std::{borrow::Cow, collections::BTreeMap};

use finding::Span;

/// The kinds of items that a Dockerfile has.
pub(crate) const DOCKERFILE: &[&str] = &[
    "file",
    "stage",
    "from",
    "instruction",
    "variable",
    "copy",
    "run",
    "command",
    "start",
    "port",
    "defect",
];
/// The kinds of items that a compose file has.
pub(crate) const COMPOSE: &[&str] = &["file", "service", "variable", "mount", "port", "defect"];

const LABEL_CHARS: usize = 120;

/// A text and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) text: String,
    pub(crate) span: Span,
    /// It says that something holds, and names nothing.
    pub(crate) mark: bool,
}

/// Something that rules judge.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) each: &'static str,
    /// What it is called in messages.
    pub(crate) label: String,
    pub(crate) span: Span,
    pub(crate) fields: BTreeMap<Cow<'static, str>, Vec<Value>>,
}

impl Item {
    pub(crate) fn new(each: &'static str, label: impl Into<String>, span: Span) -> Self {
        // A stranger's long name would be copied into every item below it.
        let label = label.into().chars().take(LABEL_CHARS).collect();
        Self { each, label, span, fields: BTreeMap::new() }
    }

    /// Adds a value that stands where the item does.
    pub(crate) fn put(&mut self, field: impl Into<Cow<'static, str>>, text: impl Into<String>) {
        self.put_at(field, text, self.span);
    }

    pub(crate) fn put_at(
        &mut self,
        field: impl Into<Cow<'static, str>>,
        text: impl Into<String>,
        span: Span,
    ) {
        let value = Value { text: text.into(), span, mark: false };
        self.fields.entry(field.into()).or_default().push(value);
    }

    pub(crate) fn mark(&mut self, field: &'static str, holds: bool) {
        if holds {
            let value = Value { text: "yes".to_owned(), span: self.span, mark: true };
            self.fields.entry(field.into()).or_default().push(value);
        }
    }

    pub(crate) fn get(&self, field: &str) -> &[Value] {
        self.fields.get(field).map_or(&[], Vec::as_slice)
    }
}
