//! The files while edits are worked out, and what they come to in the end.

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;

use crate::host::{Change, Content};

pub(super) struct State<'a> {
    before: &'a BTreeMap<RepoPath, Option<Content>>,
    now: BTreeMap<RepoPath, Option<Content>>,
    /// Where a file that was renamed came from.
    origins: BTreeMap<RepoPath, RepoPath>,
}

impl<'a> State<'a> {
    pub fn new(before: &'a BTreeMap<RepoPath, Option<Content>>) -> Self {
        Self { before, now: BTreeMap::new(), origins: BTreeMap::new() }
    }

    pub fn get(&self, path: &RepoPath) -> Option<Content> {
        let held = self.now.get(path).or_else(|| self.before.get(path));
        held.cloned().flatten()
    }

    pub fn remove(&mut self, path: &RepoPath) {
        self.now.insert(path.clone(), None);
        self.origins.remove(path);
    }

    /// Writes a file; with `to` it moves there, with `keep` it is copied there.
    pub fn put(&mut self, path: &RepoPath, to: Option<&RepoPath>, keep: bool, content: Content) {
        let target = to.unwrap_or(path).clone();
        if target != *path && !keep {
            let origin = self.origins.get(path).unwrap_or(path).clone();
            self.remove(path);
            self.origins.insert(target.clone(), origin);
        }
        self.now.insert(target, Some(content));
    }

    fn existed(&self, path: &RepoPath) -> Option<&Content> {
        self.before.get(path).and_then(Option::as_ref)
    }

    /// The changes that make the files what they are now.
    pub fn changes(self) -> Vec<Change> {
        let renames = self.renames();
        let sources: BTreeSet<_> = renames.values().copied().collect();
        let moves =
            renames.iter().map(|(to, from)| Change::Rename { from: (*from).clone(), to: (*to).clone() });
        let mut changes: Vec<_> = moves.collect();
        let gone = self.now.iter().filter(|(path, now)| now.is_none() && self.existed(path).is_some());
        let gone = gone.filter(|(path, _)| !sources.contains(path));
        changes.extend(gone.map(|(path, _)| Change::Delete { path: path.clone() }));
        changes.extend(
            self.now
                .iter()
                .filter_map(|(path, now)| self.write(path, now.as_ref()?, renames.get(path).copied())),
        );
        changes
    }

    /// Files that are now elsewhere, with where they were.
    fn renames(&self) -> BTreeMap<&RepoPath, &RepoPath> {
        let mut taken = BTreeSet::new();
        let gone = |path: &RepoPath| self.now.get(path).is_some_and(Option::is_none);
        let moved = self.origins.iter().filter(|(to, from)| {
            let there = self.now.get(*to).is_some_and(Option::is_some);
            there && gone(from) && self.existed(from).is_some()
        });
        moved.filter(|(_, from)| taken.insert(*from)).collect()
    }

    fn write(&self, path: &RepoPath, now: &Content, from: Option<&RepoPath>) -> Option<Change> {
        let before = self.existed(from.unwrap_or(path));
        if before == Some(now) {
            return None;
        }
        let mode = match before {
            Some(before) if before.mode == now.mode => None,
            _ => Some(now.mode),
        };
        Some(Change::Write { path: path.clone(), bytes: now.bytes.clone(), mode })
    }
}
