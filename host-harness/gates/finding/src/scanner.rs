use std::sync::Arc;

use agent_contract::{RepoPath, gate::Source};

use crate::{Found, Tree};

/// What came of looking into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// It was scanned, and this was found.
    Scanned(Vec<Found>),
    /// There is nothing for this gate in it, and why.
    Skipped(&'static str),
    /// It is for this gate and can't be read; no gate passes on such a file.
    Broken(String),
}

/// A known-bad file, and the rule that has to find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canary {
    /// Its name.
    pub path: RepoPath,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// The rule.
    pub rule: String,
}

/// Looks into the files of one thread.
pub type Hand<'a> = Box<dyn FnMut(&RepoPath, &[u8]) -> Look + 'a>;

/// Looks into one file at a time.
pub trait FileScanner: Send + Sync {
    /// Why a file is not this gate's, told from its name alone; none where it is.
    fn passes_over(&self, path: &RepoPath) -> Option<&'static str>;

    /// Looks into a file. It neither panics nor takes more than linear time, whatever it holds.
    fn look(&self, path: &RepoPath, bytes: &[u8]) -> Look;

    /// The same for one thread, with what that keeps from file to file.
    fn hand(&self) -> Hand<'_> {
        Box::new(|path, bytes| self.look(path, bytes))
    }

    /// What has to be found in every run, by the same way as the rest.
    fn canary(&self) -> Canary;

    /// The rules that it goes by.
    fn sources(&self) -> Vec<Source>;
}

impl<T: TreeScanner + ?Sized> TreeScanner for Arc<T> {
    fn passes_over(&self, path: &RepoPath) -> Option<&'static str> {
        (**self).passes_over(path)
    }

    fn survey(&self, tree: &dyn Tree, before: Option<&dyn Tree>) -> Survey {
        (**self).survey(tree, before)
    }

    fn hangs_on_its_files_alone(&self) -> bool {
        (**self).hangs_on_its_files_alone()
    }

    fn canary(&self) -> Vec<Canary> {
        (**self).canary()
    }

    fn sources(&self) -> Vec<Source> {
        (**self).sources()
    }
}

/// What came of looking into files together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// What was found.
    pub found: Vec<Found>,
    /// The files that were read and understood.
    pub scanned: Vec<RepoPath>,
    /// Files that are for this gate and can't be read, and why.
    pub broken: Vec<(RepoPath, String)>,
}

/// Looks into several files together, such as manifests and their lock files.
pub trait TreeScanner: Send + Sync {
    /// Why a file is not this gate's, told from its name alone; none where it is.
    fn passes_over(&self, path: &RepoPath) -> Option<&'static str>;

    /// Looks into the files that it does not pass over. Where there is a tree from before the
    /// change, what came to be since can be told.
    fn survey(&self, tree: &dyn Tree, before: Option<&dyn Tree>) -> Survey;

    /// Whether a change that touches none of its files leaves everything as it was. It does not
    /// where what it says hangs on other files, or on data that grows.
    fn hangs_on_its_files_alone(&self) -> bool {
        false
    }

    /// What has to be found in every run, by the same way as the rest.
    fn canary(&self) -> Vec<Canary>;

    /// The rules and data that it goes by.
    fn sources(&self) -> Vec<Source>;
}
