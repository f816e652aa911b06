//! What became of a change.

use agent_contract::{
    RepoPath,
    operation::{FileMode, OperationKind},
};
use serde::Serialize;

use crate::{
    forge::ObjectId,
    workspace::{HeldFile, Net},
};

/// One operation on one file, with what was there before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileOperation {
    /// The file.
    pub path: RepoPath,
    /// What was done.
    pub kind: OperationKind,
    /// Where it was before, for a rename.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<RepoPath>,
    /// The file before; none when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<ObjectState>,
    /// The file after; none when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<ObjectState>,
}

/// A file by both of its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectState {
    /// Git's id of the blob.
    pub git: ObjectId,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Its mode.
    pub mode: FileMode,
}

impl From<&HeldFile> for ObjectState {
    fn from(file: &HeldFile) -> Self {
        Self {
            git: ObjectId::of_blob(file.blob.bytes()),
            sha256: file.blob.sha256().to_owned(),
            bytes: file.blob.bytes().len() as u64,
            mode: file.mode,
        }
    }
}

impl From<&Net> for FileOperation {
    fn from(net: &Net) -> Self {
        Self {
            path: net.path.clone(),
            kind: net.kind,
            from: net.from.clone(),
            before: net.before.as_ref().map(ObjectState::from),
            after: net.after.as_ref().map(ObjectState::from),
        }
    }
}

/// Whether something was there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Made {
    /// It was made by this call.
    Now,
    /// An earlier call had made it, whose answer may have been lost.
    Before,
}

/// A change that the forge has, and that no branch need know of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Committed {
    /// The commit.
    pub commit: ObjectId,
    /// Its tree.
    pub tree: ObjectId,
    /// The commit that it follows.
    pub parent: ObjectId,
    /// Whether it was there already.
    pub made: Made,
    /// What was done to each file.
    pub operations: Vec<FileOperation>,
}

/// A branch that is at the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pushed {
    /// The branch, by its name.
    pub branch: String,
    /// The commit that it is at.
    pub commit: ObjectId,
    /// Whether it was there already.
    pub made: Made,
}

/// A pull request for the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// Where it is, without an address: `owner/name#12`.
    pub reference: String,
    /// Its state, as the forge has it.
    pub state: String,
    /// Whether it is a draft.
    pub is_draft: bool,
    /// The branch that it is for.
    pub base: String,
    /// Whether it was there already.
    pub made: Made,
}

/// All that became of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Published {
    /// The commit.
    pub committed: Committed,
    /// The branch.
    pub pushed: Pushed,
    /// The pull request, when one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<PullRequest>,
    /// Where the base branch is now, when it is no longer at the change's parent. Nothing
    /// is overwritten by that: whoever merges sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_moved_to: Option<ObjectId>,
}
