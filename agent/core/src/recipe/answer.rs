//! What the host answers to a question for code of some form.

use std::collections::BTreeMap;

use agent_contract::{RepoPath, document};
use serde::Deserialize;
use serde_json::Value;

use super::RecipeFault;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub matches: Vec<Match>,
    pub skipped: Vec<Skipped>,
    pub more: bool,
}

/// Code that has the form.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Match {
    pub path: RepoPath,
    pub from: usize,
    pub to: usize,
    pub line: u64,
    pub text: String,
    #[serde(default)]
    pub captures: BTreeMap<String, Span>,
}

/// Bytes of a file, the last not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(super) struct Span {
    pub from: usize,
    pub to: usize,
}

/// A file that was not looked into.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(super) struct Skipped {
    pub path: RepoPath,
    pub why: String,
}

#[derive(Deserialize)]
struct Answer {
    matches: Vec<Match>,
    #[serde(default)]
    skipped: Vec<Skipped>,
    more: bool,
}

/// Reads an answer. It comes from our own host and may say more than is asked for here.
pub(super) fn found(answer: &Value) -> Result<Found, RecipeFault> {
    let malformed = |fault: agent_contract::Fault| {
        RecipeFault::new("recipe-answer-malformed", format!("the answer of the search for code: {fault}"))
    };
    let Answer { matches, skipped, more } = document::from_value(answer.clone()).map_err(malformed)?;
    Ok(Found { matches, skipped, more })
}

impl Found {
    pub fn join(&mut self, other: Self, within: Option<&RepoPath>) {
        let held = |path: &RepoPath| within.is_none_or(|within| path.is_within(within));
        self.matches.extend(other.matches.into_iter().filter(|found| held(&found.path)));
        self.skipped.extend(other.skipped.into_iter().filter(|skipped| held(&skipped.path)));
        self.more |= other.more;
    }

    /// By file and place, outermost first, each once.
    pub fn sorted(mut self) -> Self {
        let order = |found: &Match| (found.path.clone(), found.from, usize::MAX - found.to);
        self.matches.sort_by_cached_key(order);
        self.matches.dedup_by(|later, first| later.path == first.path && later.span() == first.span());
        self.skipped.sort();
        self.skipped.dedup();
        self
    }

    /// The matches of each file.
    pub fn by_file(&self) -> BTreeMap<&RepoPath, Vec<&Match>> {
        let mut files: BTreeMap<_, Vec<_>> = BTreeMap::new();
        self.matches.iter().for_each(|found| files.entry(&found.path).or_default().push(found));
        files
    }
}

impl Match {
    /// Where it stands.
    pub fn span(&self) -> Span {
        Span { from: self.from, to: self.to }
    }

    /// The code itself, if the file is the one in which it was found. The answer says with
    /// each match what stands there: the code, or the line that it begins on.
    pub fn code<'a>(&self, text: &'a str) -> Option<&'a str> {
        let code = self.span().of(text)?;
        let line = text[..self.from].rfind('\n').map_or(0, |at| at + 1);
        let line = text[line..].lines().next().unwrap_or_default();
        (code == self.text || line.trim() == self.text.trim()).then_some(code)
    }
}

impl Span {
    /// These bytes of a text, if they are whole characters of it.
    pub fn of(self, text: &str) -> Option<&str> {
        text.get(self.from..self.to)
    }

    pub fn is_within(self, outer: Self) -> bool {
        outer.from <= self.from && self.from <= self.to && self.to <= outer.to
    }
}
