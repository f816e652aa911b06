//! Bytes to a tree, within a time.

use std::{
    collections::{HashMap, hash_map::Entry},
    ops::ControlFlow,
    time::{Duration, Instant},
};

use tree_sitter::{Node, ParseOptions, ParseState, Parser, Tree};

use crate::{FILE_BYTES_MAX, Language, Skipped, grammar::Grammar};

/// How long one file may take, all questions about it together.
const FILE_TIME_MAX: Duration = Duration::from_secs(2);

/// A file with a zero byte here is no text, as git has it.
const TEXT_BYTES_LOOKED_AT: usize = 8_000;

/// Brackets within one another. What is deeper costs the parser a thousand times the
/// file's own bytes, and is no source.
const DEPTH_MAX: usize = 5_000;

/// The moment at which a file has taken too long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    pub fn from_now() -> Self {
        Self::after(FILE_TIME_MAX)
    }

    pub fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// Whether work may go on.
    pub fn held(self) -> Result<(), Skipped> {
        if Instant::now() < self.0 { Ok(()) } else { Err(Skipped::Slow) }
    }

    pub fn flow(self) -> ControlFlow<()> {
        if self.held().is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

/// A source with its tree.
pub(crate) struct Parsed<'a> {
    pub bytes: &'a [u8],
    pub grammar: &'a Grammar,
    pub tree: Tree,
    pub deadline: Deadline,
}

impl<'a> Parsed<'a> {
    /// A node's text; what is no text has none.
    pub fn text(&self, node: Node<'_>) -> &'a str {
        self.bytes.get(node.byte_range()).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// The grammars that were needed so far, and the parser.
#[derive(Default)]
pub(crate) struct Parsers {
    parser: Parser,
    grammars: HashMap<Language, Grammar>,
}

impl Parsers {
    /// Reads a whole source.
    pub fn parse<'a>(&'a mut self, language: Language, bytes: &'a [u8]) -> Result<Parsed<'a>, Skipped> {
        fit_to_read(bytes, FILE_BYTES_MAX)?;
        let Self { parser, grammars } = self;
        let grammar = learned(grammars, language)?;
        let deadline = Deadline::from_now();
        let tree = tree(parser, &grammar.language, bytes, deadline)?;
        Ok(Parsed { bytes, grammar, tree, deadline })
    }
}

/// The grammar of a language, which is made when it is first needed.
fn learned(grammars: &mut HashMap<Language, Grammar>, language: Language) -> Result<&Grammar, Skipped> {
    Ok(match grammars.entry(language) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => new.insert(Grammar::of(language).map_err(|_| Skipped::Unavailable)?),
    })
}

pub(crate) fn fit_to_read(bytes: &[u8], bytes_max: usize) -> Result<(), Skipped> {
    match bytes {
        _ if bytes.len() > bytes_max => Err(Skipped::TooLarge),
        _ if bytes.iter().take(TEXT_BYTES_LOOKED_AT).any(|byte| *byte == 0) => Err(Skipped::Binary),
        _ if depth(bytes) > DEPTH_MAX => Err(Skipped::TooDeep),
        _ => Ok(()),
    }
}

/// How many brackets are open at a time, as far as bytes tell: those of strings and of
/// comments count, too, and change little.
fn depth(bytes: &[u8]) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    for byte in bytes {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

/// Reads a source in a language, until its time is over.
pub(crate) fn tree(
    parser: &mut Parser,
    language: &tree_sitter::Language,
    bytes: &[u8],
    deadline: Deadline,
) -> Result<Tree, Skipped> {
    // A parse that was stopped would be gone on with, in the middle of another file.
    parser.reset();
    parser.set_language(language).map_err(|_| Skipped::Unavailable)?;
    let mut progress = |_: &ParseState| deadline.flow();
    let options = ParseOptions::new().progress_callback(&mut progress);
    let mut read = |at: usize, _| bytes.get(at..).unwrap_or_default();
    parser.parse_with_options(&mut read, None, Some(options)).ok_or(Skipped::Slow)
}

/// What to do with the children of a node that was come to.
pub(crate) enum Step {
    In,
    Over,
}

/// Goes over a tree from its start without calling itself: trees are as deep as a stranger
/// likes.
pub(crate) fn walk<'a>(
    parsed: &'a Parsed<'_>,
    mut visit: impl FnMut(Node<'a>) -> Step,
) -> Result<(), Skipped> {
    let mut cursor = parsed.tree.walk();
    for count in 0_usize.. {
        if count.is_multiple_of(1 << 10) {
            parsed.deadline.held()?;
        }
        let inside = matches!(visit(cursor.node()), Step::In) && cursor.goto_first_child();
        while !inside && !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Ok(());
            }
        }
    }
    Ok(())
}
