//! What is to become of manifests and lock files, gathered before anything is changed.

use std::collections::BTreeMap;

use agent_contract::{RepoPath, fault::shown};

use super::requirement::Wanted;
use crate::{
    host::Change,
    recipe::{
        RecipeFault,
        answer::Span,
        desk::Outcome,
        splice::{Splice, spliced},
    },
};

/// What a manifest asks for, and under which name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub path: RepoPath,
    pub name: String,
    pub requirement: String,
}

impl std::fmt::Display for Asked {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "`{} = {}` of `{}`", shown(&self.name), shown(&self.requirement), self.path)
    }
}

/// The edits of a bump.
#[derive(Debug, Default)]
pub(super) struct Edits {
    /// How often the package is asked for.
    pub mentions: usize,
    /// Whether a manifest wants that version and none that is a little later.
    pub is_exact: bool,
    /// The manifests that ask for it.
    pub manifests: Vec<RepoPath>,
    /// What they ask for, where one of them may ask for more than one version.
    pub asked: Vec<Asked>,
    texts: BTreeMap<RepoPath, String>,
    splices: BTreeMap<RepoPath, Vec<Splice>>,
    told: Vec<String>,
    warnings: Vec<String>,
}

impl Edits {
    /// Goes through a manifest; one that does not ask for the package is forgotten.
    pub fn manifest(
        &mut self,
        path: &RepoPath,
        text: String,
        through: impl FnOnce(&str, &mut Self) -> Result<(), RecipeFault>,
    ) -> Result<(), RecipeFault> {
        let before = self.mentions;
        through(&text, self)?;
        if self.mentions > before {
            self.manifests.push(path.clone());
        }
        self.texts.insert(path.clone(), text);
        Ok(())
    }

    /// Keeps the text of a lock file.
    pub fn lock(&mut self, path: &RepoPath, text: String) {
        self.texts.insert(path.clone(), text);
    }

    /// A requirement becomes another.
    pub fn require(&mut self, path: &RepoPath, there: &str, span: Span, wanted: Wanted) {
        self.mentions += 1;
        let there = shown(there);
        match wanted {
            Wanted::Same => self.tell(format!("`{path}`: asks for `{there}` already")),
            Wanted::Other(text) => {
                self.tell(format!("`{path}`: `{there}` becomes `{}`", shown(&text)));
                self.splice(path, span, text);
            }
        }
    }

    /// The package is asked for in a way that is left alone.
    pub fn leave(&mut self, path: &RepoPath, why: &str) {
        self.mentions += 1;
        self.tell(format!("`{path}`: left, {why}"));
    }

    pub fn splice(&mut self, path: &RepoPath, span: Span, text: impl Into<String>) {
        self.splices.entry(path.clone()).or_default().push(Splice { span, text: text.into() });
    }

    pub fn tell(&mut self, line: impl Into<String>) {
        self.told.push(line.into());
    }

    pub fn warn(&mut self, line: impl Into<String>) {
        self.warnings.push(line.into());
    }

    /// Whether a file is to be changed.
    pub fn changes_any(&self) -> bool {
        !self.splices.is_empty()
    }

    /// The changes.
    pub fn outcome(self) -> Result<Outcome, RecipeFault> {
        let mut changes = Vec::new();
        for (path, splices) in self.splices {
            let text = self.texts.get(&path).map(String::as_str).unwrap_or_default();
            let bytes = spliced(text, splices, path.as_str())?.into_bytes();
            if bytes != text.as_bytes() {
                changes.push(Change::Write { path, bytes, mode: None });
            }
        }
        Ok(Outcome { changes, told: self.told, warnings: self.warnings })
    }
}
