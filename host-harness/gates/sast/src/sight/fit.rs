use std::ops::RangeInclusive;

use symbols::Metavariable;

use super::Sight;
use crate::shape::{Pattern, Patterns, Segment, Shape, inner};

/// What a metavariable stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bound<'p> {
    pub name: &'p str,
    /// The one node that it stands for; none where it stands for several, or for nothing.
    pub node: Option<u32>,
    pub start: u32,
    pub end: u32,
}

/// What metavariables stand for so far. Those without a name stand for anything each time.
pub(crate) type Bounds<'p> = Vec<Bound<'p>>;

/// What a node may be called.
pub(crate) enum Keys<'a> {
    Known(&'a [u8], Option<&'a [u8]>),
    Unknown,
}

impl Keys<'_> {
    /// Whether a pattern could fit, as far as names tell.
    pub fn may_be(&self, pattern: &Pattern) -> bool {
        match (self, &pattern.key) {
            (Self::Known(name, imported), Some(key)) => name == key || *imported == Some(key.as_slice()),
            _ => true,
        }
    }
}

impl Sight<'_> {
    /// Whether a node looks like a pattern, given what metavariables stand for so far.
    pub fn fits<'p>(&self, pattern: &'p Pattern, node: u32, bounds: &mut Bounds<'p>) -> bool {
        let before = bounds.len();
        let fits = self.one(&pattern.shape, node, bounds);
        if !fits {
            bounds.truncate(before);
        }
        fits
    }

    /// Whether a node looks like any of some patterns.
    pub fn fits_any<'p>(&self, patterns: &'p Patterns, node: u32, bounds: &Bounds<'p>) -> bool {
        let mut keys = None;
        for pattern in patterns.of_kind(self.kind(node)) {
            let keys = keys.get_or_insert_with(|| self.keys(node));
            if keys.may_be(pattern) && self.fits(pattern, node, &mut bounds.clone()) {
                return true;
            }
        }
        false
    }

    /// The last name of the path that a node is, or that it calls.
    pub fn keys(&self, node: u32) -> Keys<'_> {
        let mut at = node;
        if self.facts.calls.has(self.kind(node)) {
            let mut parts = self.named(node);
            let mut called = parts.next();
            // The arguments come last, and what is called right before.
            for part in parts {
                if self.is_list(part) || self.node(part).after == self.node(node).after {
                    break;
                }
                called = Some(part);
            }
            match called {
                Some(called) => at = called,
                None => return Keys::Unknown,
            }
        }
        if self.facts.paths.has(self.kind(at)) || self.facts.type_paths.has(self.kind(at)) {
            let (innermost, _) = self.rightmost(at);
            return self
                .named(innermost)
                .last()
                .map_or(Keys::Unknown, |last| Keys::Known(self.text(last), None));
        }
        if !self.facts.names.has(self.kind(at)) && !self.facts.types.has(self.kind(at)) {
            return Keys::Unknown;
        }
        let name = self.text(at);
        Keys::Known(name, self.imported(name).and_then(|path| path.last()).map(Vec::as_slice))
    }

    fn one<'p>(&self, shape: &'p Shape, node: u32, bounds: &mut Bounds<'p>) -> bool {
        if !self.step(1) {
            return false;
        }
        match shape {
            Shape::Any(Metavariable::One(name) | Metavariable::Many(name)) => {
                self.node(node).named && self.bind_node(name.as_deref(), node, bounds)
            }
            Shape::Leaf(kind, text) => self.kind(node) == *kind && self.text(node) == text,
            Shape::Text(text) => {
                self.facts.strings.has(self.kind(node))
                    && !self.is_interpolated(node)
                    && inner(self.text(node)) == text
            }
            Shape::Path(segments) => self.path_fits(segments, node, bounds),
            Shape::Kind(kind, text) => {
                let is_like = |text: &regex_automata::meta::Regex| {
                    let bytes = self.text(node);
                    self.step(bytes.len() / 16) && text.is_match(bytes)
                };
                self.kind(node) == *kind && text.as_ref().is_none_or(is_like)
            }
            Shape::Branch(kind, shapes) => {
                self.kind(node) == *kind && self.all(shapes, &self.parts(node), node, bounds)
            }
        }
    }

    fn all<'p>(&self, shapes: &'p [Shape], nodes: &[u32], around: u32, bounds: &mut Bounds<'p>) -> bool {
        let Some((shape, shapes)) = shapes.split_first() else { return nodes.is_empty() };
        match shape {
            Shape::Any(Metavariable::Many(name)) => {
                // The last one has the rest, however much that is.
                let least = if shapes.is_empty() { nodes.len() } else { 0 };
                return self.many((name.as_deref(), least..=nodes.len()), shapes, nodes, around, bounds);
            }
            Shape::Any(Metavariable::One(name)) if self.is_tokens(around) => {
                let most = nodes.iter().take_while(|node| !self.node(**node).separates).count();
                return self.many((name.as_deref(), 1..=most), shapes, nodes, around, bounds);
            }
            _ => {}
        }
        let Some((node, nodes)) = nodes.split_first() else { return false };
        self.one(shape, *node, bounds) && self.all(shapes, nodes, around, bounds)
    }

    /// Tries to leave as little as it can to a metavariable for as many as are counted.
    fn many<'p>(
        &self,
        (name, counts): (Option<&'p str>, RangeInclusive<usize>),
        shapes: &'p [Shape],
        nodes: &[u32],
        around: u32,
        bounds: &mut Bounds<'p>,
    ) -> bool {
        for count in counts {
            if !self.step(1) {
                return false;
            }
            let before = bounds.len();
            let (taken, rest) = nodes.split_at(count);
            let place = rest.first().map_or(self.node(around).end, |node| self.node(*node).start);
            let start = taken.first().map_or(place, |node| self.node(*node).start);
            let end = taken.last().map_or(place, |node| self.node(*node).end);
            let node = if let [node] = taken { Some(*node) } else { None };
            let bound = name.map(|name| Bound { name, node, start, end });
            if self.bind(bound, bounds) && self.all(shapes, rest, around, bounds) {
                return true;
            }
            bounds.truncate(before);
        }
        false
    }

    fn path_fits<'p>(&self, segments: &'p [Segment], node: u32, bounds: &mut Bounds<'p>) -> bool {
        let Some((names, last)) = self.path(node) else { return false };
        let Some((first, rest)) = names.split_first() else { return false };
        let fits = self.names_fit(segments, &names) || {
            self.imported(first).is_some_and(|imported| {
                let imported = imported.iter().map(Vec::as_slice);
                let names: Vec<_> = imported.chain(rest.iter().copied()).collect();
                self.names_fit(segments, &names)
            })
        };
        match segments.last() {
            Some(Segment::Any(name)) if fits => self.bind_node(name.as_deref(), last, bounds),
            _ => fits,
        }
    }

    fn names_fit(&self, segments: &[Segment], names: &[&[u8]]) -> bool {
        let Some(more) = names.len().checked_sub(segments.len()) else { return false };
        let (before, names) = names.split_at(more);
        if !self.facts.may_stand_before(before, names) {
            return false;
        }
        segments.iter().zip(names).all(|(segment, name)| match segment {
            Segment::Name(wanted) => wanted == name,
            Segment::Any(_) => true,
        })
    }

    fn bind_node<'p>(&self, name: Option<&'p str>, node: u32, bounds: &mut Bounds<'p>) -> bool {
        let (start, end) = (self.node(node).start, self.node(node).end);
        self.bind(name.map(|name| Bound { name, node: Some(node), start, end }), bounds)
    }

    /// Gives a metavariable its meaning; the second time it must be the same text.
    fn bind<'p>(&self, bound: Option<Bound<'p>>, bounds: &mut Bounds<'p>) -> bool {
        let Some(bound) = bound else { return true };
        match bounds.iter().find(|known| known.name == bound.name) {
            Some(known) => self.bound_text(known) == self.bound_text(&bound),
            None => {
                bounds.push(bound);
                true
            }
        }
    }

    /// The text that a metavariable stands for.
    pub fn bound_text(&self, bound: &Bound<'_>) -> &[u8] {
        self.bytes.get(bound.start as usize..bound.end as usize).unwrap_or_default().trim_ascii_end()
    }
}
