use regex_automata::hybrid::dfa::Cache;

use crate::{decode::Decoded, scan::Hit};

/// What one thread keeps from file to file, so that nothing is made anew.
///
/// It belongs to the scanner that gave it out and grows with the rules that were tried, not
/// with the files.
#[derive(Debug, Default)]
pub struct Worker {
    pub(crate) caches: Vec<Option<Cache>>,
    pub(crate) gates: Vec<bool>,
    pub(crate) hits: Vec<Hit>,
    /// Places where a match may begin although a letter stands before them.
    pub(crate) edges: Vec<Hit>,
    pub(crate) decoded: [Decoded; 2],
}

impl Worker {
    pub(crate) fn of(slots: usize, rules: usize) -> Self {
        let caches = std::iter::repeat_with(|| None).take(slots).collect();
        Self { caches, gates: vec![false; rules], ..Self::default() }
    }
}
