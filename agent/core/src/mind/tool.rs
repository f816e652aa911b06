//! What a model can have done: few things, each a host function behind it.

use serde_json::{Value, json};

use crate::model::Tool as Told;

/// A tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    /// What a folder holds.
    List,
    /// Where a text stands.
    Search,
    /// Lines of a file.
    Read,
    /// What a file defines.
    Symbols,
    /// Changes files.
    Edit,
    /// Runs a check.
    Check,
}

impl Tool {
    const ALL: [Self; 6] = [Self::List, Self::Search, Self::Read, Self::Symbols, Self::Edit, Self::Check];

    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Search => "search",
            Self::Read => "read",
            Self::Symbols => "symbols",
            Self::Edit => "edit",
            Self::Check => "check",
        }
    }

    /// What a model is told of it. `checks` are the names that it can run.
    pub fn told(self, checks: &[String]) -> Told {
        let (description, schema) = match self {
            Self::List => ("What a folder holds", object(json!({ "folder": text() }), &[])),
            Self::Search => {
                ("Lines that hold a text", object(json!({ "text": text(), "folder": text() }), &["text"]))
            }
            Self::Read => (
                "Lines of a file",
                object(json!({ "path": text(), "from": number(), "to": number() }), &["path"]),
            ),
            Self::Symbols => ("What a file defines", object(json!({ "path": text() }), &["path"])),
            Self::Edit => (
                "Change files, all of it or nothing. Empty `old`: a new file",
                object(json!({ "edits": edits(), "done": { "type": "boolean" } }), &["edits"]),
            ),
            Self::Check => {
                ("Run a check", object(json!({ "name": { "type": "string", "enum": checks } }), &["name"]))
            }
        };
        Told { name: self.name().to_owned(), description: description.to_owned(), input: schema }
    }
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn number() -> Value {
    json!({ "type": "integer" })
}

fn edits() -> Value {
    json!({
        "type": "array",
        "items": object(
            json!({ "path": text(), "old": text(), "new": text(), "delete": { "type": "boolean" } }),
            &["path"],
        ),
    })
}

fn object(properties: Value, required: &[&str]) -> Value {
    match required {
        [] => json!({ "type": "object", "properties": properties }),
        _ => json!({ "type": "object", "properties": properties, "required": required }),
    }
}
