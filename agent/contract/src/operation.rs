//! What was done to a file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{RepoPath, closed::closed_enum};

closed_enum! {
    /// A mode that git knows for a file.
    pub enum FileMode {
        /// Not executable.
        Plain = "100644",
        /// Executable.
        Executable = "100755",
    }
}

closed_enum! {
    /// The kind of an operation.
    pub enum OperationKind {
        /// A file came to be.
        Create = "create",
        /// A file's content or mode changed.
        Modify = "modify",
        /// A file went away.
        Delete = "delete",
        /// A file moved.
        Rename = "rename",
    }
}

/// The state of a file at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileState {
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Its mode.
    pub mode: FileMode,
}

/// One operation on one file of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Its id, unique in the run.
    pub id: String,
    /// What was done.
    pub kind: OperationKind,
    /// The file.
    pub path: RepoPath,
    /// Where it was before, for a rename.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub from: Option<RepoPath>,
    /// Its state before; absent when it did not exist.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub before: Option<FileState>,
    /// Its state after; absent when it no longer exists.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub after: Option<FileState>,
}
