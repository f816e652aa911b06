use agent_contract::{Failure, RepoPath};

/// The proposal is well formed and does not fit the files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Mismatch {
    pub(super) code: &'static str,
    /// What does not fit, in which file, from which line of the proposal.
    pub message: String,
    /// What came close.
    pub hints: Vec<String>,
}

impl Mismatch {
    fn new(code: &'static str, path: &RepoPath, line: usize, what: &str, hints: Vec<String>) -> Self {
        Self { code, message: format!("`{path}`: {what} (line {line} of the proposal)"), hints }
    }

    pub(super) fn not_found(path: &RepoPath, line: usize, what: &str, hints: Vec<String>) -> Self {
        Self::new("edit-not-found", path, line, what, hints)
    }

    pub(super) fn ambiguous(path: &RepoPath, line: usize, what: &str, hints: Vec<String>) -> Self {
        Self::new("edit-ambiguous", path, line, what, hints)
    }

    pub(super) fn missing(path: &RepoPath, line: usize) -> Self {
        Self::new("file-missing", path, line, "the file does not exist", Vec::new())
    }

    pub(super) fn exists(path: &RepoPath, line: usize) -> Self {
        Self::new("file-exists", path, line, "the file is there already, with other content", Vec::new())
    }

    pub(super) fn other_content(path: &RepoPath, line: usize, what: &str) -> Self {
        Self::new("edit-not-found", path, line, what, Vec::new())
    }

    /// A stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl From<Mismatch> for Failure {
    fn from(mismatch: Mismatch) -> Self {
        Self { code: mismatch.code.to_owned(), message: mismatch.message, hints: mismatch.hints }
    }
}
