//! The parts of GitHub's answers that are read. Everything else in them is left alone.

use agent_contract::fault::shown;
use policy::Code;
use serde::Deserialize;

use crate::{KernelError, forge::ObjectId};

#[derive(Debug, Deserialize)]
pub(super) struct Repository {
    pub full_name: String,
    pub default_branch: String,
    #[serde(default)]
    pub archived: bool,
    #[serde(default)]
    pub disabled: bool,
    #[serde(default)]
    pub private: bool,
    pub permissions: Option<Permissions>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Permissions {
    pub push: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Branch {
    pub commit: Sha,
    #[serde(default)]
    pub protected: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Sha {
    pub sha: ObjectId,
}

#[derive(Debug, Deserialize)]
pub(super) struct Reference {
    #[serde(rename = "ref")]
    pub name: String,
    pub object: Sha,
}

#[derive(Debug, Deserialize)]
pub(super) struct Commit {
    pub sha: ObjectId,
    pub tree: Sha,
    pub parents: Vec<Sha>,
    pub message: String,
    pub author: Option<Person>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Person {
    pub name: String,
    pub email: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Tree {
    #[serde(default)]
    pub tree: Vec<TreeEntry>,
    #[serde(default)]
    pub truncated: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct TreeEntry {
    pub path: String,
    pub mode: String,
    pub sha: ObjectId,
    pub size: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub login: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Label {
    pub name: String,
}

/// An issue, or a pull request in its place as one.
#[derive(Debug, Deserialize)]
pub(super) struct Issue {
    pub title: String,
    pub body: Option<String>,
    pub state: String,
    pub user: Option<User>,
    pub author_association: Option<String>,
    #[serde(default)]
    pub labels: Vec<Label>,
    #[serde(default)]
    pub comments: u64,
    pub pull_request: Option<serde_json::Value>,
}

/// A comment, of an issue or of a review.
#[derive(Debug, Deserialize)]
pub(super) struct Comment {
    pub body: Option<String>,
    pub user: Option<User>,
    pub author_association: Option<String>,
    pub created_at: String,
    pub path: Option<String>,
    pub line: Option<u64>,
}

/// A pull request as a whole.
#[derive(Debug, Deserialize)]
pub(super) struct PullRequest {
    pub number: u64,
    pub state: String,
    pub body: Option<String>,
    #[serde(default)]
    pub draft: bool,
    pub head: Head,
    pub base: Head,
    #[serde(default)]
    pub changed_files: u64,
    #[serde(default)]
    pub review_comments: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Head {
    #[serde(rename = "ref")]
    pub branch: String,
    pub sha: ObjectId,
}

/// A file of a pull request.
#[derive(Debug, Deserialize)]
pub(super) struct PulledFile {
    pub filename: String,
    pub status: String,
    #[serde(default)]
    pub additions: u64,
    #[serde(default)]
    pub deletions: u64,
    pub patch: Option<String>,
}

/// A branch's name as the forge gave it.
pub(super) fn branch_name(text: &str) -> Result<agent_contract::branch::BranchName, KernelError> {
    agent_contract::branch::BranchName::parse(text).map_err(|_| {
        let message =
            format!("the forge names a branch `{}`, which is no name that is worked with", shown(text));
        KernelError::new(Code::ForgeMalformed, message)
    })
}
