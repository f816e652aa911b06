//! What the policy says of a matter.

use std::cmp::Reverse;

use agent_contract::{CapabilityName, RunMode};

use super::{
    FoundBy, Matter, Object, Opinion, Policy, Spoken,
    glob::Glob,
    index::Index,
    rule::{Amounts, Rule},
};
use crate::answer::Stance;

/// The rules that look at nothing but capability and mode, summed up for each of these.
#[derive(Debug, Clone, Default)]
pub(super) struct Unconditional([[Sum; RunMode::ALL.len()]; CapabilityName::ALL.len()]);

/// What some rules come to: the strictest, the first of these, and the least amounts.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    strictest: Option<(Stance, Reverse<usize>)>,
    limits: Amounts,
}

impl Sum {
    /// Whether a rule would change anything.
    fn is_moved_by(&self, number: usize, rule: &Rule) -> bool {
        self.strictest < Some((rule.effect, Reverse(number))) || !rule.limits.is_none()
    }

    fn add(&mut self, number: usize, rule: &Rule) {
        self.strictest = self.strictest.max(Some((rule.effect, Reverse(number))));
        self.limits = self.limits.least(rule.limits);
    }
}

impl Unconditional {
    pub(super) fn add(&mut self, number: usize, rule: &Rule) {
        for name in CapabilityName::ALL {
            let modes = RunMode::ALL.iter().filter(|mode| rule.covers(*name, **mode));
            modes.for_each(|mode| self.0[*name as usize][*mode as usize].add(number, rule));
        }
    }

    fn of(&self, matter: &Matter) -> Sum {
        self.0[matter.capability as usize][matter.mode as usize]
    }
}

impl FoundBy {
    /// Adds a rule; says whether it has anything to be found by.
    pub(super) fn add(&mut self, number: usize, rule: &Rule) -> bool {
        let objects = [
            (&mut self.paths, &rule.paths),
            (&mut self.checks, &rule.checks),
            (&mut self.bindings, &rule.bindings),
        ];
        for (index, globs) in objects {
            index.add(number, globs.as_deref().unwrap_or_default());
        }
        match (&rule.branches, &rule.base_branches) {
            _ if rule.names_objects() => {}
            (Some(globs), _) => self.branches.add(number, globs),
            (None, Some(globs)) => self.base_branches.add(number, globs),
            (None, None) => return false,
        }
        true
    }
}

/// The globs of a rule that an index holds.
type Globs = fn(&Rule) -> &Option<Vec<Glob>>;

/// Adds to a sum the rules of one index that speak of a matter.
struct Search<'a> {
    policy: &'a Policy,
    matter: &'a Matter<'a>,
    sum: Sum,
}

impl Search<'_> {
    fn among(&mut self, index: &Index, globs: Globs, text: &str) {
        for entry in index.candidates(text) {
            let rule = &self.policy.rules[entry.rule];
            let glob = || globs(rule).as_ref().is_some_and(|globs| globs[entry.glob].matches(text));
            if self.may_add(entry.rule, rule) && glob() && rule.on_branches(self.matter) {
                self.sum.add(entry.rule, rule);
            }
        }
    }

    fn among_all(&mut self, index: &Index) {
        for entry in index.all() {
            let rule = &self.policy.rules[entry.rule];
            if self.may_add(entry.rule, rule) && rule.on_branches(self.matter) {
                self.sum.add(entry.rule, rule);
            }
        }
    }

    fn may_add(&self, number: usize, rule: &Rule) -> bool {
        rule.covers(self.matter.capability, self.matter.mode) && self.sum.is_moved_by(number, rule)
    }

    fn on_branch(&mut self, index: &Index, globs: Globs, branch: Option<&str>) {
        match branch {
            Some(branch) => self.among(index, globs, branch),
            None => self.among_all(index),
        }
    }
}

impl Policy {
    /// What the rules say of a matter: the strictest of those that speak, and of equals
    /// the first.
    pub fn judge(&self, matter: &Matter) -> Opinion {
        self.opinion(self.sum(matter))
    }

    fn sum(&self, matter: &Matter) -> Sum {
        let mut search = Search { policy: self, matter, sum: self.unconditional.of(matter) };
        let found_by = &self.found_by;
        match matter.object {
            Object::Capability => {}
            Object::Path(text) => search.among(&found_by.paths, |rule| &rule.paths, text),
            Object::Check(text) => search.among(&found_by.checks, |rule| &rule.checks, text),
            Object::Binding(text) => search.among(&found_by.bindings, |rule| &rule.bindings, text),
        }
        search.on_branch(&found_by.branches, |rule| &rule.branches, matter.branch);
        search.on_branch(&found_by.base_branches, |rule| &rule.base_branches, matter.base_branch);
        search.sum
    }

    fn opinion(&self, sum: Sum) -> Opinion {
        let rule = sum.strictest.map(|(_, Reverse(number))| &self.rules[number]);
        let stance = rule.map_or(self.default, |rule| rule.effect);
        Opinion {
            stance,
            rule: rule.map_or("default", |rule| &rule.name).to_owned(),
            line: rule.map(|rule| rule.line),
            reason: rule.and_then(|rule| rule.reason.clone()),
            limits: if stance == Stance::Deny { Amounts::default() } else { sum.limits },
            place: self.place,
            default: self.default,
        }
    }

    /// Every rule that speaks of a matter, the strictest first. Where none does, the
    /// default holds.
    pub fn explain(&self, matter: &Matter) -> Vec<Spoken> {
        let mut speaking: Vec<&Rule> = self.rules.iter().filter(|rule| rule.speaks_of(matter)).collect();
        speaking.sort_by_key(|rule| Reverse(rule.effect));
        speaking.into_iter().map(Rule::spoken).collect()
    }

    /// Whether a capability is issued at all. Where the default would refuse it and rules
    /// let some of its objects through, it is: each call is then judged by its own
    /// objects. Amounts are counted by capability, so those of every rule that could come
    /// to speak narrow it.
    pub fn may_issue(
        &self,
        capability: CapabilityName,
        mode: RunMode,
        branch: Option<&str>,
        base_branch: Option<&str>,
    ) -> Opinion {
        let matter = Matter { capability, mode, branch, base_branch, object: Object::Capability };
        let opinion = self.judge(&matter);
        if opinion.stance == Stance::Deny && opinion.line.is_some() {
            return opinion;
        }
        let mut some = Sum::default();
        for (number, rule) in self.rules.iter().enumerate() {
            let lets = rule.effect < Stance::Deny && rule.covers(capability, mode);
            if lets && rule.on_branches(&matter) {
                some.add(number, rule);
            }
        }
        let limits = opinion.limits.least(some.limits);
        match opinion.line {
            None if opinion.stance > Stance::Allow && some.strictest.is_some() => {
                Opinion { stance: Stance::Allow, limits, ..self.opinion(some) }
            }
            _ if opinion.stance == Stance::Deny => opinion,
            _ => Opinion { limits, ..opinion },
        }
    }
}
