//! One file against all rules of its language: words first, then the tree, once.

mod compiled;
mod condition;
mod look;
mod taint;
mod words;

use std::collections::HashMap;

use compiled::Compiled;
use look::Hits;
use symbols::{Language, Skipped, syntax::Reading};

use crate::{facts::Facts, rules::Rules, sight::Sight};

/// The most bytes of a source that is read: a larger one was made by a program.
pub(crate) const FILE_BYTES_MAX: usize = 4 << 20;

/// A place that a rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The rule's number among all rules.
    pub rule: u32,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
    /// What the metavariables of its message stand for: the number of the name in the
    /// message, and the bytes.
    pub bounds: Vec<(u32, u32, u32)>,
}

/// What the rules say of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said {
    pub hits: Vec<Hit>,
    /// Pieces that the grammar could make nothing of.
    pub faults: u32,
    /// The first of them.
    pub first_fault: (u32, u32),
}

/// Why a file was not looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unread {
    /// Its bytes were not read.
    Source(Skipped),
    /// A rule could not be understood, or has too many hits.
    Rule(String),
}

/// Rules with everything that was made of them so far.
pub(crate) struct Engine {
    rules: Rules,
    reading: Reading,
    languages: HashMap<Language, Option<(Facts, Compiled)>>,
}

impl Engine {
    pub fn new(rules: Rules) -> Self {
        Self { rules, reading: Reading::default(), languages: HashMap::new() }
    }

    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Looks into a file.
    pub fn look(&mut self, language: Language, bytes: &[u8]) -> Result<Said, Unread> {
        let Self { rules, reading, languages } = self;
        let known = languages.entry(language).or_insert_with(|| {
            let facts = Facts::of(language)?;
            let compiled = Compiled::new(rules, language);
            Some((facts, compiled))
        });
        let Some((facts, compiled)) = known else { return Err(Unread::Source(Skipped::Unavailable)) };
        let candidates = compiled.candidates(bytes);
        if candidates.is_empty() {
            return fit(bytes).map(|()| Said::default());
        }
        compiled.make(&candidates, rules, facts).map_err(Unread::Rule)?;
        let asked: Vec<_> = candidates.iter().filter_map(|number| compiled.query(*number)).collect();
        let queries: Vec<_> = asked.iter().map(|(_, query)| *query).collect();
        let read = reading.read(language, bytes, FILE_BYTES_MAX, &queries).map_err(Unread::Source)?;
        let sight = Sight::new(&read.flat, bytes, facts);
        let mut hits = Hits::default();
        look::walk(&sight, compiled, &candidates, &mut hits);
        for ((rule, _), matches) in asked.iter().zip(&read.matches) {
            look::queried(&sight, compiled, *rule, matches, &mut hits);
        }
        taint::look(&sight, compiled, &candidates, &mut hits);
        if sight.is_spent() {
            return Err(Unread::Source(Skipped::Slow));
        }
        let hits = hits.settle(&sight, compiled).map_err(|many| Unread::Rule(many.reason(rules)))?;
        let first_fault = read.flat.first_fault().unwrap_or_default();
        Ok(Said { hits, faults: read.flat.faults(), first_fault })
    }
}

/// What no rule has a word in is not parsed, and must be a text all the same.
fn fit(bytes: &[u8]) -> Result<(), Unread> {
    match bytes {
        _ if bytes.len() > FILE_BYTES_MAX => Err(Unread::Source(Skipped::TooLarge)),
        _ if bytes.contains(&0) => Err(Unread::Source(Skipped::Binary)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::is_known;

    #[test]
    fn every_rule_can_be_understood_in_every_language_that_it_is_for() {
        let rules = Rules::embedded().unwrap();
        for language in Language::ALL.into_iter().filter(|language| is_known(*language)) {
            let facts = Facts::of(language).unwrap();
            let mut compiled = Compiled::new(&rules, language);
            let all: Vec<_> = (0..rules.count(language)).collect();
            compiled.make(&all, &rules, &facts).unwrap();
            let always: Vec<_> =
                compiled.candidates(b"").into_iter().filter_map(|rule| compiled.rule(rule)).collect();
            let always: Vec<_> =
                always.iter().map(|rule| &rules.rules[rule.number as usize].rule.id).collect();
            assert!(always.is_empty(), "{}: every file is parsed for {always:?}", language.name());
            assert!(all.len() >= 15, "{}", language.name());
        }
    }
}
