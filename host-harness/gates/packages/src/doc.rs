//! Documents with the line of each value, whatever they are written in.

mod json;
mod lines;
mod toml_text;
mod xml;
mod yaml;

use std::collections::BTreeMap;

pub(crate) use json::{json, json_with_comments};
pub(crate) use lines::Lines;
pub(crate) use toml_text::toml;
pub(crate) use xml::{Element, xml};
pub(crate) use yaml::yaml;

/// Levels that a document may be deep.
const DEPTH_MAX: usize = 128;

/// A value, and the line on which it starts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// The line, from one; of a value in a table, its key's.
    pub(crate) line: u32,
    value: Value,
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Nothing,
    Truth(bool),
    /// Text, and numbers as they are written.
    Text(String),
    List(Vec<Node>),
    Table(BTreeMap<String, Node>),
}

static NOTHING: Node = Node { line: 0, value: Value::Nothing };

impl Node {
    /// A table's value of a key; nothing where there is none.
    pub(crate) fn at(&self, key: &str) -> &Node {
        match &self.value {
            Value::Table(table) => table.get(key).unwrap_or(&NOTHING),
            _ => &NOTHING,
        }
    }

    /// The text of a text or number.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text, as a new string.
    pub(crate) fn owned(&self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    /// Whether it is there and not null.
    pub(crate) fn exists(&self) -> bool {
        self.value != Value::Nothing
    }

    /// Whether it is the word `true`.
    pub(crate) fn is_true(&self) -> bool {
        matches!(&self.value, Value::Truth(true)) || self.text() == Some("true")
    }

    /// Whether it is a table.
    pub(crate) fn is_table(&self) -> bool {
        matches!(self.value, Value::Table(_))
    }

    /// A table's entries, by key; none of anything else.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &Node)> {
        let table = match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        };
        table.into_iter().flatten().map(|(key, node)| (key.as_str(), node))
    }

    /// A list's items; none of anything else.
    pub(crate) fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The texts in a list, or the one text.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.text().into_iter().chain(self.items().iter().filter_map(Node::text))
    }
}

/// A fault in a text, with its line.
fn fault(line: impl std::fmt::Display, what: impl std::fmt::Display) -> String {
    format!(
        "line {line}: {}",
        agent_contract::fault::shown(what.to_string().lines().next().unwrap_or_default())
    )
}
