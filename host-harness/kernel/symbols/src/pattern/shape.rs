//! A pattern as a tree of its own.

use std::ops::Range;

use tree_sitter::{Node, Parser};

use super::{
    contexts::contexts,
    metavariable::{Metavariable, Writing, Written},
};
use crate::{Language, Skipped, grammar};

/// Bytes, and levels, of a pattern.
pub(super) const BYTES_MAX: usize = 4 << 10;
const DEPTH_MAX: usize = 100;

/// Ways to write metavariables, in the order in which they are tried.
const WRITINGS: [Writing; 4] = [
    Writing { letter: 'm', end: "" },
    Writing { letter: 'm', end: ";" },
    Writing { letter: 'M', end: "" },
    Writing { letter: 'M', end: ";" },
];

/// What code must look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// A node of this kind with nodes in it.
    Branch(u16, Vec<Shape>),
    /// A node of this kind with this text.
    Leaf(u16, String),
    /// Whatever it is.
    Any(Metavariable),
}

/// A pattern that was understood.
#[derive(Debug)]
pub(crate) struct Pattern(pub(super) Shape);

/// Reads a pattern: the first place and the first writing in which it is one whole piece
/// of code, without a fault, is what it means.
pub(super) fn pattern(parser: &mut Parser, language: Language, text: &str) -> Result<Pattern, Skipped> {
    let text = text.trim();
    if text.len() > BYTES_MAX {
        return Err(Skipped::PatternTooLarge);
    }
    if text.is_empty() {
        return Err(Skipped::PatternWithoutText);
    }
    parser.set_language(&grammar::language(language)).map_err(|_| Skipped::Unavailable)?;
    for writing in WRITINGS {
        let written = Written::new(text, writing);
        for context in contexts(language) {
            if let Some(pattern) = read(parser, &written, *context)? {
                return Ok(pattern);
            }
        }
    }
    Err(Skipped::PatternNotUnderstood)
}

fn read(
    parser: &mut Parser,
    written: &Written,
    (before, after): (&str, &str),
) -> Result<Option<Pattern>, Skipped> {
    let whole = format!("{before}{}{after}", written.text);
    let range = before.len()..before.len() + written.text.len();
    let Some(tree) = parser.parse(&whole, None) else { return Ok(None) };
    let root = tree.root_node();
    let node = root.descendant_for_byte_range(range.start, range.end);
    let Some(node) = node.filter(|node| node.byte_range() == range && !root.has_error()) else {
        return Ok(None);
    };
    match shape(node, &whole, written, 0)? {
        Shape::Any(_) => Err(Skipped::PatternWithoutText),
        shape => Ok(Some(Pattern(shape))),
    }
}

fn shape(node: Node<'_>, whole: &str, written: &Written, depth: usize) -> Result<Shape, Skipped> {
    let text = whole.get(node.byte_range()).unwrap_or_default();
    if let Some(metavariable) = written.metavariable(text).filter(|found| is_whole(found, node)) {
        return Ok(Shape::Any(metavariable.clone()));
    }
    if depth == DEPTH_MAX {
        return Err(Skipped::PatternTooLarge);
    }
    let children = parts(node);
    if children.is_empty() || has_more(node, whole.as_bytes()) {
        let plain = !written.has_any(text);
        let leaf = plain.then(|| Shape::Leaf(node.kind_id(), text.to_owned()));
        return leaf.ok_or(Skipped::PatternNotUnderstood);
    }
    let shapes = children.into_iter().map(|child| shape(child, whole, written, depth + 1));
    Ok(Shape::Branch(node.kind_id(), shapes.collect::<Result<_, _>>()?))
}

/// Whether a metavariable stands for the whole of a node that is nothing but it. One piece
/// of code is a statement, or what is in the list of arguments, not that list.
fn is_whole(metavariable: &Metavariable, node: Node<'_>) -> bool {
    let is_innermost = parts(node).is_empty();
    is_innermost || matches!(metavariable, Metavariable::Many(_)) || node.kind().ends_with("statement")
}

/// What a node is made of, but for comments and what only separates: the last comma of a
/// list, or the one before nothing, makes no difference.
pub(super) fn parts(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    let parts = node.children(&mut cursor).filter(|child| !child.is_extra());
    if !is_tokens(node) {
        return parts.filter(|child| !separates(*child)).collect();
    }
    let mut parts: Vec<_> = parts.collect();
    if let [.., last, _] = parts.as_slice()
        && separates(*last)
    {
        parts.remove(parts.len() - 2);
    }
    parts
}

/// Whether a node is what a macro is given, of which no grammar knows more than its tokens.
/// There, what stands between separates.
pub(super) fn is_tokens(node: Node<'_>) -> bool {
    node.kind() == "token_tree"
}

pub(super) fn separates(node: Node<'_>) -> bool {
    !node.is_named() && matches!(node.kind(), "," | ";" | "\n")
}

/// Whether a node has text that is in none of its children, as strings have in some
/// grammars: it has to be compared as a whole.
fn has_more(node: Node<'_>, bytes: &[u8]) -> bool {
    let mut at = node.start_byte();
    let mut cursor = node.walk();
    let is_text =
        |range: Range<usize>| bytes.get(range).is_some_and(|gap| !gap.iter().all(u8::is_ascii_whitespace));
    for child in node.children(&mut cursor) {
        if is_text(at..child.start_byte().max(at)) {
            return true;
        }
        at = child.end_byte();
    }
    is_text(at..node.end_byte().max(at))
}
