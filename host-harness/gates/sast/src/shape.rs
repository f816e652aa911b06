//! What code must look like, for one language.

use regex_automata::meta::Regex;
use symbols::{Metavariable, shape as read_shape, syntax};

use crate::{facts::Facts, rules};

/// A tree to compare with.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A node of this kind with nodes in it.
    Branch(u16, Vec<Shape>),
    /// A node of this kind with this text.
    Leaf(u16, Vec<u8>),
    /// A constant string with this content, however it is quoted.
    Text(Vec<u8>),
    /// Names inside of names, whatever they were imported as.
    Path(Vec<Segment>),
    /// Whatever it is.
    Any(Metavariable),
    /// A node of this kind whose text looks like something.
    Kind(u16, Option<Regex>),
}

/// A step of a path.
#[derive(Debug)]
pub(crate) enum Segment {
    Name(Vec<u8>),
    Any(Option<String>),
}

/// A pattern that was understood, and the kinds of nodes that it may fit.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub shape: Shape,
    pub roots: Vec<u16>,
    /// The last name of the path that it is, or that it calls: what has another is not it.
    pub key: Option<Vec<u8>>,
}

/// Patterns by the kinds of nodes that they may fit.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    pub all: Vec<Pattern>,
    by_kind: Vec<Vec<u16>>,
}

impl Patterns {
    pub fn new(written: &[rules::Pattern], facts: &Facts) -> Result<Self, String> {
        let read = written.iter().map(|pattern| Pattern::new(pattern, facts));
        let mut patterns = Self { all: read.collect::<Result<_, _>>()?, by_kind: Vec::new() };
        for (number, pattern) in patterns.all.iter().enumerate() {
            for root in &pattern.roots {
                let kinds = patterns.by_kind.len().max(usize::from(*root) + 1);
                patterns.by_kind.resize_with(kinds, Vec::new);
                patterns.by_kind[usize::from(*root)].push(number as u16);
            }
        }
        Ok(patterns)
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Those that may fit a kind of node.
    pub fn of_kind(&self, kind: u16) -> impl Iterator<Item = &Pattern> {
        let numbers = self.by_kind.get(usize::from(kind)).map_or(&[][..], Vec::as_slice);
        numbers.iter().filter_map(|number| self.all.get(usize::from(*number)))
    }
}

impl Pattern {
    pub fn new(pattern: &rules::Pattern, facts: &Facts) -> Result<Self, String> {
        let shape = match pattern {
            rules::Pattern::Code(code) => {
                let shape = read_shape(facts.language, code);
                convert(shape.map_err(|fault| format!("`{code}`: {fault}"))?, facts)
            }
            rules::Pattern::Kind { kind, text } => {
                let unknown = || format!("{} has no nodes `{kind}`", facts.language.name());
                let number = syntax::kind(facts.language, kind).ok_or_else(unknown)?;
                Shape::Kind(number, text.as_deref().map(regex).transpose()?)
            }
        };
        let roots = roots(&shape, facts);
        let key = key(&shape, facts).map(<[u8]>::to_vec);
        if roots.is_empty() {
            Err("a pattern that is everything".to_owned())
        } else {
            Ok(Self { shape, roots, key })
        }
    }
}

/// A regular expression of a rule.
pub(crate) fn regex(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|fault| format!("`{text}`: {fault}"))
}

fn roots(shape: &Shape, facts: &Facts) -> Vec<u16> {
    match shape {
        Shape::Branch(kind, _) | Shape::Leaf(kind, _) | Shape::Kind(kind, _) => vec![*kind],
        Shape::Text(_) => facts.strings.all().to_vec(),
        Shape::Path(_) => {
            [facts.paths.all(), facts.names.all(), facts.types.all(), facts.type_paths.all()].concat()
        }
        Shape::Any(_) => Vec::new(),
    }
}

/// The last name of a path, or of what is called.
fn key<'a>(shape: &'a Shape, facts: &Facts) -> Option<&'a [u8]> {
    match shape {
        Shape::Path(segments) => match segments.last() {
            Some(Segment::Name(name)) => Some(name),
            _ => None,
        },
        Shape::Branch(kind, shapes) if facts.paths.has(*kind) => key(shapes.last()?, facts),
        Shape::Branch(kind, shapes) if facts.calls.has(*kind) => {
            // Java has the object, a dot and the name beside one another.
            let called = shapes.len().checked_sub(2)?;
            shapes.get(called).and_then(|called| key(called, facts))
        }
        _ => None,
    }
}

fn convert(shape: symbols::Shape, facts: &Facts) -> Shape {
    if let Some(segments) = path(&shape, facts) {
        return Shape::Path(segments);
    }
    match shape {
        symbols::Shape::Any(metavariable) => Shape::Any(metavariable),
        symbols::Shape::Leaf(kind, text) if facts.strings.has(kind) => {
            Shape::Text(inner(text.as_bytes()).to_vec())
        }
        symbols::Shape::Leaf(kind, text) => Shape::Leaf(kind, text.into_bytes()),
        symbols::Shape::Branch(kind, shapes) => {
            let mut text = Vec::new();
            if facts.strings.has(kind) && shapes.iter().all(|shape| plain(shape, &mut text)) {
                return Shape::Text(inner(&text).to_vec());
            }
            Shape::Branch(kind, shapes.into_iter().map(|shape| convert(shape, facts)).collect())
        }
    }
}

/// Whether a shape is nothing but text, which is added to what there is.
fn plain(shape: &symbols::Shape, text: &mut Vec<u8>) -> bool {
    match shape {
        symbols::Shape::Leaf(_, leaf) => {
            text.extend_from_slice(leaf.as_bytes());
            true
        }
        symbols::Shape::Branch(_, shapes) => shapes.iter().all(|shape| plain(shape, text)),
        symbols::Shape::Any(_) => false,
    }
}

/// The steps of a path of which all are known but the last.
fn path(shape: &symbols::Shape, facts: &Facts) -> Option<Vec<Segment>> {
    match shape {
        symbols::Shape::Leaf(kind, text) if facts.names.has(*kind) || facts.types.has(*kind) => {
            Some(vec![Segment::Name(text.clone().into_bytes())])
        }
        symbols::Shape::Branch(kind, shapes) if facts.paths.has(*kind) => {
            let [first, _, last] = shapes.as_slice() else { return None };
            let mut segments = path(first, facts)?;
            if segments.iter().any(|segment| matches!(segment, Segment::Any(_))) {
                return None;
            }
            match last {
                symbols::Shape::Any(Metavariable::One(name)) => segments.push(Segment::Any(name.clone())),
                last => segments.extend(path(last, facts)?),
            }
            Some(segments)
        }
        _ => None,
    }
}

/// What stands between the quotes of a string.
pub(crate) fn inner(text: &[u8]) -> &[u8] {
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`');
    let Some(first) = text.iter().position(is_quote) else { return text };
    let Some(last) = text.iter().rposition(is_quote) else { return text };
    let quote = text[first];
    let thick = |at: usize| text.get(at..at + 3) == Some(&[quote; 3]);
    let width = if thick(first) && last >= first + 5 && thick(last - 2) { 3 } else { 1 };
    text.get(first + width..(last + 1).saturating_sub(width)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::inner;

    #[test]
    fn a_string_is_what_stands_between_its_quotes() {
        for (text, content) in [
            ("'a'", "a"),
            ("\"\"", ""),
            ("b'''a'b'''", "a'b"),
            ("r#\"x\"#", "x"),
            ("`q`", "q"),
            ("\"", ""),
            ("'''", "'"),
            ("word", "word"),
        ] {
            assert_eq!(inner(text.as_bytes()), content.as_bytes(), "{text}");
        }
    }
}
