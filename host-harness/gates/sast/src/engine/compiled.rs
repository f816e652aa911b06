use regex_automata::meta::Regex;
use symbols::{Language, syntax::Query};

use super::{condition::Condition, words::Words};
use crate::{
    facts::Facts,
    report::names,
    rules::{Rule, Rules},
    shape::{Patterns, regex},
};

/// The rules of one language. What a rule looks for is read when its words first stand in a
/// file: most rules are for what most trees do not have.
pub(super) struct Compiled {
    words: Words,
    rules: Vec<Slot>,
}

struct Slot {
    /// The rule's number among all rules.
    number: usize,
    made: Option<Made>,
}

/// A rule in the terms of one grammar.
pub(super) struct Made {
    pub number: u32,
    pub any: Patterns,
    pub all: Patterns,
    pub not: Patterns,
    pub inside: Patterns,
    pub not_inside: Patterns,
    pub present: Patterns,
    pub absent: Patterns,
    pub imports: Vec<Regex>,
    pub conditions: Vec<Condition>,
    pub sources: Patterns,
    pub sinks: Patterns,
    pub sanitizers: Patterns,
    pub query: Option<Query>,
    pub focus: Option<String>,
    pub covers: Vec<u32>,
    /// The metavariables that its message tells.
    pub told: Vec<String>,
}

impl Compiled {
    pub fn new(rules: &Rules, language: Language) -> Self {
        let mut compiled = Self { words: Words::default(), rules: Vec::new() };
        for (number, loaded) in rules.rules.iter().enumerate() {
            if loaded.languages.contains(&language) {
                compiled.words.add(&loaded.rule);
                compiled.rules.push(Slot { number, made: None });
            }
        }
        compiled
    }

    /// The rules whose words stand in a file.
    pub fn candidates(&self, bytes: &[u8]) -> Vec<usize> {
        self.words.fitting(bytes)
    }

    /// Reads what some rules look for, unless it was read before.
    pub fn make(&mut self, candidates: &[usize], rules: &Rules, facts: &Facts) -> Result<(), String> {
        for candidate in candidates {
            let Some(slot) = self.rules.get_mut(*candidate) else { continue };
            if slot.made.is_none() {
                let rule = &rules.rules[slot.number].rule;
                let made = made(rule, slot.number, rules, facts);
                slot.made = Some(made.map_err(|fault| format!("rule `{}`: {fault}", rule.id))?);
            }
        }
        Ok(())
    }

    pub fn rule(&self, candidate: usize) -> Option<&Made> {
        self.rules.get(candidate)?.made.as_ref()
    }

    pub fn query(&self, candidate: usize) -> Option<(usize, &Query)> {
        self.rule(candidate)?.query.as_ref().map(|query| (candidate, query))
    }

    /// A rule by its number among all rules.
    pub fn numbered(&self, number: u32) -> Option<&Made> {
        self.rules.iter().filter_map(|slot| slot.made.as_ref()).find(|made| made.number == number)
    }
}

fn made(rule: &Rule, number: usize, rules: &Rules, facts: &Facts) -> Result<Made, String> {
    let read = |written: &[crate::rules::Pattern]| Patterns::new(written, facts);
    let covered = |id: &String| {
        let number = rules.rules.iter().position(|loaded| loaded.rule.id == *id);
        number.map(|number| number as u32).ok_or(format!("it covers `{id}`, which is no rule"))
    };
    let query = rule.query.as_deref().map(|text| Query::new(facts.language, text));
    Ok(Made {
        number: number as u32,
        any: read(&rule.any)?,
        all: read(&rule.all)?,
        not: read(&rule.not)?,
        inside: read(&rule.inside)?,
        not_inside: read(&rule.not_inside)?,
        present: read(&rule.present)?,
        absent: read(&rule.absent)?,
        imports: rule.imports.iter().map(|text| regex(text)).collect::<Result<_, _>>()?,
        conditions: rule.conditions.iter().map(|one| Condition::new(one, facts)).collect::<Result<_, _>>()?,
        sources: read(&rule.sources)?,
        sinks: read(&rule.sinks)?,
        sanitizers: read(&rule.sanitizers)?,
        query: query.transpose()?,
        focus: rule.focus.clone(),
        covers: rule.covers.iter().map(covered).collect::<Result<_, _>>()?,
        told: names(&rule.message),
    })
}
