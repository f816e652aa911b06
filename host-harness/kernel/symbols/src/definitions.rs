//! The definitions of a source.

use std::{cmp::Reverse, ops::Range};

use tree_sitter::{Node, QueryCursor, QueryCursorOptions, QueryCursorState, StreamingIterator};

use crate::{
    Definition, Kind, Skipped, Tags, declarator,
    grammar::Captured,
    parse::Parsed,
    tags::{DEFINITIONS_MAX, NAME_BYTES_MAX, SIGNATURE_BYTES_MAX},
    text::{plain, start},
};

/// Matches that a query may have begun at a time.
const MATCHES_BEGUN_MAX: u32 = 1 << 10;

/// A definition where it stands.
pub(crate) struct Defined<'a> {
    pub node: Node<'a>,
    pub name: Node<'a>,
    pub kind: Kind,
    pub inside: Option<usize>,
    pattern: usize,
}

/// Definitions, and how many are not among them.
pub(crate) struct Definitions<'a> {
    pub found: Vec<Defined<'a>>,
    left_out: usize,
}

/// All definitions in the order of the source, those around before those within.
pub(crate) fn definitions<'a>(parsed: &'a Parsed<'_>) -> Result<Definitions<'a>, Skipped> {
    let mut found = matches(parsed)?;
    let count = found.len();
    found.retain(|defined| (1..=NAME_BYTES_MAX).contains(&parsed.text(defined.name).len()));
    let mut left_out = count - found.len();
    let extent = |defined: &Defined<'_>| (defined.node.start_byte(), Reverse(defined.node.end_byte()));
    // One name may fit two patterns: the first of them counts.
    found.sort_by_key(|defined| (defined.name.start_byte(), defined.pattern));
    found.dedup_by_key(|defined| defined.name.start_byte());
    found.sort_by_key(|defined| (extent(defined), defined.name.start_byte()));
    left_out += found.len().saturating_sub(DEFINITIONS_MAX);
    found.truncate(DEFINITIONS_MAX);
    nest(&mut found);
    Ok(Definitions { found, left_out })
}

fn matches<'a>(parsed: &'a Parsed<'_>) -> Result<Vec<Defined<'a>>, Skipped> {
    let grammar = parsed.grammar;
    let mut cursor = QueryCursor::new();
    cursor.set_match_limit(MATCHES_BEGUN_MAX);
    let mut progress = |_: &QueryCursorState| parsed.deadline.flow();
    let options = QueryCursorOptions::new().progress_callback(&mut progress);
    let root = parsed.tree.root_node();
    let mut matches = cursor.matches_with_options(&grammar.definitions, root, parsed.bytes, options);
    let mut found = Vec::new();
    while let Some(one) = matches.next() {
        let (mut name, mut whole) = (None, None);
        for capture in one.captures() {
            match grammar.captures.get(capture.index as usize) {
                Some(Captured::Name) => name = Some(capture.node),
                Some(captured) => whole = Some((capture.node, *captured)),
                None => {}
            }
        }
        let Some((node, captured)) = whole else { continue };
        let named = match (name, captured) {
            (Some(name), Captured::Node(kind)) => Some((name, kind)),
            _ => declarator::defined(node, captured),
        };
        let pattern = one.pattern_index;
        found.extend(named.map(|(name, kind)| Defined { node, name, kind, inside: None, pattern }));
    }
    drop(matches);
    // A query that was stopped ends as one that is done.
    parsed.deadline.held()?;
    Ok(found)
}

/// Says of each which one it stands in, and calls a function of a type a method.
fn nest(found: &mut [Defined<'_>]) {
    let mut around: Vec<usize> = Vec::new();
    for number in 0..found.len() {
        let end = found[number].node.end_byte();
        let start = found[number].node.start_byte();
        let holds = |other: &Defined<'_>| other.node.end_byte() >= end && other.node.end_byte() > start;
        while around.last().is_some_and(|last| !holds(&found[*last])) {
            around.pop();
        }
        // Several names of one declaration don't stand in one another.
        let within = around.iter().rev().find(|other| found[**other].node != found[number].node);
        let within = within.copied();
        found[number].inside = within;
        if found[number].kind == Kind::Function && within.is_some_and(|at| has_methods(found[at].kind)) {
            found[number].kind = Kind::Method;
        }
        around.push(number);
    }
}

fn has_methods(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Class | Kind::Struct | Kind::Enum | Kind::Interface | Kind::Trait | Kind::Scope | Kind::Type
    )
}

/// Writes the definitions down.
pub(crate) fn tell(parsed: &Parsed<'_>, definitions: &Definitions<'_>) -> Tags {
    let mut tags = Tags::default();
    tags.leave_out(definitions.left_out);
    for defined in &definitions.found {
        tags.define(Definition {
            name: start(&plain(parsed.text(defined.name)), NAME_BYTES_MAX),
            kind: defined.kind,
            first_line: line(defined.node.start_position().row),
            last_line: last_line(defined.node),
            signature: &signature(parsed, defined),
            inside: defined.inside,
        });
    }
    tags
}

/// A node that ends with the end of its line is on no further one.
fn last_line(node: Node<'_>) -> u32 {
    let (first, last) = (node.start_position().row, node.end_position());
    if last.column == 0 { line(first.max(last.row.saturating_sub(1))) } else { line(last.row) }
}

pub(crate) fn line(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX).saturating_add(1)
}

/// The code from the start of the name's line to the body, on one line.
fn signature(parsed: &Parsed<'_>, defined: &Defined<'_>) -> String {
    let Range { start: from, end } = extent(parsed, defined);
    let bytes = parsed.bytes.get(from..end).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(SIGNATURE_BYTES_MAX * 4)]);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = words.replace("( ", "(").replace(", )", ")").replace(" )", ")");
    let bare = words.trim_end_matches([' ', '{', ':', ';', ',', '=']);
    start(&plain(start(bare, SIGNATURE_BYTES_MAX)), SIGNATURE_BYTES_MAX).trim_end().to_owned()
}

fn extent(parsed: &Parsed<'_>, defined: &Defined<'_>) -> Range<usize> {
    let (node, name) = (defined.node, defined.name);
    let line = name.start_byte() - name.start_position().column;
    let from = match node.start_byte() {
        before if before < line => line,
        at if are_words(parsed.bytes.get(line..at).unwrap_or_default()) => line,
        at => at,
    };
    let end = body(node).map_or(node.end_byte(), |body| body.start_byte());
    let end = comment_after(node, name.end_byte()).map_or(end, |comment| comment.min(end));
    let rest = parsed.bytes.get(name.end_byte()..end.max(name.end_byte())).unwrap_or_default();
    let has_body = body(node).is_some() || matches!(defined.kind, Kind::Function | Kind::Method);
    let stop = rest.iter().position(|byte| *byte == b'\n' && !has_body);
    from..stop.map_or(end, |at| name.end_byte() + at).max(name.end_byte())
}

/// Where a definition's code begins: of itself, or of what it gives a name to.
fn body(node: Node<'_>) -> Option<Node<'_>> {
    let value = || node.child_by_field_name("value").or_else(|| node.child_by_field_name("right"));
    let own = node.child_by_field_name("body").or_else(|| node.child_by_field_name("accessors"));
    own.or_else(|| value()?.child_by_field_name("body"))
}

/// Where a remark begins that stands between a name and its body.
fn comment_after(node: Node<'_>, at: usize) -> Option<usize> {
    let mut cursor = node.walk();
    let mut extras = node.children(&mut cursor).filter(Node::is_extra);
    extras.find(|extra| extra.start_byte() >= at).map(|extra| extra.start_byte())
}

/// Whether what stands before a definition on its line is a few words, as `export default`.
fn are_words(bytes: &[u8]) -> bool {
    const BYTES_MAX: usize = 40;
    bytes.len() <= BYTES_MAX && bytes.iter().all(|byte| byte.is_ascii_alphabetic() || b" \t".contains(byte))
}
