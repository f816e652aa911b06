//! A map of a repository: what is defined where, the most telling for a task first, in no
//! more room than there is.
//!
//! Ranking is a walk from file to file: whoever uses a name goes on to where it is
//! defined, and now and then starts again at what the task is about. Where such a walk is
//! most of the time is what one has to know. The same files and the same task give the
//! same map, in whatever order the files come.

mod choose;
mod folders;
mod graph;
mod interest;
mod render;
#[cfg(test)]
mod tests;
mod words;

use std::{collections::BTreeSet, sync::Arc};

use crate::{Definition, Kind, Tags};

/// Bytes that a token has, as far as budgets go.
const TOKEN_BYTES: usize = 4;

/// A file of the repository, with its symbols if it has any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileTags {
    /// Its path, with `/` between the parts.
    pub path: String,
    /// What it defines and names.
    pub tags: Option<Arc<Tags>>,
}

/// What a map is made for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MapQuery {
    /// The words of the task.
    pub words: Vec<String>,
    /// The paths that the task names.
    pub files: Vec<String>,
    /// How many tokens the map may have.
    pub tokens_max: usize,
}

/// A map.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Map {
    /// The map as it is shown.
    pub text: String,
    /// Definitions in it.
    pub definitions: usize,
    /// Definitions that there was no room for.
    pub left_out: usize,
}

impl Map {
    /// How many tokens the map has, as budgets count them.
    pub fn tokens(&self) -> usize {
        self.text.len().div_ceil(TOKEN_BYTES)
    }
}

/// Makes a map.
pub fn rank(files: &[FileTags], query: &MapQuery) -> Map {
    let files = sorted(files);
    let named: BTreeSet<&str> = query.files.iter().map(String::as_str).collect();
    let graph = graph::Graph::new(&files);
    let interest = interest::Interest::new(&files, &graph, query, &named);
    let flow = graph.flow(&interest);
    let scored = choose::scored(&files, &graph, &interest, &flow);
    render::map(&files, &scored, &named, query.tokens_max.saturating_mul(TOKEN_BYTES))
}

/// The files by path; of two with one path the first is taken.
fn sorted(files: &[FileTags]) -> Vec<&FileTags> {
    let mut sorted: Vec<_> = files.iter().collect();
    sorted.sort_by(|one, other| one.path.cmp(&other.path));
    sorted.dedup_by(|one, other| one.path == other.path);
    sorted
}

/// The definitions that a map may show: what is inside a function is nobody else's, and
/// what only encloses others is defined elsewhere.
fn shown(tags: &Tags) -> impl Iterator<Item = Definition<'_>> {
    tags.definitions().filter(|definition| !tags.is_local(definition) && definition.kind != Kind::Scope)
}
