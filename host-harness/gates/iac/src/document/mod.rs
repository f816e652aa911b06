//! A file of configuration as a tree of values that know where they stand, whatever its syntax.

pub(crate) mod hcl;
pub(crate) mod policy;
pub(crate) mod template;
pub(crate) mod yaml;

use finding::Span;

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// What a file can hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// A scalar as it was written, without its quotes.
    Scalar {
        text: String,
        quoted: bool,
    },
    /// What only the tool itself can work out: a reference, a call, a template.
    Expression(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key and what it holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) node: Node,
}

/// A key that stands twice in one map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Twice {
    pub(crate) key: String,
    pub(crate) span: Span,
}

impl Node {
    pub(crate) fn new(span: Span, value: Value) -> Self {
        Self { span, value }
    }

    pub(crate) fn scalar(span: Span, text: impl Into<String>, quoted: bool) -> Self {
        Self { span, value: Value::Scalar { text: text.into(), quoted } }
    }

    /// What a key holds; of twins the last, as the tools have it.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().rev().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// What a way of plain keys leads to.
    pub(crate) fn at(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// Every value directly below.
    pub(crate) fn children(&self) -> impl Iterator<Item = &Node> {
        self.items().iter().chain(self.entries().iter().map(|entry| &entry.node))
    }

    /// The text of a scalar, or the source of an expression.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } | Value::Expression(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn key_text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Node::text)
    }

    pub(crate) fn is_expression(&self) -> bool {
        matches!(self.value, Value::Expression(_))
    }

    pub(crate) fn is_null(&self) -> bool {
        match &self.value {
            Value::Scalar { text, quoted: false } => {
                matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL")
            }
            _ => false,
        }
    }
}

/// What a scalar says if it is a yes or a no, in any of the spellings that the tools take.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => Some(true),
        "false" | "no" | "off" | "n" => Some(false),
        _ => None,
    }
}

/// What a scalar says if it is a whole number.
pub(crate) fn whole(text: &str) -> Option<i64> {
    let text = text.trim().replace('_', "");
    if let Some(digits) = text.strip_prefix("0x") {
        return i64::from_str_radix(digits, 16).ok();
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return i64::from_str_radix(digits, 8).ok();
    }
    let plain = text.strip_suffix(".0").unwrap_or(&text);
    plain.parse().ok()
}
