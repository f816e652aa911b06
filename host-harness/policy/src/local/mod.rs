//! The local policy: rules that a person can read, the strictest of which wins.

mod written;

mod glob;
mod index;
mod rule;

mod examples;
mod load;

mod judge;
mod teach;
mod toml_text;

pub mod cases;
pub mod hard;
pub mod learn;

#[cfg(test)]
mod tests;

use agent_contract::{CapabilityName, RepoPath, RunMode};

use crate::answer::Stance;
use index::Index;
use judge::Unconditional;
use rule::Rule;

pub use glob::Globs;
pub(crate) use load::load;
pub use rule::{Amounts, Spoken};
pub(crate) use written::Written;
pub use written::{Place, PolicyError};

/// The policy of a Runner that was given none, as the text of a file.
pub const DEFAULT: &str = include_str!("default.toml");

/// The rules of a Runner, with what holds where none speaks.
#[derive(Debug, Clone)]
pub struct Policy {
    default: Stance,
    rules: Vec<Rule>,
    place: Place,
    sha256: String,
    found_by: FoundBy,
    unconditional: Unconditional,
}

/// The globs of all rules, by what they are about. A rule is found by the first of these
/// that it names: its objects, its branches, its base branches.
#[derive(Debug, Clone, Default)]
struct FoundBy {
    paths: Index,
    checks: Index,
    bindings: Index,
    branches: Index,
    base_branches: Index,
}

/// One thing that a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object<'a> {
    /// The capability itself.
    Capability,
    /// A path.
    Path(&'a str),
    /// A check.
    Check(&'a str),
    /// A binding.
    Binding(&'a str),
}

/// What the policy is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matter<'a> {
    /// The capability.
    pub capability: CapabilityName,
    /// The mode of the run.
    pub mode: RunMode,
    /// The branch that is written to, where one is known.
    pub branch: Option<&'a str>,
    /// The branch that the change starts from, where it is known.
    pub base_branch: Option<&'a str>,
    /// What exactly.
    pub object: Object<'a>,
}

/// What the policy says of a matter, and which rule said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// Allow, ask or deny.
    pub stance: Stance,
    /// The rule's name; `default` where none speaks.
    pub rule: String,
    /// The line on which the rule begins; `None` for the default.
    pub line: Option<usize>,
    /// The rule's reason.
    pub reason: Option<String>,
    /// The least amounts of all rules that speak. Nothing is narrowed by a denial.
    pub limits: Amounts,
    /// Where the policy stands, and so how a rule of it is written.
    pub place: Place,
    /// What holds where no rule speaks.
    pub default: Stance,
}

/// A matter that outlives the text it was read from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnedMatter {
    /// The capability.
    pub capability: CapabilityName,
    /// The mode of the run.
    pub mode: RunMode,
    /// The branch that is written to, where one is known.
    pub branch: Option<String>,
    /// The branch that the change starts from, where it is known.
    pub base_branch: Option<String>,
    /// What exactly.
    pub object: OwnedObject,
}

/// An object that outlives the text it was read from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum OwnedObject {
    /// The capability itself.
    Capability,
    /// A path.
    Path(RepoPath),
    /// A check.
    Check(String),
    /// A binding.
    Binding(String),
}

impl OwnedMatter {
    /// The matter, to ask about.
    pub fn matter(&self) -> Matter<'_> {
        Matter {
            capability: self.capability,
            mode: self.mode,
            branch: self.branch.as_deref(),
            base_branch: self.base_branch.as_deref(),
            object: self.object.object(),
        }
    }
}

impl OwnedObject {
    /// Whether no glob could name it.
    fn is_nameless(&self) -> bool {
        matches!(self, Self::Check(name) | Self::Binding(name) if name.is_empty())
    }

    /// The object, to ask about.
    pub fn object(&self) -> Object<'_> {
        match self {
            Self::Capability => Object::Capability,
            Self::Path(path) => Object::Path(path.as_str()),
            Self::Check(name) => Object::Check(name),
            Self::Binding(name) => Object::Binding(name),
        }
    }
}

/// The embedded one; where even that could not be read, nothing is allowed.
impl Default for Policy {
    fn default() -> Self {
        let embedded = Self::parse(DEFAULT).unwrap_or_else(|_| Self::closed());
        Self { place: Place::Configuration, ..embedded }
    }
}

impl Policy {
    /// Parses a policy that has a file of its own.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        load(Written::parse(text)?, text, Place::File)
    }

    fn closed() -> Self {
        Self {
            default: Stance::Deny,
            rules: Vec::new(),
            place: Place::Configuration,
            sha256: String::new(),
            found_by: FoundBy::default(),
            unconditional: Unconditional::default(),
        }
    }

    /// What holds where no rule speaks.
    pub fn default_stance(&self) -> Stance {
        self.default
    }

    /// How many rules there are.
    pub fn rules(&self) -> usize {
        self.rules.len()
    }

    /// Where the policy stands.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The SHA-256 of the policy's canonical form: comments and layout don't change it.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}
