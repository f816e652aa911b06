//! What it holds: one repository, with all that belongs to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{SystemTime, UNIX_EPOCH},
};

use super::objects::Store;

/// A forge with one repository.
#[derive(Debug, Clone)]
pub struct Forge {
    /// Its address, set when it starts.
    pub address: String,
    pub owner: String,
    pub name: String,
    pub id: u64,
    pub default_branch: String,
    pub archived: bool,
    pub disabled: bool,
    /// The token that it knows, and no other; none: everybody may.
    pub token: Option<String>,
    /// Whether the token lacks `contents=write` and `pull_requests=write`.
    pub read_only: bool,
    pub objects: Store,
    /// Branches, and the commits that they are at.
    pub branches: BTreeMap<String, String>,
    pub protected: BTreeSet<String>,
    pub issues: BTreeMap<u64, Issue>,
    pub pulls: BTreeMap<u64, Pull>,
    pub discussions: BTreeMap<u64, Discussion>,
    /// Whether trees are cut short when all of them is asked for.
    pub cuts_trees: bool,
    pub remaining: u64,
    pub reset: u64,
    /// Requests that counted.
    pub counted: u64,
}

/// An issue, or what a pull request is as one.
#[derive(Debug, Clone, Default)]
pub struct Issue {
    pub title: String,
    pub body: Option<String>,
    pub state: String,
    pub author: String,
    pub association: String,
    pub labels: Vec<String>,
    pub comments: Vec<Said>,
    pub locked: bool,
}

/// Something that was said.
#[derive(Debug, Clone, Default)]
pub struct Said {
    pub author: String,
    pub association: String,
    pub body: String,
    pub path: Option<String>,
    pub line: Option<u64>,
    pub replies: Vec<Said>,
}

/// A pull request, beside its issue.
#[derive(Debug, Clone)]
pub struct Pull {
    pub head: String,
    pub base: String,
    pub draft: bool,
    pub reviews: Vec<Said>,
}

/// A discussion.
#[derive(Debug, Clone, Default)]
pub struct Discussion {
    pub title: String,
    pub body: String,
    pub author: String,
    pub association: String,
    pub comments: Vec<Said>,
}

impl Forge {
    /// A forge with an empty repository.
    pub fn new(owner: &str, name: &str) -> Self {
        Self {
            address: String::new(),
            owner: owner.to_owned(),
            name: name.to_owned(),
            id: 1_300_192,
            default_branch: "main".to_owned(),
            archived: false,
            disabled: false,
            token: None,
            read_only: false,
            objects: Store::default(),
            branches: BTreeMap::new(),
            protected: BTreeSet::new(),
            issues: BTreeMap::new(),
            pulls: BTreeMap::new(),
            discussions: BTreeMap::new(),
            cuts_trees: false,
            remaining: 5000,
            reset: now() + 3600,
            counted: 0,
        }
    }

    /// The moment in so many seconds.
    pub fn reset_in(&self, seconds: u64) -> u64 {
        now() + seconds
    }

    /// The number that the next issue, pull request or discussion gets.
    pub fn next_number(&self) -> u64 {
        let last = |numbers: Option<&u64>| numbers.copied().unwrap_or_default();
        let lasts = [last(self.issues.keys().last()), last(self.discussions.keys().last())];
        lasts.into_iter().max().unwrap_or_default() + 1
    }
}

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}
