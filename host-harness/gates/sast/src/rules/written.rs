use agent_contract::gate::Severity;
use serde::Deserialize;

/// A file of rules, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// The languages of every rule that does not say its own.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Patterns that rules name as `@name`.
    #[serde(default)]
    pub lists: std::collections::BTreeMap<String, Vec<Pattern>>,
    #[serde(default)]
    pub rule: Vec<Rule>,
}

/// A rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    pub id: String,
    #[serde(default)]
    pub languages: Vec<String>,
    pub severity: Severity,
    pub message: String,
    pub remedy: String,
    pub reference: String,
    /// Words of which one has to be in the file; by default those of the patterns.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// What the file has to import: one of these has to fit.
    #[serde(default)]
    pub imports: Vec<String>,
    #[serde(default)]
    pub any: Vec<Pattern>,
    #[serde(default)]
    pub all: Vec<Pattern>,
    #[serde(default)]
    pub not: Vec<Pattern>,
    #[serde(default)]
    pub inside: Vec<Pattern>,
    #[serde(default)]
    pub not_inside: Vec<Pattern>,
    /// What has to be in the same function, beside it.
    #[serde(default)]
    pub present: Vec<Pattern>,
    /// What must not be in the same function.
    #[serde(default)]
    pub absent: Vec<Pattern>,
    #[serde(default, rename = "where")]
    pub conditions: Vec<Condition>,
    #[serde(default)]
    pub query: Option<String>,
    #[serde(default)]
    pub sources: Vec<Pattern>,
    #[serde(default)]
    pub sinks: Vec<Pattern>,
    #[serde(default)]
    pub sanitizers: Vec<Pattern>,
    /// The metavariable to point at, and, of a sink, the one that must not be tainted.
    #[serde(default)]
    pub focus: Option<String>,
    /// Rules that say less of the same line.
    #[serde(default)]
    pub covers: Vec<String>,
    #[serde(default, rename = "match")]
    pub matches: Vec<Case>,
    #[serde(default, rename = "miss")]
    pub misses: Vec<Case>,
}

/// What a node looks like.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Pattern {
    /// Code with metavariables, or `@name` of a list.
    Code(String),
    /// A kind of node, and what its text looks like.
    Kind { kind: String, text: Option<String> },
}

/// What a metavariable has to be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Condition {
    /// The metavariable; without one, the whole match.
    #[serde(default)]
    pub var: Option<String>,
    /// What its text looks like.
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub not_text: Option<String>,
    /// What its text, or that of a value it was given, looks like.
    #[serde(default)]
    pub value: Option<String>,
    #[serde(default)]
    pub is: Option<Is>,
    #[serde(default)]
    pub is_not: Option<Is>,
    /// What is somewhere in it, or in a value it was given.
    #[serde(default)]
    pub has: Vec<Pattern>,
    #[serde(default)]
    pub has_not: Vec<Pattern>,
    /// It is a number below this.
    #[serde(default)]
    pub below: Option<u64>,
    /// It is a number above this.
    #[serde(default)]
    pub above: Option<u64>,
}

/// What sort of value code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Is {
    /// A constant, whatever it is made of.
    Literal,
    /// A constant string.
    String,
    /// A string that is put together from constants and from what is none.
    Built,
    /// A name.
    Name,
}

/// Code that a rule must match, or must not.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Case {
    /// In every language of the rule.
    Code(String),
    /// In one of them.
    In { language: String, code: String },
}
