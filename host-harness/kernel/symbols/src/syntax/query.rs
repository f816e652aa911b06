use tree_sitter::{QueryCursor, QueryCursorOptions, QueryCursorState, StreamingIterator as _, Tree};

use crate::{Language, Skipped, grammar, parse::Deadline};

/// Matches told of one query in one source.
const MATCHES_MAX: usize = 10_000;

/// A query in the language of tree-sitter.
pub struct Query(tree_sitter::Query);

/// A node that a query has a name for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// The name, without `@`.
    pub name: String,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Query {
    /// Reads a query for a language.
    pub fn new(language: Language, text: &str) -> Result<Self, String> {
        let query = tree_sitter::Query::new(&grammar::language(language), text);
        query.map(Self).map_err(|fault| fault.to_string())
    }

    pub(super) fn matches(
        &self,
        tree: &Tree,
        bytes: &[u8],
        deadline: Deadline,
    ) -> Result<Vec<Vec<Capture>>, Skipped> {
        let names = self.0.capture_names();
        let mut cursor = QueryCursor::new();
        let mut progress = |_: &QueryCursorState| deadline.flow();
        let options = QueryCursorOptions::new().progress_callback(&mut progress);
        let mut found = cursor.matches_with_options(&self.0, tree.root_node(), bytes, options);
        let mut matches = Vec::new();
        while let Some(one) = found.next() {
            let captures = one.captures().iter().map(|capture| Capture {
                name: names.get(capture.index as usize).copied().unwrap_or_default().to_owned(),
                start: capture.node.start_byte() as u32,
                end: capture.node.end_byte() as u32,
            });
            matches.push(captures.collect());
            if matches.len() == MATCHES_MAX {
                break;
            }
        }
        drop(found);
        deadline.held()?;
        Ok(matches)
    }
}
