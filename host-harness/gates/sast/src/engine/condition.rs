use regex_automata::meta::Regex;

use crate::{
    facts::Facts,
    rules::{self, Is},
    shape::{Patterns, regex},
    sight::{Bound, Bounds, Sight},
};

/// What a metavariable has to be.
pub(super) struct Condition {
    var: Option<String>,
    text: Option<Regex>,
    not_text: Option<Regex>,
    value: Option<Regex>,
    is: Option<Is>,
    is_not: Option<Is>,
    has: Patterns,
    has_not: Patterns,
    below: Option<u64>,
    above: Option<u64>,
}

impl Condition {
    pub fn new(written: &rules::Condition, facts: &Facts) -> Result<Self, String> {
        let read = |text: &Option<String>| text.as_deref().map(regex).transpose();
        Ok(Self {
            var: written.var.clone(),
            text: read(&written.text)?,
            not_text: read(&written.not_text)?,
            value: read(&written.value)?,
            is: written.is,
            is_not: written.is_not,
            has: Patterns::new(&written.has, facts)?,
            has_not: Patterns::new(&written.has_not, facts)?,
            below: written.below,
            above: written.above,
        })
    }

    /// Whether it holds for a match. What a metavariable does not stand for is not.
    pub fn holds(&self, sight: &Sight<'_>, node: u32, bounds: &Bounds<'_>) -> bool {
        let bound = match &self.var {
            None => {
                let (start, end) = (sight.node(node).start, sight.node(node).end);
                Some(Bound { name: "", node: Some(node), start, end })
            }
            Some(var) => bounds.iter().find(|bound| bound.name == var).copied(),
        };
        bound.is_some_and(|bound| self.text_holds(sight, &bound) && self.node_holds(sight, &bound, bounds))
    }

    fn text_holds(&self, sight: &Sight<'_>, bound: &Bound<'_>) -> bool {
        let text = sight.bound_text(bound);
        let number = || number(text);
        let is_like = |regex: &Regex| {
            regex.is_match(text) || sight.imported_name(bound).is_some_and(|name| regex.is_match(name))
        };
        sight.step(text.len() / 16)
            && self.text.as_ref().is_none_or(is_like)
            && self.not_text.as_ref().is_none_or(|regex| !regex.is_match(text))
            && self.below.is_none_or(|most| number().is_some_and(|number| number < most))
            && self.above.is_none_or(|least| number().is_some_and(|number| number > least))
    }

    fn node_holds(&self, sight: &Sight<'_>, bound: &Bound<'_>, bounds: &Bounds<'_>) -> bool {
        let asks_nothing = self.value.is_none() && self.is.is_none() && self.is_not.is_none();
        if asks_nothing && self.has.is_empty() && self.has_not.is_empty() {
            return true;
        }
        let Some(node) = bound.node.or_else(|| sight.flat.covering(bound.start, bound.end)) else {
            // Several nodes are none of the sorts, and have no value.
            return self.value.is_none() && self.is.is_none() && self.has.is_empty();
        };
        let values = sight.values(node);
        let has = |patterns: &Patterns| {
            values.iter().any(|value| {
                let within = sight.within(*value);
                sight.step(within.len())
                    && within.into_iter().any(|part| sight.fits_any(patterns, part, bounds))
            })
        };
        self.is.is_none_or(|sort| sight.is(node, sort))
            && self.is_not.is_none_or(|sort| !sight.is(node, sort))
            && self
                .value
                .as_ref()
                .is_none_or(|regex| values.iter().any(|value| regex.is_match(sight.text(*value))))
            && (self.has.is_empty() || has(&self.has))
            && (self.has_not.is_empty() || !has(&self.has_not))
    }
}

/// A number as languages write it.
fn number(text: &[u8]) -> Option<u64> {
    let text: String = str::from_utf8(text).ok()?.chars().filter(|c| *c != '_').collect();
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    match hex {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.trim_end_matches(['u', 'U', 'l', 'L']).parse().ok(),
    }
}
