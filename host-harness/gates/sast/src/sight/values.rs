use super::Sight;
use crate::rules::Is;

/// How far values are followed, through names and into one another.
const DEPTH_MAX: u32 = 12;

impl Sight<'_> {
    /// Whether code stands for a sort of value.
    pub fn is(&self, node: u32, sort: Is) -> bool {
        match sort {
            Is::Literal => self.is_literal(node, 0),
            Is::String => self.is_string(node),
            Is::Built => self.is_built(node, 0),
            Is::Name => self.facts.names.has(self.kind(node)),
        }
    }

    /// A node, and the values that it was given if it is a name.
    pub fn values(&self, node: u32) -> Vec<u32> {
        let inner = self.unwrapped(node);
        let mut values = vec![node];
        if self.facts.names.has(self.kind(inner)) || self.facts.paths.has(self.kind(inner)) {
            let given = self.given(inner);
            values.extend(given.iter().filter(|given| !given.parameter).filter_map(|given| given.value));
        }
        values
    }

    /// What stands in brackets, behind an `&`, or is only passed on: `(&query).as_str()`.
    fn unwrapped(&self, node: u32) -> u32 {
        let mut at = node;
        for _ in 0..DEPTH_MAX {
            let mut parts = self.named(at);
            let only = parts.next().filter(|_| parts.next().is_none());
            let passed = if self.facts.calls.has(self.kind(at)) { self.passed_on(at) } else { None };
            match only.filter(|_| self.facts.containers.has(self.kind(at))).or(passed) {
                Some(inner) => at = inner,
                None => break,
            }
        }
        at
    }

    fn is_string(&self, node: u32) -> bool {
        self.values(node)
            .iter()
            .any(|node| self.facts.strings.has(self.kind(*node)) && !self.is_interpolated(*node))
    }

    /// Whether a value is the same in every run.
    pub(super) fn is_literal(&self, node: u32, depth: u32) -> bool {
        if depth > DEPTH_MAX || !self.step(1) {
            return false;
        }
        let (kind, facts, deeper) = (self.kind(node), self.facts, depth + 1);
        match () {
            () if facts.strings.has(kind) => self.pieces(node).all(|piece| self.is_literal(piece, deeper)),
            () if facts.literals.has(kind) => true,
            () if facts.containers.has(kind) || facts.sums.has(kind) => {
                self.named(node).all(|part| self.is_literal(part, deeper))
            }
            () if facts.choices.has(kind) => self.chosen(node).all(|part| self.is_literal(part, deeper)),
            () if facts.names.has(kind) => {
                is_shouted(self.text(node)) || self.is_given_literals(node, deeper)
            }
            () if facts.paths.has(kind) => {
                self.path(node).is_some_and(|(names, _)| names.last().is_some_and(|name| is_shouted(name)))
                    || self.is_given_literals(node, deeper)
            }
            () if facts.calls.has(kind) => self.is_of_literals(node, deeper),
            () => false,
        }
    }

    fn is_given_literals(&self, node: u32, depth: u32) -> bool {
        let given = self.given(node);
        let is_literal = |value: Option<u32>| value.is_none_or(|value| self.is_literal(value, depth));
        let valued = given.iter().any(|given| given.value.is_some());
        valued && given.iter().all(|given| !given.parameter && is_literal(given.value))
    }

    /// `"…".method(…)` with nothing but constants.
    fn is_of_literals(&self, call: u32, depth: u32) -> bool {
        let mut parts = self.named(call);
        let Some(function) = parts.next() else { return false };
        let receiver =
            if self.facts.paths.has(self.kind(function)) { self.named(function).next() } else { None };
        let is_constant = |node: u32| self.facts.strings.has(self.kind(node)) && self.is_literal(node, depth);
        receiver.is_some_and(is_constant)
            && parts.flat_map(|arguments| self.named(arguments)).all(|one| self.is_literal(one, depth))
    }

    /// The parts of a choice, without what decides.
    fn chosen(&self, node: u32) -> impl Iterator<Item = u32> {
        self.named(node).filter(|part| !self.decides(*part))
    }

    /// Whether a node only decides which of its neighbours is meant.
    pub fn decides(&self, node: u32) -> bool {
        let (condition, parent) = (self.facts.condition, self.node(node).parent);
        if condition != 0 && self.node(node).field == condition {
            return true;
        }
        // Python has the condition in the middle, and no name for it.
        self.facts.language == symbols::Language::Python
            && self.facts.choices.has(self.kind(parent))
            && self.named(parent).count() == 3
            && self.named(parent).nth(1) == Some(node)
    }

    /// Whether a value is a string of which a part differs from run to run.
    pub(super) fn is_built(&self, node: u32, depth: u32) -> bool {
        if depth > DEPTH_MAX || !self.step(1) {
            return false;
        }
        let (kind, facts, deeper) = (self.kind(node), self.facts, depth + 1);
        match () {
            () if facts.strings.has(kind) => !self.is_literal(node, deeper),
            () if facts.sums.has(kind) => {
                self.joins(node)
                    && self.named(node).any(|part| self.is_textual(part, deeper))
                    && !self.is_literal(node, deeper)
            }
            () if facts.choices.has(kind) => self.chosen(node).any(|part| self.is_built(part, deeper)),
            () if facts.containers.has(kind) => self.named(node).any(|part| self.is_built(part, deeper)),
            () if facts.names.has(kind) || facts.paths.has(kind) => self.is_given_built(node, deeper),
            () if facts.calls.has(kind) => self.is_formatted(node, deeper),
            () => false,
        }
    }

    fn is_given_built(&self, node: u32, depth: u32) -> bool {
        let given = self.given(node);
        let given: Vec<_> = given.iter().filter(|given| !given.parameter).collect();
        let textual =
            || given.iter().filter_map(|given| given.value).any(|value| self.is_textual(value, depth));
        given.iter().any(|one| {
            one.value.is_some_and(|value| {
                self.is_built(value, depth) || (one.added && !self.is_literal(value, depth) && textual())
            })
        })
    }

    /// Whether a value shows that it is a string: a constant one is part of it.
    fn is_textual(&self, node: u32, depth: u32) -> bool {
        if depth > DEPTH_MAX || !self.step(1) {
            return false;
        }
        let (kind, facts, deeper) = (self.kind(node), self.facts, depth + 1);
        match () {
            () if facts.strings.has(kind) => true,
            () if facts.sums.has(kind) || facts.containers.has(kind) => {
                self.named(node).any(|part| self.is_textual(part, deeper))
            }
            () if facts.names.has(kind) => {
                self.values(node).iter().skip(1).any(|value| self.is_textual(*value, deeper))
            }
            () if facts.calls.has(kind) => self.within(node).any(|part| facts.strings.has(self.kind(part))),
            () => false,
        }
    }
}

/// Whether a name is written as constants are.
fn is_shouted(name: &[u8]) -> bool {
    let is_shouted = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    name.len() > 1 && name.iter().all(is_shouted) && name.iter().any(u8::is_ascii_uppercase)
}
