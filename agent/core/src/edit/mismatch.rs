use agent_contract::{Failure, RepoPath};

use super::{
    step::{Hunk, Place},
    told,
};

/// The proposal is well formed and does not fit the files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Mismatch {
    code: &'static str,
    /// What does not fit, in which file, from which line of the proposal.
    pub message: String,
    /// What came close.
    pub hints: Vec<String>,
    /// What does not fit, alone.
    what: String,
    /// The lines that were looked for.
    sought: Vec<String>,
}

impl Mismatch {
    fn new(code: &'static str, path: &RepoPath, at: &Place, what: &str) -> Self {
        let message = match at {
            Place::Edit(_) => format!("{at}: `{path}`: {what}"),
            Place::Line(_) | Place::Pointer(_) => format!("`{path}`: {what} ({at} of the proposal)"),
        };
        Self { code, message, hints: Vec::new(), what: what.to_owned(), sought: Vec::new() }
    }

    fn of_hunk(code: &'static str, path: &RepoPath, hunk: &Hunk, what: &str) -> Self {
        let at = Place::Line(hunk.line);
        let said = Self::new(code, path, &at, &format!("hunk {}: {what}", hunk.number));
        Self { what: what.to_owned(), ..said }
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

    pub(super) fn no_text(path: &RepoPath, at: &Place) -> Self {
        let what = "the file holds bytes that are no text; only a whole file can take its place";
        Self::new("edit-binary", path, at, what)
    }

    pub(super) fn missing(path: &RepoPath, at: &Place) -> Self {
        let what = match at {
            Place::Edit(_) => "the file does not exist; leave `old` empty to make it",
            Place::Line(_) | Place::Pointer(_) => "the file does not exist",
        };
        Self::new("file-missing", path, at, what)
    }

    pub(super) fn exists(path: &RepoPath, at: &Place) -> Self {
        let what = match at {
            Place::Edit(_) => "the file is there already; give in `old` the text to replace",
            Place::Line(_) | Place::Pointer(_) => "the file is there already, with other content",
        };
        Self::new("file-exists", path, at, what)
    }

    /// With what came close.
    pub(super) fn hint(self, hints: Vec<String>) -> Self {
        Self { hints, ..self }
    }

    /// With the lines that were looked for.
    pub(super) fn sought<'a>(self, lines: impl Iterator<Item = &'a str>) -> Self {
        Self { sought: lines.map(str::to_owned).collect(), ..self }
    }

    /// Said of another place of the proposal.
    pub(super) fn said_of(self, path: &RepoPath, at: &Place) -> Self {
        Self { hints: self.hints, sought: self.sought, ..Self::new(self.code, path, at, &self.what) }
    }

    /// As the first of several.
    pub(super) fn and_more(self, more: usize) -> Self {
        match more {
            0 => self,
            1 => Self { message: format!("{}; and 1 more does not fit", self.message), ..self },
            _ => Self { message: format!("{}; and {more} more do not fit", self.message), ..self },
        }
    }

    /// What a model is told of it, on a few lines of bounded length: the code, the file and
    /// the edit, what was looked for, and the nearest lines.
    pub fn told(&self) -> String {
        told::told(self.code, &self.message, &self.sought, &self.hints)
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
