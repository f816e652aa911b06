//! Taint within one function: what comes from a source, by way of names, into a sink.

use std::collections::HashSet;

use super::{
    compiled::{Compiled, Made},
    look::{Hits, holds, imports},
};
use crate::sight::{Bounds, Given, Sight};

/// Calls that put what they are given into their first argument, or into what they are
/// called on.
const FILLING: &[&[u8]] = &[
    b"append",
    b"push",
    b"add",
    b"extend",
    b"insert",
    b"push_str",
    b"WriteString",
    b"strcpy",
    b"strcat",
    b"strncpy",
    b"strncat",
    b"sprintf",
    b"snprintf",
    b"memcpy",
    b"fgets",
    b"recv",
    b"gets",
    b"scanf",
    b"sscanf",
    b"fscanf",
    b"read",
    b"getline",
];

/// Looks for what is tainted, in every function that is in no other, and in the rest of the file.
pub(super) fn look(sight: &Sight<'_>, compiled: &Compiled, candidates: &[usize], hits: &mut Hits) {
    let rules = candidates.iter().filter_map(|candidate| compiled.rule(*candidate));
    let rules = rules.filter(|rule| !rule.sinks.is_empty() && imports(sight, rule));
    let rules: Vec<_> = rules.filter(|rule| has_source(sight, rule)).collect();
    if rules.is_empty() {
        return;
    }
    let units = units(sight);
    for rule in rules {
        for unit in &units {
            Flow { sight, rule, tainted: HashSet::new() }.run(unit, hits);
            if sight.is_spent() {
                return;
            }
        }
    }
}

fn has_source(sight: &Sight<'_>, rule: &Made) -> bool {
    let nodes = sight.flat.nodes().len();
    sight.step(nodes) && (0..nodes as u32).any(|node| sight.fits_any(&rule.sources, node, &Bounds::new()))
}

/// The nodes of each outermost function, and those outside of all.
fn units(sight: &Sight<'_>) -> Vec<Vec<u32>> {
    let (mut units, mut rest) = (Vec::new(), Vec::new());
    let mut number = 0;
    while (number as usize) < sight.flat.nodes().len() {
        if sight.facts.functions.has(sight.kind(number)) {
            units.push(sight.within(number).collect());
            number = sight.node(number).after;
        } else {
            rest.push(number);
            number += 1;
        }
    }
    units.push(rest);
    units
}

/// One rule on its way through one function.
struct Flow<'s, 'a> {
    sight: &'s Sight<'a>,
    rule: &'s Made,
    tainted: HashSet<&'a [u8]>,
}

impl Flow<'_, '_> {
    fn run(&mut self, unit: &[u32], hits: &mut Hits) {
        let all = self.sight.all_given();
        let Some(first) = unit.first() else { return };
        let mut next = all.partition_point(|(_, given)| given.at < *first);
        // A value is given once the node that gives it is left behind.
        let mut open: Vec<(u32, usize)> = Vec::new();
        for node in unit {
            if !self.sight.step(1) {
                return;
            }
            while open.last().is_some_and(|(after, _)| node >= after) {
                if let Some((_, given)) = open.pop() {
                    self.give(given);
                }
            }
            while all.get(next).is_some_and(|(_, given)| given.at < *node) {
                next += 1;
            }
            while let Some((_, given)) = all.get(next).filter(|(_, given)| given.at == *node) {
                if given.parameter {
                    self.give(next);
                } else {
                    open.push((self.sight.node(given.at).after, next));
                }
                next += 1;
            }
            self.fill(*node);
            self.sink(*node, hits);
        }
    }

    fn give(&mut self, given: usize) {
        let Some((name, given)) = self.sight.all_given().get(given) else { return };
        let Given { value, added, .. } = *given;
        if value.is_some_and(|value| self.is_tainted(value)) {
            self.tainted.insert(name);
        } else if !added {
            self.tainted.remove(name);
        }
    }

    /// `list.append(tainted)`, `strcpy(buffer, tainted)`.
    fn fill(&mut self, node: u32) {
        if !self.sight.facts.calls.has(self.sight.kind(node)) || !FILLING.contains(&self.sight.called(node)) {
            return;
        }
        let is_source = self.sight.fits_any(&self.rule.sources, node, &Bounds::new());
        let operands = self.sight.operands(node);
        let Some((target, values)) = operands.split_first() else { return };
        if is_source || values.iter().any(|value| self.is_tainted(*value)) {
            let targets = if is_source { &operands[..] } else { &operands[..1] };
            debug_assert!(targets.contains(target));
            for target in targets {
                let name = self
                    .sight
                    .within(*target)
                    .find(|part| self.sight.facts.names.has(self.sight.kind(*part)));
                self.tainted.extend(name.map(|name| self.sight.text(name)));
            }
        }
    }

    fn sink(&mut self, node: u32, hits: &mut Hits) {
        let mut keys = None;
        for sink in self.rule.sinks.of_kind(self.sight.kind(node)) {
            let keys = keys.get_or_insert_with(|| self.sight.keys(node));
            let mut bounds = Bounds::new();
            if !keys.may_be(sink) || !self.sight.fits(sink, node, &mut bounds) {
                continue;
            }
            let focus = self.rule.focus.as_deref();
            let reached = match focus.and_then(|focus| bounds.iter().find(|bound| bound.name == focus)) {
                None => self.is_tainted(node),
                Some(bound) => match bound.node {
                    Some(node) => self.is_tainted(node),
                    None => self.is_any_tainted(node, bound.start, bound.end),
                },
            };
            if reached && holds(self.sight, self.rule, node, &bounds) {
                hits.take(self.sight, self.rule, node, &bounds);
                return;
            }
        }
    }

    fn is_any_tainted(&self, around: u32, start: u32, end: u32) -> bool {
        let inside = |node: u32| self.sight.node(node).start >= start && self.sight.node(node).end <= end;
        let outermost = |node: &u32| inside(*node) && !inside(self.sight.node(*node).parent);
        self.sight.within(around).filter(outermost).any(|node| self.is_tainted(node))
    }

    /// Whether something tainted is in code, and not made clean there.
    fn is_tainted(&self, code: u32) -> bool {
        let (sight, facts) = (self.sight, self.sight.facts);
        let (mut node, after) = (code, sight.node(code).after);
        while node < after {
            if !sight.step(1) {
                return false;
            }
            let kind = sight.kind(node);
            let parent = sight.node(sight.node(node).parent);
            let is_index =
                facts.indices.has(parent.kind) && node != code && parent.start != sight.node(node).start;
            if facts.functions.has(kind)
                || is_index
                || (node != code && sight.decides(node))
                || self.compares(node)
                || sight.fits_any(&self.rule.sanitizers, node, &Bounds::new())
            {
                node = sight.node(node).after;
                continue;
            }
            let is_value = facts.names.has(kind) || facts.paths.has(kind);
            if (is_value && self.tainted.contains(sight.text(node)) && !self.is_label(node))
                || sight.fits_any(&self.rule.sources, node, &Bounds::new())
            {
                return true;
            }
            node += 1;
        }
        false
    }

    /// A name that only tells which part of something is meant: `other.name`, `f(name=…)`.
    fn is_label(&self, node: u32) -> bool {
        let parent = self.sight.node(node).parent;
        let is_part = self.sight.facts.paths.has(self.sight.kind(parent));
        let is_first = self.sight.node(parent).start == self.sight.node(node).start;
        let next = self.sight.node(node).after;
        let is_key = self.sight.node(next).parent == parent && matches!(self.sight.text(next), b"=" | b":");
        (is_part && !is_first) || is_key
    }

    /// What a comparison says is yes or no, whatever is compared.
    fn compares(&self, node: u32) -> bool {
        let mut children = self.sight.flat.children(node).filter(|child| !self.sight.node(*child).named);
        children.any(|child| {
            matches!(
                self.sight.text(child),
                b"==" | b"!=" | b"===" | b"!==" | b"<" | b">" | b"<=" | b">=" | b"instanceof"
            ) && self.sight.named(node).count() == 2
                && !self.sight.facts.calls.has(self.sight.kind(node))
        })
    }
}
