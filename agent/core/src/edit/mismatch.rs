use agent_contract::{Failure, RepoPath};

use super::step::{Hunk, Place};

/// The proposal is well formed and does not fit the files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Mismatch {
    code: &'static str,
    /// What does not fit, in which file, from which line of the proposal.
    pub message: String,
    /// What came close.
    pub hints: Vec<String>,
}

impl Mismatch {
    fn new(code: &'static str, path: &RepoPath, at: &Place, what: &str) -> Self {
        let message = format!("`{path}`: {what} ({at} of the proposal)");
        Self { code, message, hints: Vec::new() }
    }

    fn of_hunk(code: &'static str, path: &RepoPath, hunk: &Hunk, what: &str) -> Self {
        Self::new(code, path, &Place::Line(hunk.line), &format!("hunk {}: {what}", hunk.number))
    }

    pub(super) fn not_found(path: &RepoPath, at: &Place, what: &str) -> Self {
        Self::new("edit-not-found", path, at, what)
    }

    pub(super) fn ambiguous(path: &RepoPath, at: &Place, what: &str) -> Self {
        Self::new("edit-ambiguous", path, at, what)
    }

    pub(super) fn hunk_not_found(path: &RepoPath, hunk: &Hunk, what: &str) -> Self {
        Self::of_hunk("edit-not-found", path, hunk, what)
    }

    pub(super) fn hunk_ambiguous(path: &RepoPath, hunk: &Hunk, what: &str) -> Self {
        Self::of_hunk("edit-ambiguous", path, hunk, what)
    }

    pub(super) fn missing(path: &RepoPath, at: &Place) -> Self {
        Self::new("file-missing", path, at, "the file does not exist")
    }

    pub(super) fn exists(path: &RepoPath, at: &Place) -> Self {
        Self::new("file-exists", path, at, "the file is there already, with other content")
    }

    /// With what came close.
    pub(super) fn hint(self, hints: Vec<String>) -> Self {
        Self { hints, ..self }
    }

    /// As the first of several.
    pub(super) fn and_more(self, more: usize) -> Self {
        match more {
            0 => self,
            1 => Self { message: format!("{}; and 1 more does not fit", self.message), ..self },
            _ => Self { message: format!("{}; and {more} more do not fit", self.message), ..self },
        }
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
