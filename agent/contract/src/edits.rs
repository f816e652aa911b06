//! A proposal as a JSON list of edits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{RepoPath, closed::closed_enum, operation::FileMode};

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
    pub edits: Vec<JsonEdit>,
}
