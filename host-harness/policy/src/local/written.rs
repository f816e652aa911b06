//! The policy as it is written: the keys, and where in the text each value stands.

use std::marker::PhantomData;

use agent_contract::{CapabilityName, RunMode};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IntoDeserializer, MapAccess, Visitor, value::MapAccessDeserializer},
};
use toml::Spanned;

use crate::answer::Stance;

/// The policy can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", line.map(|line| format!("line {line}: ")).unwrap_or_default())]
pub struct PolicyError {
    /// The line that is wrong, where one is.
    pub line: Option<usize>,
    /// What is wrong, and how to mend it.
    pub message: String,
}

impl PolicyError {
    pub(super) fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line: Some(line), message: message.into() }
    }

    /// What a TOML parser has against `text`.
    pub(crate) fn toml(error: &toml::de::Error, text: &str) -> Self {
        let line = error.span().map(|span| Lines::of(text).line(span.start));
        Self { line, message: error.message().replace('\n', "; ") }
    }
}

/// Where a policy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the Runner's configuration, under `[policy]`.
    Configuration,
    /// In a file of its own.
    File,
}

impl Place {
    /// The path to the rules.
    pub const fn rules(self) -> &'static str {
        match self {
            Self::Configuration => "policy.rules",
            Self::File => "rules",
        }
    }
}

/// A policy as it is written.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Written {
    #[serde(deserialize_with = "word")]
    pub(super) default: Stance,
    pub(super) rules: Vec<Placed<Table<WrittenRule>>>,
}

impl Default for Written {
    fn default() -> Self {
        Self { default: Stance::Allow, rules: Vec::new() }
    }
}

impl Written {
    pub(super) fn parse(text: &str) -> Result<Self, PolicyError> {
        toml::from_str(text).map_err(|error| PolicyError::toml(&error, text))
    }
}

/// A value with its place in the text.
pub(super) type Placed<T> = Spanned<T>;

/// A list, and each of its members, with their places.
pub(super) type PlacedList = Placed<Vec<Placed<String>>>;

/// A table, and no list of its values in order: what serde derives takes that too.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(super) struct Table<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Keys(PhantomData)).map(Self)
    }
}

struct Keys<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Keys<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, keys: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(keys))
    }
}

/// A stance by its name and nothing else: what serde derives takes `{ allow = {} }` too.
pub(super) fn word<'de, D: Deserializer<'de>>(from: D) -> Result<Stance, D::Error> {
    let text = String::deserialize(from)?;
    Stance::deserialize(text.into_deserializer())
}

/// A rule as it is written. Names in lists are parsed later: the parser of TOML would tell
/// the line of the list.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenRule {
    pub(super) name: Option<Placed<String>>,
    #[serde(deserialize_with = "word")]
    pub(super) effect: Stance,
    pub(super) reason: Option<String>,
    pub(super) capabilities: Option<PlacedList>,
    pub(super) modes: Option<PlacedList>,
    pub(super) paths: Option<PlacedList>,
    pub(super) checks: Option<PlacedList>,
    pub(super) bindings: Option<PlacedList>,
    pub(super) branches: Option<PlacedList>,
    pub(super) base_branches: Option<PlacedList>,
    pub(super) limits: Option<Placed<Table<WrittenLimits>>>,
    #[serde(default)]
    pub(super) examples: Vec<Placed<Table<WrittenExample>>>,
}

/// The amounts of a rule as they are written.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenLimits {
    pub(super) uses: Option<Placed<u64>>,
    pub(super) bytes: Option<Placed<u64>>,
    pub(super) seconds: Option<Placed<u64>>,
}

/// An example of a rule as it is written.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenExample {
    pub(super) capability: CapabilityName,
    pub(super) mode: Option<RunMode>,
    pub(super) path: Option<Placed<String>>,
    pub(super) branch: Option<Placed<String>>,
    pub(super) base_branch: Option<Placed<String>>,
    pub(super) check: Option<Placed<String>>,
    pub(super) binding: Option<Placed<String>>,
    #[serde(deserialize_with = "word")]
    pub(super) expect: Stance,
}

/// Where the lines of a text begin.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    /// The line of a place in the text, counted from one.
    pub(super) fn line(&self, at: usize) -> usize {
        self.0.partition_point(|end| *end < at) + 1
    }

    /// The line of a value.
    pub(super) fn at<T>(&self, value: &Placed<T>) -> usize {
        self.line(value.span().start)
    }
}
