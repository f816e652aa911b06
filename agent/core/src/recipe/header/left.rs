//! The files that get no header, counted: a folder of others would fill pages.

use std::collections::BTreeMap;

use agent_contract::RepoPath;

/// The files that are left, by the reason: the first of them, and how many more.
#[derive(Debug, Default)]
pub(super) struct Left(BTreeMap<String, (RepoPath, usize)>);

impl Left {
    /// One more file that is left.
    pub fn add(&mut self, path: &RepoPath, why: impl Into<String>) {
        let more = |(_, more): &mut (RepoPath, usize)| *more += 1;
        self.0.entry(why.into()).and_modify(more).or_insert_with(|| (path.clone(), 0));
    }

    /// A line for each reason.
    pub fn told(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|(why, (path, more))| match more {
            0 => format!("`{path}`: left, {why}"),
            _ => format!("`{path}` and {more} more: left, {why}"),
        })
    }
}
