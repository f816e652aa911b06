//! What git itself says of the files of a repository.

use std::{collections::HashSet, path::Path};

use crate::git;

/// What git ignores, folders with `/` at their ends. Where it can't be asked, the rules
/// that we read ourselves have to do.
pub(super) fn ignored(root: &Path) -> Vec<String> {
    git::ignored(root).ok().flatten().unwrap_or_default()
}

/// Which files are for everybody, of those that are not private.
pub(super) enum Public {
    /// In a folder that is no repository: all.
    All,
    /// Those that git tracks. Whatever else lies there may never go anywhere.
    Tracked(HashSet<String>),
}

impl Public {
    /// Where git can't be asked, nothing is known to be for everybody.
    pub(super) fn ask(root: &Path) -> Self {
        match git::tracked(root) {
            Ok(None) => Self::All,
            Ok(Some(paths)) => Self::Tracked(paths.into_iter().collect()),
            Err(_) => Self::Tracked(HashSet::new()),
        }
    }

    pub(super) fn is_none(&self) -> bool {
        matches!(self, Self::Tracked(paths) if paths.is_empty())
    }

    pub(super) fn holds(&self, path: &str) -> bool {
        match self {
            Self::All => true,
            Self::Tracked(paths) => paths.contains(path),
        }
    }
}
