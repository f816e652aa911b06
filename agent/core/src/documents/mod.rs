//! Passages of documents that may help with a task, each with where it is from. A document
//! is cut where it pauses, the parts are ranked by the words that they share with the
//! query, and as many are given as fit.

mod cut;
mod rank;
mod words;

#[cfg(test)]
mod tests;

use agent_contract::RepoPath;

/// How much is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Passages at the most.
    pub passages_max: usize,
    /// Bytes of their texts at the most, all together.
    pub bytes_max: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { passages_max: 6, bytes_max: 6_000 }
    }
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Where it is from: `docs/x.md lines 10-24`.
    pub source: String,
    /// What it says, after the headings that it stands under.
    pub text: String,
}

/// The passages that have most in common with a query, the best first. One that has
/// nothing in common with it is not given.
pub fn passages(query: &str, documents: &[(RepoPath, &str)], bounds: Bounds) -> Vec<Passage> {
    let parts: Vec<_> = documents
        .iter()
        .flat_map(|(path, text)| cut::parts(path, text).into_iter().map(move |part| (path, part)))
        .collect();
    let texts: Vec<_> = parts.iter().map(|(_, part)| part.text.as_str()).collect();
    let mut left = bounds.bytes_max;
    let mut passages = Vec::new();
    for at in rank::best(query, &texts) {
        let (path, part) = &parts[at];
        if passages.len() < bounds.passages_max && part.text.len() <= left {
            left -= part.text.len();
            passages.push(Passage { source: part.source(path), text: part.text.clone() });
        }
    }
    passages
}
