//! A source with everything that is asked of it more than once.

mod fit;
mod imports;
mod scopes;
mod strings;
mod values;

use std::cell::{Cell, OnceCell};

pub(crate) use fit::{Bound, Bounds};
use imports::Imports;
pub(crate) use scopes::Given;
use scopes::Scopes;
use symbols::syntax::{Flat, Node};

use crate::facts::Facts;

/// Comparisons in one file, all rules together.
const STEPS_MAX: u32 = 30_000_000;

/// Steps of a path that are looked at.
const SEGMENTS_MAX: usize = 16;

/// A source that is looked into.
pub(crate) struct Sight<'a> {
    pub flat: &'a Flat,
    pub bytes: &'a [u8],
    pub facts: &'a Facts,
    /// What a macro is given, of which no grammar knows more than its tokens.
    tokens: u16,
    imports: Imports,
    scopes: OnceCell<Scopes<'a>>,
    steps: Cell<u32>,
    /// Where lines start, once it was asked.
    lines: OnceCell<Vec<u32>>,
}

impl<'a> Sight<'a> {
    pub fn new(flat: &'a Flat, bytes: &'a [u8], facts: &'a Facts) -> Self {
        let tokens = symbols::syntax::kind(facts.language, "token_tree").unwrap_or(u16::MAX);
        let imports = Imports::of(flat, bytes, facts);
        let (scopes, steps, lines) = (OnceCell::new(), Cell::new(0), OnceCell::new());
        Self { flat, bytes, facts, tokens, imports, scopes, steps, lines }
    }

    /// Counts some work; false once there was too much of it.
    pub fn step(&self, steps: usize) -> bool {
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        self.steps.set(self.steps.get().saturating_add(steps));
        self.steps.get() <= STEPS_MAX
    }

    /// Whether there was more work than one file may cost.
    pub fn is_spent(&self) -> bool {
        self.steps.get() > STEPS_MAX
    }

    pub fn node(&self, number: u32) -> &'a Node {
        self.flat.node(number)
    }

    pub fn kind(&self, number: u32) -> u16 {
        self.flat.node(number).kind
    }

    pub fn text(&self, number: u32) -> &'a [u8] {
        let node = self.flat.node(number);
        self.bytes.get(node.start as usize..node.end as usize).unwrap_or_default()
    }

    /// What a node is made of, but for comments and what only separates.
    pub fn parts(&self, number: u32) -> Vec<u32> {
        let is_tokens = self.is_tokens(number);
        let counts = |child: &u32| {
            let child = self.flat.node(*child);
            !child.extra && (is_tokens || !child.separates)
        };
        let mut parts: Vec<_> = self.flat.children(number).filter(counts).collect();
        if is_tokens
            && let [.., last, _] = parts.as_slice()
            && self.flat.node(*last).separates
        {
            parts.remove(parts.len() - 2);
        }
        parts
    }

    pub fn is_tokens(&self, number: u32) -> bool {
        self.kind(number) == self.tokens
    }

    /// The nodes in a node that stand for something.
    pub fn named(&self, number: u32) -> impl Iterator<Item = u32> {
        self.flat.children(number).filter(|child| self.node(*child).named && !self.node(*child).extra)
    }

    /// Everything in a node, and the node itself.
    pub fn within(&self, number: u32) -> std::ops::Range<u32> {
        number..self.node(number).after
    }

    /// The function that a node is in.
    pub fn function(&self, number: u32) -> Option<u32> {
        self.flat.around(number).find(|around| self.facts.functions.has(self.kind(*around)))
    }

    /// The names that a node is nothing but, and the node of the last.
    pub fn path(&self, number: u32) -> Option<(Vec<&'a [u8]>, u32)> {
        let (mut at, mut before) = self.rightmost(number);
        let (mut segments, mut last) = (Vec::new(), None);
        while segments.len() < SEGMENTS_MAX {
            let kind = self.kind(at);
            if self.facts.names.has(kind) || self.facts.types.has(kind) {
                segments.push(self.text(at));
                before.extend(segments.iter().rev());
                return Some((before, last.unwrap_or(at)));
            }
            if !self.facts.paths.has(kind) && !self.facts.type_paths.has(kind) {
                let module = imports::required(self, at)?;
                segments.push(module);
                segments.reverse();
                return Some((segments, last?));
            }
            let mut named = self.named(at);
            let object = named.next()?;
            // `::system` is in nothing.
            if let Some(name) = named.last() {
                last.get_or_insert(name);
                segments.push(self.text(name));
            }
            at = object;
        }
        None
    }

    /// C++ has `a::(b::c)` where others have `(a.b).c`: the innermost part, and what is before.
    fn rightmost(&self, number: u32) -> (u32, Vec<&'a [u8]>) {
        let (mut at, mut before) = (number, Vec::new());
        while before.len() < SEGMENTS_MAX && self.facts.paths.has(self.kind(at)) {
            let mut named = self.named(at);
            let (first, last) = (named.next(), named.last());
            let Some(name) = last.or(first).filter(|name| self.facts.paths.has(self.kind(*name))) else {
                break;
            };
            before.extend(first.filter(|_| last.is_some()).map(|scope| self.text(scope)));
            at = name;
        }
        (at, before)
    }

    /// What a name was imported as, step by step.
    pub fn imported(&self, name: &[u8]) -> Option<&[Vec<u8>]> {
        self.imports.alias(name)
    }

    /// What a metavariable's name is called where it was imported from.
    pub fn imported_name(&self, bound: &Bound<'_>) -> Option<&[u8]> {
        let is_name = self.facts.names.has(self.kind(bound.node?));
        let path = if is_name { self.imported(self.bound_text(bound)) } else { None };
        path?.last().map(Vec::as_slice)
    }

    /// The line that a byte stands on, from zero.
    pub fn line(&self, at: u32) -> usize {
        let lines = self.lines.get_or_init(|| {
            let ends = self.bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            ends.map(|(end, _)| end as u32).collect()
        });
        lines.partition_point(|end| *end < at)
    }

    /// The modules that the file imports.
    pub fn modules(&self) -> &[Vec<u8>] {
        self.imports.modules()
    }

    fn scopes(&self) -> &Scopes<'a> {
        self.scopes.get_or_init(|| Scopes::of(self))
    }

    /// What a name was given in the innermost place that gives it something.
    pub fn given(&self, number: u32) -> Vec<Given> {
        self.scopes().given(self, number)
    }

    /// Everything that is given to names, in the order of the source.
    pub fn all_given(&self) -> &[(&'a [u8], Given)] {
        self.scopes().all()
    }
}
