//! Whether code looks like a pattern.

use std::ops::{Range, RangeInclusive};

use tree_sitter::Node;

use super::{
    Capture,
    metavariable::Metavariable,
    shape::{Pattern, Shape, is_tokens, parts, separates},
};
use crate::{Skipped, parse::Parsed};

/// Comparisons in one file: `$$$A $$$B $$$C` can be tried in very many ways.
const STEPS_MAX: u32 = 10_000_000;

/// What metavariables stand for so far. Those without a name stand for anything each time.
type Bound = Vec<(String, Range<usize>)>;

/// The work on one file.
pub(super) struct Fitting<'a> {
    parsed: &'a Parsed<'a>,
    steps: u32,
}

impl<'a> Fitting<'a> {
    pub fn new(parsed: &'a Parsed<'_>) -> Self {
        Self { parsed, steps: 0 }
    }

    /// What the metavariables stand for if a node looks like the whole pattern.
    pub fn whole(&mut self, pattern: &Pattern, node: Node<'_>) -> Result<Option<Vec<Capture>>, Skipped> {
        let mut bound = Bound::new();
        if !self.one(&pattern.0, node, &mut bound)? {
            return Ok(None);
        }
        let texts = bound.into_iter().map(|(name, range)| self.capture(name, range));
        Ok(texts.collect())
    }

    /// What is no text is not captured, and its match not told.
    fn capture(&self, name: String, range: Range<usize>) -> Option<Capture> {
        let text = str::from_utf8(self.parsed.bytes.get(range.clone())?).ok()?.to_owned();
        Some(Capture { name, start: range.start as u32, end: range.end as u32, text })
    }

    fn one(&mut self, shape: &Shape, node: Node<'_>, bound: &mut Bound) -> Result<bool, Skipped> {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return Err(Skipped::Slow);
        }
        Ok(match shape {
            Shape::Any(Metavariable::One(name) | Metavariable::Many(name)) => {
                node.is_named() && self.bind(name.as_deref(), node.byte_range(), bound)
            }
            Shape::Leaf(kind, text) => node.kind_id() == *kind && self.parsed.text(node) == text,
            Shape::Branch(kind, shapes) => {
                node.kind_id() == *kind && self.all(shapes, &parts(node), node, bound)?
            }
        })
    }

    /// Whether nodes look like shapes from the first to the last.
    fn all(
        &mut self,
        shapes: &[Shape],
        nodes: &[Node<'_>],
        around: Node<'_>,
        bound: &mut Bound,
    ) -> Result<bool, Skipped> {
        let Some((shape, shapes)) = shapes.split_first() else { return Ok(nodes.is_empty()) };
        match shape {
            Shape::Any(Metavariable::Many(name)) => {
                // The last one has the rest, however much that is.
                let least = if shapes.is_empty() { nodes.len() } else { 0 };
                return self.many((name.as_deref(), least..=nodes.len()), shapes, nodes, around, bound);
            }
            Shape::Any(Metavariable::One(name)) if is_tokens(around) => {
                let most = nodes.iter().take_while(|node| !separates(**node)).count();
                return self.many((name.as_deref(), 1..=most), shapes, nodes, around, bound);
            }
            _ => {}
        }
        let Some((node, nodes)) = nodes.split_first() else { return Ok(false) };
        Ok(self.one(shape, *node, bound)? && self.all(shapes, nodes, around, bound)?)
    }

    /// Tries to leave as little as it can to a metavariable for as many as are counted.
    fn many(
        &mut self,
        (name, counts): (Option<&str>, RangeInclusive<usize>),
        shapes: &[Shape],
        nodes: &[Node<'_>],
        around: Node<'_>,
        bound: &mut Bound,
    ) -> Result<bool, Skipped> {
        for count in counts {
            self.steps += 1;
            let before = bound.len();
            let (taken, rest) = nodes.split_at(count);
            let place = rest.first().map_or(around.end_byte(), Node::start_byte);
            let start = taken.first().map_or(place, Node::start_byte);
            let end = taken.last().map_or(place, Node::end_byte);
            if self.bind(name, start..end, bound) && self.all(shapes, rest, around, bound)? {
                return Ok(true);
            }
            bound.truncate(before);
        }
        Ok(false)
    }

    /// Some grammars count the end of the line to what stands on it.
    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let text = self.parsed.bytes.get(range.clone()).unwrap_or_default();
        range.start..range.start + text.trim_ascii_end().len()
    }

    /// Gives a metavariable its meaning; the second time it must be the same text.
    fn bind(&self, name: Option<&str>, range: Range<usize>, bound: &mut Bound) -> bool {
        let Some(name) = name else { return true };
        let range = self.trimmed(range);
        let known = bound.iter().find(|(known, _)| known == name).map(|(_, range)| range.clone());
        match known {
            Some(known) => self.parsed.bytes.get(known) == self.parsed.bytes.get(range),
            None => {
                bound.push((name.to_owned(), range));
                true
            }
        }
    }
}
