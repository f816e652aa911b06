//! The desk with what the steps have in common: whole answers or an error, never a part.

use std::collections::BTreeSet;

use agent_contract::RepoPath;
use serde_json::{Value, json};

use super::{
    RecipeFault,
    answer::{Found, found},
    desk::{Desk, Outcome, Stopped},
};
use crate::host::{Change, Content};

/// Matches that one query may have.
const MATCHES_MAX: u64 = 20_000;

/// What working gives.
pub(super) type Worked<D, T = Outcome> = Result<T, Stopped<<D as Desk>::Error>>;

/// A desk at work.
pub(super) struct Bench<'a, D: Desk> {
    desk: &'a mut D,
}

impl<'a, D: Desk> Bench<'a, D> {
    pub fn new(desk: &'a mut D) -> Self {
        Self { desk }
    }

    /// Every file at or beneath the paths, by name.
    pub fn files(&mut self, paths: &[RepoPath]) -> Worked<D, Vec<RepoPath>> {
        let mut files = BTreeSet::new();
        for within in places(paths) {
            let listed = self.desk.list(within).map_err(Stopped::Desk)?;
            if listed.more {
                let fault = RecipeFault::new("recipe-incomplete", "there are more files than can be listed");
                return Err(fault.hint("name the files and folders that are meant by `paths`").into());
            }
            let held = listed.files.into_iter();
            files.extend(held.filter(|file| within.is_none_or(|within| file.is_within(within))));
        }
        Ok(files.into_iter().collect())
    }

    /// A file that need not be there.
    pub fn if_there(&mut self, path: &RepoPath) -> Worked<D, Option<Content>> {
        self.desk.read(path).map_err(Stopped::Desk)
    }

    /// A file that has to be there.
    pub fn content(&mut self, path: &RepoPath) -> Worked<D, Content> {
        let content = self.if_there(path)?;
        content.ok_or_else(|| RecipeFault::new("file-missing", format!("`{path}` does not exist")).into())
    }

    /// A file that has to be a text.
    pub fn text(&mut self, path: &RepoPath) -> Worked<D, String> {
        let content = self.content(path)?;
        let no_text = |_| RecipeFault::new("recipe-no-text", format!("`{path}` is no text in UTF-8"));
        Ok(String::from_utf8(content.bytes).map_err(no_text)?)
    }

    /// Where code of some form is, at or beneath each of the paths.
    pub fn find(&mut self, query: &Value, paths: &[RepoPath]) -> Worked<D, Found> {
        let mut all = Found::default();
        for within in places(paths) {
            let mut query = query.clone();
            query["limit"] = json!(MATCHES_MAX);
            if let Some(within) = within {
                query["folder"] = json!(within.as_str());
            }
            let answer = found(&self.desk.find(&query).map_err(Stopped::Desk)?)?;
            all.join(answer, within);
        }
        match all.more {
            true => Err(RecipeFault::new(
                "recipe-incomplete",
                format!("there are more than {MATCHES_MAX} matches, and a part of a change is none"),
            )
            .hint("name the files and folders that are meant by `paths`")
            .into()),
            false => Ok(all.sorted()),
        }
    }

    /// Lines that hold a text, as `path:line`, and whether there are more.
    pub fn lines_with(&mut self, text: &str, paths: &[RepoPath]) -> Worked<D, (Vec<(String, u64)>, bool)> {
        let (mut lines, mut more) = (BTreeSet::new(), false);
        for within in places(paths) {
            let hits = self.desk.search(text, within).map_err(Stopped::Desk)?;
            more |= hits.more;
            lines.extend(hits.hits.into_iter().map(|hit| (hit.path, u64::from(hit.line))));
        }
        Ok((lines.into_iter().collect(), more))
    }

    pub fn fix(&mut self, check: &str) -> Worked<D, Vec<Change>> {
        self.desk.fix(check).map_err(Stopped::Desk)
    }

    pub fn write(&mut self, changes: &[Change]) -> Worked<D, ()> {
        self.desk.write(changes).map_err(Stopped::Desk)
    }
}

/// Where to look: at each path, or everywhere.
fn places(paths: &[RepoPath]) -> Vec<Option<&RepoPath>> {
    if paths.is_empty() {
        return vec![None];
    }
    let outermost = |path: &&RepoPath| !paths.iter().any(|other| other != *path && path.is_within(other));
    paths.iter().filter(outermost).map(Some).collect()
}
