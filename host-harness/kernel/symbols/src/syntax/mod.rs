//! Sources as trees of plain numbers, for whoever looks for more than names in them.
//!
//! A tree is taken out of its grammar's memory once, so that what is asked of it afterwards
//! is nothing but a look into a list. Rules that are written as queries go over the grammar's
//! own tree before it is let go of.

mod flat;
mod query;

use std::{collections::HashMap, time::Duration};

use tree_sitter::Parser;

use crate::{
    Language, Skipped, grammar,
    parse::{Deadline, fit_to_read, tree},
};
pub use flat::{Flat, Node};
pub use query::{Capture, Query};

/// How long one file may take. What is not read fails a gate, so that a busy machine must
/// not be taken for a hostile file.
const FILE_TIME_MAX: Duration = Duration::from_secs(20);

/// Reads sources of all languages.
#[derive(Default)]
pub struct Reading {
    parser: Parser,
    languages: HashMap<Language, tree_sitter::Language>,
}

/// What was read of one source.
pub struct Read {
    /// The whole tree.
    pub flat: Flat,
    /// What each query found: for every match, its captures.
    pub matches: Vec<Vec<Vec<Capture>>>,
}

impl Reading {
    /// Reads a source of no more than some bytes, and asks queries about it.
    pub fn read(
        &mut self,
        language: Language,
        bytes: &[u8],
        bytes_max: usize,
        queries: &[&Query],
    ) -> Result<Read, Skipped> {
        fit_to_read(bytes, bytes_max)?;
        let grammar = self.languages.entry(language).or_insert_with(|| grammar::language(language));
        let deadline = Deadline::after(FILE_TIME_MAX);
        let tree = tree(&mut self.parser, grammar, bytes, deadline)?;
        let flat = flat::flat(&tree, deadline)?;
        let asked = queries.iter().map(|query| query.matches(&tree, bytes, deadline));
        Ok(Read { flat, matches: asked.collect::<Result<_, _>>()? })
    }
}

/// The number of a kind of named node; none where the grammar has no such kind.
pub fn kind(language: Language, name: &str) -> Option<u16> {
    let id = grammar::language(language).id_for_node_kind(name, true);
    (id != 0).then_some(id)
}

/// The number of a field of nodes; none where the grammar has no such field.
pub fn field(language: Language, name: &str) -> Option<u16> {
    grammar::language(language).field_id_for_name(name).map(u16::from)
}
