//! The trees that scanners look into, through the Kernel.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use agent_contract::RepoPath;
use finding::Tree;
use kernel::{
    Workspace,
    git::{Since, Staged},
    workspace::{Base, Ignored, Survey},
};

/// The workspace as the run has it now.
#[derive(Debug)]
pub struct Now<'a> {
    workspace: &'a Workspace,
    survey: Survey,
}

/// The checkout that a run began with.
#[derive(Debug)]
pub struct Checkout<'a> {
    base: &'a Base,
    files: Vec<RepoPath>,
}

/// What is staged for the next commit.
#[derive(Debug)]
pub struct Index<'a> {
    staged: &'a Staged,
}

impl<'a> Index<'a> {
    /// What git's index holds.
    pub fn of(staged: &'a Staged) -> Self {
        Self { staged }
    }
}

impl Tree for Index<'_> {
    fn paths(&self) -> Vec<RepoPath> {
        self.staged.paths().cloned().collect()
    }

    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, String> {
        self.staged.read(path).map_err(|error| error.message)
    }
}

/// A revision of a repository.
#[derive(Debug)]
pub struct Revision<'a> {
    since: &'a Since,
    read: Mutex<BTreeMap<RepoPath, Option<Vec<u8>>>>,
}

impl<'a> Now<'a> {
    /// Surveys a workspace.
    pub fn of(workspace: &'a Workspace, ignored: Ignored) -> Self {
        Self { workspace, survey: workspace.survey(ignored) }
    }

    /// What stands in it and is no file of it, and why.
    pub fn left_out(&self) -> &[(RepoPath, &'static str)] {
        &self.survey.left_out
    }

    /// What can't be told or looked into.
    pub fn untold(&self) -> &[String] {
        &self.survey.untold
    }

    /// Its files, in order.
    pub fn files(&self) -> impl Iterator<Item = &RepoPath> {
        self.survey.files.iter()
    }

    /// Whether there is such a file.
    pub fn has(&self, path: &RepoPath) -> bool {
        self.survey.files.contains(path)
    }

    /// Whether there is nothing at all.
    pub fn is_empty(&self) -> bool {
        self.survey.files.is_empty() && self.survey.untold.is_empty()
    }
}

impl Tree for Now<'_> {
    fn paths(&self) -> Vec<RepoPath> {
        self.survey.files.iter().cloned().collect()
    }

    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, String> {
        self.workspace.bytes(path).map_err(|error| error.message)
    }
}

impl<'a> Checkout<'a> {
    /// What stands beneath the changes of a workspace.
    pub fn beneath(now: &Now<'a>) -> Self {
        Self { base: now.workspace.base(), files: now.workspace.files_before(&now.survey) }
    }
}

impl Tree for Checkout<'_> {
    fn paths(&self) -> Vec<RepoPath> {
        self.files.clone()
    }

    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, String> {
        self.base.bytes(path).map_err(|error| error.message)
    }
}

impl<'a> Revision<'a> {
    /// A revision, whose files are read when they are asked for.
    pub fn of(since: &'a Since) -> Self {
        Self { since, read: Mutex::default() }
    }
}

impl Tree for Revision<'_> {
    fn paths(&self) -> Vec<RepoPath> {
        self.since.paths().cloned().collect()
    }

    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, String> {
        let mut known = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(path) {
            return Ok(found.clone());
        }
        let read = self.since.read(std::slice::from_ref(path)).map_err(|error| error.message)?;
        let found = read.into_iter().next().flatten();
        known.insert(path.clone(), found.clone());
        Ok(found)
    }
}
