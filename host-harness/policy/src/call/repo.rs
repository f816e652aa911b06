use std::collections::BTreeSet;

use agent_contract::{CapabilityName, RepoPath, branch::BranchName, operation::FileMode};
use serde_json::{Value, json};

use super::{Call, Malformed, Parsed, Touched, count, path, text};
use crate::Blob;

/// Items of a list or a search at the most.
const LIMIT_MAX: u32 = 10_000;
const CHANGES_MAX: usize = 10_000;

/// `repo.list`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListCall {
    /// The folder; the root when absent.
    pub folder: Option<RepoPath>,
    /// The name after which the listing goes on.
    pub after: Option<String>,
    /// Entries at the most.
    pub limit: u32,
}

impl ListCall {
    /// Parses the arguments.
    pub fn parse(folder: Option<&str>, after: Option<&str>, limit: u32) -> Parsed<Self> {
        Ok(Self {
            folder: folder.map(path).transpose()?,
            after: after.map(|after| text("after", after, 255)).transpose()?,
            limit: limit.clamp(1, LIMIT_MAX),
        })
    }
}

impl Call for ListCall {
    const FUNCTION: &'static str = "repo.list";
    const CAPABILITY: CapabilityName = CapabilityName::RepoRead;

    fn describe(&self) -> Value {
        json!({ "folder": self.folder, "after": self.after, "limit": self.limit })
    }

    fn is_whole(&self) -> bool {
        self.folder.is_none()
    }

    fn paths(&self) -> Vec<&RepoPath> {
        self.folder.iter().collect()
    }
}

/// `repo.read`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadCall {
    /// The file.
    pub path: RepoPath,
}

impl ReadCall {
    /// Parses the arguments.
    pub fn parse(text: &str) -> Parsed<Self> {
        Ok(Self { path: path(text)? })
    }
}

impl Call for ReadCall {
    const FUNCTION: &'static str = "repo.read";
    const CAPABILITY: CapabilityName = CapabilityName::RepoRead;

    fn describe(&self) -> Value {
        json!({ "path": self.path })
    }

    fn paths(&self) -> Vec<&RepoPath> {
        vec![&self.path]
    }
}

/// `repo.search`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchCall {
    /// What to look for.
    pub text: String,
    /// Where; the root when absent.
    pub folder: Option<RepoPath>,
    /// Lines at the most.
    pub limit: u32,
}

impl SearchCall {
    /// Parses the arguments.
    pub fn parse(needle: &str, folder: Option<&str>, limit: u32) -> Parsed<Self> {
        if needle.is_empty() || needle.contains('\n') {
            return Err(Malformed::argument("text", "empty, or more than one line"));
        }
        Ok(Self {
            text: text("text", needle, 1000)?,
            folder: folder.map(path).transpose()?,
            limit: limit.clamp(1, LIMIT_MAX),
        })
    }
}

impl Call for SearchCall {
    const FUNCTION: &'static str = "repo.search";
    const CAPABILITY: CapabilityName = CapabilityName::RepoRead;

    fn describe(&self) -> Value {
        json!({ "text": self.text, "folder": self.folder, "limit": self.limit })
    }

    fn is_whole(&self) -> bool {
        self.folder.is_none()
    }

    fn paths(&self) -> Vec<&RepoPath> {
        self.folder.iter().collect()
    }
}

/// One change of an edit set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Create or replace a file.
    Write {
        /// The file.
        path: RepoPath,
        /// All of it.
        blob: Blob,
        /// Its mode; absent: as it was.
        mode: Option<FileMode>,
    },
    /// Delete a file.
    Delete {
        /// The file.
        path: RepoPath,
    },
    /// Rename a file.
    Rename {
        /// The path that it has.
        from: RepoPath,
        /// The path that it gets.
        to: RepoPath,
    },
}

impl Change {
    /// Parses the creation or replacement of a file.
    pub fn write(text: &str, bytes: Vec<u8>, mode: Option<&str>) -> Parsed<Self> {
        let mode = mode.map(str::parse).transpose().map_err(|fault| Malformed::argument("mode", fault))?;
        Ok(Self::Write { path: path(text)?, blob: Blob::new(bytes), mode })
    }

    /// Parses a deletion.
    pub fn delete(text: &str) -> Parsed<Self> {
        Ok(Self::Delete { path: path(text)? })
    }

    /// Parses a rename.
    pub fn rename(from: &str, to: &str) -> Parsed<Self> {
        let (from, to) = (path(from)?, path(to)?);
        match from == to {
            true => Err(Malformed::argument("to", format_args!("`{to}` is renamed to itself"))),
            false => Ok(Self::Rename { from, to }),
        }
    }

    fn describe(&self) -> Value {
        match self {
            Self::Write { path, blob, mode } => {
                json!({ "write": path, "sha256": blob.sha256(), "bytes": blob.bytes().len(), "mode": mode })
            }
            Self::Delete { path } => json!({ "delete": path }),
            Self::Rename { from, to } => json!({ "rename": from, "to": to }),
        }
    }

    fn paths(&self) -> Vec<&RepoPath> {
        match self {
            Self::Write { path, .. } | Self::Delete { path } => vec![path],
            Self::Rename { from, to } => vec![from, to],
        }
    }
}

/// `repo.write`: an edit set, all of it or none of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteCall {
    /// The changes, in order.
    pub changes: Vec<Change>,
}

impl WriteCall {
    /// Takes parsed changes; the first malformed one spoils the set.
    pub fn parse(changes: Vec<Parsed<Change>>) -> Parsed<Self> {
        count("changes", changes.len(), CHANGES_MAX)?;
        if changes.is_empty() {
            return Err(Malformed::argument("changes", "empty"));
        }
        Ok(Self { changes: changes.into_iter().collect::<Parsed<_>>()? })
    }
}

impl Call for WriteCall {
    const FUNCTION: &'static str = "repo.write";
    const CAPABILITY: CapabilityName = CapabilityName::RepoWrite;

    fn describe(&self) -> Value {
        json!({ "changes": self.changes.iter().map(Change::describe).collect::<Vec<_>>() })
    }

    fn paths(&self) -> Vec<&RepoPath> {
        let paths: BTreeSet<_> = self.changes.iter().flat_map(Change::paths).collect();
        paths.into_iter().collect()
    }

    fn reads(&self) -> Vec<&RepoPath> {
        let from = self.changes.iter().filter_map(|change| match change {
            Change::Rename { from, .. } => Some(from),
            Change::Write { .. } | Change::Delete { .. } => None,
        });
        from.collect()
    }

    fn bytes(&self) -> u64 {
        let size = |change: &Change| match change {
            Change::Write { blob, .. } => blob.bytes().len() as u64,
            Change::Delete { .. } | Change::Rename { .. } => 0,
        };
        self.changes.iter().map(size).sum()
    }
}

/// `repo.diff`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffCall {
    /// The change that it shows.
    pub changed: Vec<Touched>,
}

impl Call for DiffCall {
    const FUNCTION: &'static str = "repo.diff";
    const CAPABILITY: CapabilityName = CapabilityName::RepoDiff;

    fn describe(&self) -> Value {
        json!({ "changed": Touched::describe(&self.changed) })
    }

    fn paths(&self) -> Vec<&RepoPath> {
        self.changed.iter().map(|touched| &touched.path).collect()
    }
}

/// `repo.commit`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitCall {
    /// The message, without the Runner's trailers.
    pub message: String,
    /// The branch, where the request names one.
    pub branch: Option<BranchName>,
    /// The change that goes into it.
    pub changed: Vec<Touched>,
}

impl CommitCall {
    /// Parses the arguments.
    pub fn parse(message: &str, branch: Option<BranchName>, changed: Vec<Touched>) -> Parsed<Self> {
        match message.trim().is_empty() {
            true => Err(Malformed::argument("message", "empty")),
            false => Ok(Self { message: text("message", message, 65_536)?, branch, changed }),
        }
    }
}

impl Call for CommitCall {
    const FUNCTION: &'static str = "repo.commit";
    const CAPABILITY: CapabilityName = CapabilityName::RepoCommit;

    fn describe(&self) -> Value {
        json!({ "message": self.message, "branch": self.branch, "changed": Touched::describe(&self.changed) })
    }

    fn paths(&self) -> Vec<&RepoPath> {
        self.changed.iter().map(|touched| &touched.path).collect()
    }
}

/// `repo.push`: promised now, done after the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushCall {
    /// The remote, or the repository on the forge.
    pub remote: String,
    /// The branch.
    pub branch: BranchName,
    /// The commit, where it is made already.
    pub commit: Option<String>,
}

impl Call for PushCall {
    const FUNCTION: &'static str = "repo.push";
    const CAPABILITY: CapabilityName = CapabilityName::RepoPush;

    fn describe(&self) -> Value {
        json!({ "remote": self.remote, "branch": self.branch, "commit": self.commit })
    }
}

/// `repo.open-pull-request`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPrCall {
    /// The title.
    pub title: String,
    /// The body.
    pub body: String,
    /// The repository on the forge.
    pub repository: String,
    /// The branch that it is for.
    pub branch: BranchName,
}

impl OpenPrCall {
    /// Parses the arguments.
    pub fn parse(title: &str, body: &str, repository: String, branch: BranchName) -> Parsed<Self> {
        let (title, body) = (text("title", title, 1000)?, text("body", body, 60_000)?);
        match title.trim().is_empty() || title.contains('\n') {
            true => Err(Malformed::argument("title", "empty, or more than one line")),
            false => Ok(Self { title, body, repository, branch }),
        }
    }
}

impl Call for OpenPrCall {
    const FUNCTION: &'static str = "repo.open-pull-request";
    const CAPABILITY: CapabilityName = CapabilityName::RepoOpenPr;

    fn describe(&self) -> Value {
        json!({ "title": self.title, "body": self.body, "repository": self.repository, "branch": self.branch })
    }
}
