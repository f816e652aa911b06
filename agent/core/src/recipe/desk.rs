//! What a recipe works at: the little that it needs of the outside, as a trait.

use agent_contract::{Failure, RepoPath};
use serde_json::Value;

use super::RecipeFault;
use crate::host::{Change, Content, Hits};

/// The files beneath some place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    /// The files, in any order.
    pub files: Vec<RepoPath>,
    /// Whether there are more than these.
    pub more: bool,
}

/// Where a recipe works. Each function is a host call or some; a refusal or a failure of
/// one passes through as it is.
pub trait Desk {
    /// Why a call did not happen.
    type Error;

    /// A file as it is now; `None` where there is none.
    fn read(&mut self, path: &RepoPath) -> Result<Option<Content>, Self::Error>;
    /// All files at or beneath a path that the repository does not ignore.
    fn list(&mut self, within: Option<&RepoPath>) -> Result<Listed, Self::Error>;
    /// Lines that hold a text, at or beneath a path.
    fn search(&mut self, text: &str, within: Option<&RepoPath>) -> Result<Hits, Self::Error>;
    /// Where code of some form is. The query's `folder` may be a file.
    fn find(&mut self, query: &Value) -> Result<Value, Self::Error>;
    /// Has a check of the request put right what it can, in a place of its own, and tells
    /// how the files are that it changed. The workspace stays as it is.
    fn fix(&mut self, check: &str) -> Result<Vec<Change>, Self::Error>;
    /// Makes changes in the workspace, all of them or none.
    fn write(&mut self, changes: &[Change]) -> Result<(), Self::Error>;
}

/// What a recipe did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The changes, each file at most once, all of them written.
    pub changes: Vec<Change>,
    /// What was done, and what was left as it is and why, a line each.
    pub told: Vec<String>,
    /// What a person should look at.
    pub warnings: Vec<String>,
}

impl Outcome {
    pub(super) fn join(&mut self, other: Self) {
        self.changes.extend(other.changes);
        self.told.extend(other.told);
        self.warnings.extend(other.warnings);
    }
}

/// Why a recipe did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped<E> {
    /// The recipe can't be followed here.
    Fault(RecipeFault),
    /// A call did not happen.
    Desk(E),
}

impl<E> From<RecipeFault> for Stopped<E> {
    fn from(fault: RecipeFault) -> Self {
        Self::Fault(fault)
    }
}

impl<E: From<Failure>> Stopped<E> {
    /// As the error of a call.
    pub fn into_error(self) -> E {
        match self {
            Self::Fault(fault) => Failure::from(fault).into(),
            Self::Desk(error) => error,
        }
    }
}
