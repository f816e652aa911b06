//! The files while edits are worked out, and what they come to in the end.

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;

use super::step::{Action, Onto, Order, Step, Target, Way};
use crate::host::{Change, Content};

type Files = BTreeMap<RepoPath, Option<Content>>;

pub(super) struct State<'a> {
    before: &'a Files,
    now: Files,
    /// Where a file that was renamed came from.
    origins: BTreeMap<RepoPath, RepoPath>,
    commit: Commit,
}

/// What edits that belong together start from.
struct Commit {
    order: Order,
    /// The files that were different from `before` when it began.
    start: Files,
    /// The paths that it takes away.
    leaving: BTreeSet<RepoPath>,
    /// The paths that it has written.
    written: BTreeSet<RepoPath>,
}

impl Commit {
    fn new(order: Order) -> Self {
        Self { order, start: Files::new(), leaving: BTreeSet::new(), written: BTreeSet::new() }
    }
}

impl<'a> State<'a> {
    pub fn new(before: &'a Files) -> Self {
        Self { before, now: Files::new(), origins: BTreeMap::new(), commit: Commit::new(Order::InTurn) }
    }

    /// Gets ready for a step, the first of `rest`.
    pub fn start(&mut self, step: &Step, rest: &[Step]) {
        if step.order == self.commit.order {
            return;
        }
        let own = rest.iter().take_while(|other| other.order == step.order);
        let leaving = own.filter(|step| leaves(step)).map(|step| step.path.clone()).collect();
        self.commit = Commit { start: self.now.clone(), leaving, ..Commit::new(step.order) };
    }

    pub fn get(&self, path: &RepoPath) -> Option<&Content> {
        self.now.get(path).or_else(|| self.before.get(path)).and_then(Option::as_ref)
    }

    /// What a step starts from.
    pub fn source(&self, step: &Step) -> Option<&Content> {
        match (step.order, step.target()) {
            (Order::Together(_), Some(_)) => {
                let held = self.commit.start.get(&step.path).or_else(|| self.before.get(&step.path));
                held.and_then(Option::as_ref)
            }
            _ => self.get(&step.path),
        }
    }

    /// Whether a file may be put where another may stand.
    pub fn is_free(&self, path: &RepoPath, bytes: &[u8], onto: Onto) -> bool {
        let held = self.get(path).filter(|_| !self.is_leaving(path));
        match (onto, held) {
            (Onto::Anything, _) | (_, None) => true,
            (Onto::Nothing, Some(content)) => content.bytes == bytes,
            (Onto::Empty, Some(content)) => content.bytes.is_empty(),
        }
    }

    fn is_leaving(&self, path: &RepoPath) -> bool {
        self.commit.leaving.contains(path) && !self.commit.written.contains(path)
    }

    pub fn remove(&mut self, path: &RepoPath) {
        self.now.insert(path.clone(), None);
        self.origins.remove(path);
    }

    /// Writes a file, at its place or at another one.
    pub fn put(&mut self, path: &RepoPath, target: Option<&Target>, content: Content) {
        let to = target.map_or(path, |target| &target.path).clone();
        if target.is_some_and(|target| target.way == Way::Move) && to != *path {
            let origin = self.origins.get(path).unwrap_or(path).clone();
            // What another edit of the commit has put there stays.
            if !self.commit.written.contains(path) {
                self.remove(path);
            }
            self.origins.insert(to.clone(), origin);
        }
        if matches!(self.commit.order, Order::Together(_)) {
            self.commit.written.insert(to.clone());
        }
        self.now.insert(to, Some(content));
    }

    fn existed(&self, path: &RepoPath) -> Option<&Content> {
        self.before.get(path).and_then(Option::as_ref)
    }

    /// The changes that make the files what they are now. What goes away goes first: a
    /// folder may come to be where a file was.
    pub fn changes(self) -> Vec<Change> {
        let renames = self.renames();
        let sources: BTreeSet<_> = renames.values().copied().collect();
        let gone = self.now.iter().filter(|(path, now)| now.is_none() && self.existed(path).is_some());
        let gone = gone.filter(|(path, _)| !sources.contains(path));
        let mut changes: Vec<_> = gone.map(|(path, _)| Change::Delete { path: path.clone() }).collect();
        let moves = renames.iter().map(|(to, from)| (*from, *to));
        changes.extend(moves.map(|(from, to)| Change::Rename { from: from.clone(), to: to.clone() }));
        changes.extend(
            self.now
                .iter()
                .filter_map(|(path, now)| self.write(path, now.as_ref()?, renames.get(path).copied())),
        );
        changes
    }

    /// Files that are now elsewhere, with where they were. No source is left at the end,
    /// so none of them is the target of another.
    fn renames(&self) -> BTreeMap<&RepoPath, &RepoPath> {
        let mut taken = BTreeSet::new();
        let gone = |path: &RepoPath| self.now.get(path).is_some_and(Option::is_none);
        let moved = self.origins.iter().filter(|(to, from)| {
            let there = self.now.get(*to).is_some_and(Option::is_some);
            to != from && there && gone(from) && self.existed(from).is_some()
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

/// Whether a step takes its path away.
fn leaves(step: &Step) -> bool {
    let moves = step.target().is_some_and(|target| target.way == Way::Move);
    moves || matches!(step.action, Action::Delete { .. })
}
