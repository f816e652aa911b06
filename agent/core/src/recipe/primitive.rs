//! What a step can be: a closed set, each with the arguments that it takes.

use std::collections::BTreeMap;

use agent_contract::RepoPath;
use serde::Deserialize;

use super::{
    Kind, RecipeFault,
    bench::{Bench, Worked},
    bump::Bump,
    desk::Desk,
    fix::Fix,
    header::Header,
    kind,
    rename::Rename,
    rewrite::Rewrite,
};

/// The kind of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Primitive {
    /// Gives a name in programs another name.
    Rename,
    /// Replaces code of one form by code of another.
    Rewrite,
    /// Puts a licence header on top of files.
    Header,
    /// Asks for another version of a dependency.
    Bump,
    /// Has a check put right what it can.
    Fix,
}

/// An argument of a step.
pub(super) struct Argument {
    pub name: &'static str,
    pub kind: Kind,
    pub need: Need,
}

/// Whether an argument can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Optional,
}

pub(super) const fn required(name: &'static str, kind: Kind) -> Argument {
    Argument { name, kind, need: Need::Required }
}

pub(super) const fn optional(name: &'static str, kind: Kind) -> Argument {
    Argument { name, kind, need: Need::Optional }
}

impl Primitive {
    /// What it takes.
    pub(super) fn takes(self) -> &'static [Argument] {
        match self {
            Self::Rename => Rename::TAKES,
            Self::Rewrite => Rewrite::TAKES,
            Self::Header => Header::TAKES,
            Self::Bump => Bump::TAKES,
            Self::Fix => Fix::TAKES,
        }
    }
}

/// A step with all that it needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Rename(Rename),
    Rewrite(Rewrite),
    Header(Header),
    Bump(Bump),
    Fix(Fix),
}

impl Step {
    pub fn of(primitive: Primitive, arguments: &Arguments) -> Result<Self, RecipeFault> {
        Ok(match primitive {
            Primitive::Rename => Self::Rename(Rename::of(arguments)?),
            Primitive::Rewrite => Self::Rewrite(Rewrite::of(arguments)?),
            Primitive::Header => Self::Header(Header::of(arguments)?),
            Primitive::Bump => Self::Bump(Bump::of(arguments)?),
            Primitive::Fix => Self::Fix(Fix::of(arguments)?),
        })
    }

    pub fn work<D: Desk>(&self, bench: &mut Bench<D>) -> Worked<D> {
        match self {
            Self::Rename(step) => step.work(bench),
            Self::Rewrite(step) => step.work(bench),
            Self::Header(step) => step.work(bench),
            Self::Bump(step) => step.work(bench),
            Self::Fix(step) => step.work(bench),
        }
    }

    /// Files and folders that it stays within; none: the whole repository.
    pub fn paths(&self) -> &[RepoPath] {
        match self {
            Self::Rename(step) => &step.paths,
            Self::Rewrite(step) => &step.paths,
            Self::Header(step) => &step.paths,
            Self::Bump(step) => &step.paths,
            Self::Fix(step) => &step.paths,
        }
    }

    /// What it looks at beside them.
    pub fn reads(&self) -> Vec<RepoPath> {
        match self {
            Self::Header(step) => step.file().into_iter().cloned().collect(),
            Self::Bump(step) => step.reads(),
            _ => Vec::new(),
        }
    }

    /// What it does, in one line.
    pub fn told(&self) -> String {
        match self {
            Self::Rename(step) => step.told(),
            Self::Rewrite(step) => step.told(),
            Self::Header(step) => step.told(),
            Self::Bump(step) => step.told(),
            Self::Fix(step) => step.told(),
        }
    }

    /// The check that it has run.
    pub fn check(&self) -> Option<&str> {
        match self {
            Self::Fix(step) => Some(&step.check),
            _ => None,
        }
    }
}

/// The arguments of a step, each of the kind that it has to be.
#[derive(Debug, Default)]
pub(super) struct Arguments(pub BTreeMap<String, String>);

impl Arguments {
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn owned(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    /// A text that can't be missing: a recipe is sound only with it.
    pub fn needed(&self, name: &str) -> Result<String, RecipeFault> {
        self.owned(name).ok_or_else(|| {
            RecipeFault::new("recipe-parameter-missing", format!("parameter `{name}` is missing"))
        })
    }

    pub fn paths(&self, name: &str) -> Vec<RepoPath> {
        let mut paths = self.text(name).and_then(kind::paths).unwrap_or_default();
        paths.sort();
        paths.dedup();
        paths
    }

    pub fn says(&self, name: &str, choice: &str) -> bool {
        self.text(name) == Some(choice)
    }
}
