//! A proposal as a JSON list of edits.

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Fault, RepoPath, closed::closed_enum, document, operation::FileMode, pattern::END};

closed_enum! {
    /// What an edit does.
    pub enum EditOp {
        /// Replace a text: `old`, `new`, and `all` when it may stand there more than once.
        Replace = "replace",
        /// Create or replace a file: `content` or `content_base64`, and `mode`.
        Write = "write",
        /// Delete the file.
        Delete = "delete",
        /// Rename the file: `to`.
        Rename = "rename",
        /// Change the mode: `mode`.
        Mode = "mode",
    }
}

/// One edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = rules_into_schema)]
pub struct JsonEdit {
    /// What it does.
    pub op: EditOp,
    /// The file.
    pub path: RepoPath,
    /// The text to replace.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// What to put in its place.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// Whether every place is meant.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub all: Option<bool>,
    /// The content, as text.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The content, as base 64.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub content_base64: Option<String>,
    /// The path that the file gets.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub to: Option<RepoPath>,
    /// The mode.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub mode: Option<FileMode>,
}

/// A list of edits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JsonEdits {
    /// The edits, in order.
    #[schemars(length(min = 1))]
    pub edits: Vec<JsonEdit>,
}

/// Beside `op` and `path`: the fields that an operation needs, and those that it may have.
type Fields = (&'static [&'static str], &'static [&'static str]);

impl EditOp {
    const fn fields(self) -> Fields {
        match self {
            Self::Replace => (&["old", "new"], &["all"]),
            // Needs one of the first two.
            Self::Write => (&[], &["content", "content_base64", "mode"]),
            Self::Delete => (&[], &[]),
            Self::Rename => (&["to"], &[]),
            Self::Mode => (&["mode"], &[]),
        }
    }
}

impl JsonEdits {
    /// Parses a document with edits.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let edits: Self = document::parse(text)?;
        if edits.edits.is_empty() {
            return Err(Fault::new("/edits", "is empty; give an edit"));
        }
        for (index, edit) in edits.edits.iter().enumerate() {
            edit.check().map_err(|fault| fault.within(&index.to_string()).within("edits"))?;
        }
        Ok(edits)
    }
}

impl JsonEdit {
    /// Whether the operation has the fields that it needs and no others.
    pub fn check(&self) -> Result<(), Fault> {
        let (op, (needs, takes)) = (self.op, self.op.fields());
        let fault = |field: &str, message: String| Err(Fault::new(format!("/{field}"), message));
        let given = self.given();
        let is_given = |field: &str| given.contains(&field);
        if let Some(field) = given.iter().find(|field| !needs.contains(field) && !takes.contains(field)) {
            return fault(field, format!("`{op}` does not take `{field}`; leave it out"));
        }
        if let Some(field) = needs.iter().find(|field| !is_given(field)) {
            return fault(field, format!("`{op}` needs `{field}`; add it"));
        }
        if op == EditOp::Write && is_given("content") == is_given("content_base64") {
            return Err(Fault::new("", "`write` needs one of `content` and `content_base64`"));
        }
        if self.old.as_ref().is_some_and(String::is_empty) {
            return fault("old", "is empty; give the text that is to be replaced".to_owned());
        }
        match self.content_base64.as_deref().is_none_or(is_base64) {
            true => Ok(()),
            false => fault("content_base64", "is no base 64 of RFC 4648, padding included".to_owned()),
        }
    }

    fn given(&self) -> Vec<&'static str> {
        let fields = [
            ("old", self.old.is_some()),
            ("new", self.new.is_some()),
            ("all", self.all.is_some()),
            ("content", self.content.is_some()),
            ("content_base64", self.content_base64.is_some()),
            ("to", self.to.is_some()),
            ("mode", self.mode.is_some()),
        ];
        fields.into_iter().filter(|(_, given)| *given).map(|(field, _)| field).collect()
    }
}

/// Whole groups of four; what is left of the bits of a last one is zero.
fn is_base64(text: &str) -> bool {
    let letters = text.trim_end_matches('=');
    let padding = text.len() - letters.len();
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
    let rest = match padding {
        0 => true,
        1 => letters.ends_with(|c| "AEIMQUYcgkosw048".contains(c)),
        2 => letters.ends_with(|c| "AQgw".contains(c)),
        _ => false,
    };
    text.len().is_multiple_of(4) && rest && letters.bytes().all(letter)
}

/// These rules, for the schema.
fn rules_into_schema(schema: &mut Schema) {
    let four = "[A-Za-z0-9+/]";
    let base64 = format!("^({four}{{4}})*({four}{{2}}[AEIMQUYcgkosw048]=|{four}[AQgw]==)?{END}");
    let limits = json!({ "old": { "minLength": 1 }, "content_base64": { "pattern": base64 } });
    let rules: Vec<_> =
        EditOp::ALL.iter().map(|op| rule(*op)).chain([json!({ "properties": limits })]).collect();
    schema.insert("allOf".to_owned(), rules.into());
}

fn rule(op: EditOp) -> Value {
    const ALL: [&str; 7] = ["old", "new", "all", "content", "content_base64", "to", "mode"];
    let (needs, takes) = op.fields();
    let others = ALL.into_iter().filter(|field| !needs.contains(field) && !takes.contains(field));
    let mut then = json!({
        "required": needs,
        "properties": others.map(|field| (field.to_owned(), Value::Bool(false))).collect::<serde_json::Map<_, _>>(),
    });
    if op == EditOp::Write {
        then["oneOf"] = json!([{ "required": ["content"] }, { "required": ["content_base64"] }]);
    }
    json!({ "if": { "properties": { "op": { "const": op } }, "required": ["op"] }, "then": then })
}
