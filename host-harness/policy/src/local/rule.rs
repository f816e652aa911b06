//! A rule as it is judged by.

use agent_contract::{CapabilityName, RunMode, capability::Scope};

use super::{Matter, Object, glob::Glob};
use crate::answer::Stance;

/// A rule of the policy. What it leaves out, it does not look at.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) effect: Stance,
    pub(super) reason: Option<String>,
    pub(super) capabilities: u16,
    pub(super) modes: u8,
    pub(super) paths: Option<Vec<Glob>>,
    pub(super) checks: Option<Vec<Glob>>,
    pub(super) bindings: Option<Vec<Glob>>,
    pub(super) branches: Option<Vec<Glob>>,
    pub(super) base_branches: Option<Vec<Glob>>,
    pub(super) limits: Amounts,
}

/// How much of a capability a rule leaves. What is absent is not limited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Calls.
    pub uses: Option<u64>,
    /// Bytes.
    pub bytes: Option<u64>,
    /// Seconds from the moment of issue.
    pub seconds: Option<u64>,
}

impl Amounts {
    /// The lesser of each.
    #[must_use]
    pub fn least(self, other: Self) -> Self {
        let least = |one: Option<u64>, other: Option<u64>| match (one, other) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        Self {
            uses: least(self.uses, other.uses),
            bytes: least(self.bytes, other.bytes),
            seconds: least(self.seconds, other.seconds),
        }
    }

    /// A scope, narrowed to these amounts.
    #[must_use]
    pub fn narrow(self, scope: Scope) -> Scope {
        let both = self.least(Self { uses: scope.uses, bytes: scope.bytes, seconds: scope.seconds });
        Scope { uses: both.uses, bytes: both.bytes, seconds: both.seconds, ..scope }
    }

    pub(super) fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// What a rule that speaks says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// The rule's name, or its place where it has none.
    pub name: String,
    /// The line on which it begins.
    pub line: usize,
    /// Allow, ask or deny.
    pub effect: Stance,
    /// Why.
    pub reason: Option<String>,
    /// What it leaves of the capability.
    pub limits: Amounts,
}

/// The bit of a capability in a rule's mask.
pub(super) const fn capability_bit(name: CapabilityName) -> u16 {
    1 << name as u16
}

/// The bit of a mode in a rule's mask.
pub(super) const fn mode_bit(mode: RunMode) -> u8 {
    1 << mode as u8
}

impl Rule {
    /// Whether it speaks of a matter.
    pub(super) fn speaks_of(&self, matter: &Matter) -> bool {
        self.covers(matter.capability, matter.mode) && self.on_branches(matter) && self.on(matter.object)
    }

    pub(super) fn covers(&self, name: CapabilityName, mode: RunMode) -> bool {
        self.capabilities & capability_bit(name) != 0 && self.modes & mode_bit(mode) != 0
    }

    pub(super) fn names_objects(&self) -> bool {
        self.paths.is_some() || self.checks.is_some() || self.bindings.is_some()
    }

    /// A rule that names objects speaks of these, and of no other and no other kind.
    fn on(&self, object: Object) -> bool {
        let named = |globs: &Option<Vec<Glob>>, text| globs.as_deref().is_some_and(|globs| any(globs, text));
        match object {
            _ if !self.names_objects() => true,
            Object::Capability => false,
            Object::Path(text) => named(&self.paths, text),
            Object::Check(text) => named(&self.checks, text),
            Object::Binding(text) => named(&self.bindings, text),
        }
    }

    pub(super) fn on_branches(&self, matter: &Matter) -> bool {
        // Without a branch nothing is written to one, but for what always writes to one.
        let written = match matter.branch {
            None if !writes_to_branch(matter.capability) => self.branches.is_none(),
            branch => self.on_branch(self.branches.as_deref(), branch),
        };
        written && self.on_branch(self.base_branches.as_deref(), matter.base_branch)
    }

    /// A branch that is not known may be any: it gives no allowance and escapes no ban.
    fn on_branch(&self, globs: Option<&[Glob]>, branch: Option<&str>) -> bool {
        match (globs, branch) {
            (None, _) => true,
            (Some(globs), Some(branch)) => any(globs, branch),
            (Some(_), None) => self.effect > Stance::Allow,
        }
    }

    pub(super) fn spoken(&self) -> Spoken {
        Spoken {
            name: self.name.clone(),
            line: self.line,
            effect: self.effect,
            reason: self.reason.clone(),
            limits: self.limits,
        }
    }
}

fn any(globs: &[Glob], text: &str) -> bool {
    globs.iter().any(|glob| glob.matches(text))
}

const fn writes_to_branch(name: CapabilityName) -> bool {
    matches!(name, CapabilityName::RepoCommit | CapabilityName::RepoPush | CapabilityName::RepoOpenPr)
}
