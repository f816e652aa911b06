//! A rule file as it is written.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    pub(super) format: Option<String>,
    #[serde(default, rename = "title")]
    _title: Option<String>,
    #[serde(default, rename = "description")]
    _description: Option<String>,
    #[serde(default, rename = "minVersion", alias = "minversion")]
    _min_version: Option<String>,
    pub(super) extend: Option<toml::Value>,
    #[serde(default, alias = "allowList")]
    pub(super) allowlist: Option<RawAllow>,
    #[serde(default, alias = "allowLists")]
    pub(super) allowlists: Vec<RawAllow>,
    #[serde(default)]
    pub(super) rules: Vec<RawRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRule {
    pub(super) id: String,
    #[serde(default)]
    pub(super) description: String,
    pub(super) regex: Option<String>,
    pub(super) path: Option<String>,
    #[serde(default, rename = "secretGroup", alias = "secretgroup")]
    pub(super) secret_group: usize,
    #[serde(default)]
    pub(super) entropy: Number,
    #[serde(default)]
    pub(super) keywords: Vec<String>,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    #[serde(default, alias = "allowList")]
    pub(super) allowlist: Option<RawAllow>,
    #[serde(default, alias = "allowLists")]
    pub(super) allowlists: Vec<RawAllow>,
    pub(super) severity: Option<String>,
    pub(super) remedy: Option<String>,
    pub(super) reference: Option<String>,
    pub(super) provider: Option<String>,
    #[serde(default)]
    pub(super) tokens: bool,
    #[serde(default, rename = "match")]
    pub(super) matches: Vec<RawCase>,
    #[serde(default, rename = "miss")]
    pub(super) misses: Vec<RawCase>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAllow {
    #[serde(default, rename = "description")]
    _description: Option<String>,
    pub(super) condition: Option<String>,
    #[serde(default)]
    pub(super) commits: Vec<String>,
    #[serde(default)]
    pub(super) paths: Vec<String>,
    #[serde(default)]
    pub(super) regexes: Vec<String>,
    #[serde(default, rename = "regexTarget", alias = "regextarget")]
    pub(super) regex_target: Option<String>,
    #[serde(default, alias = "stopWords")]
    pub(super) stopwords: Vec<String>,
    #[serde(default, rename = "targetRules", alias = "targetrules")]
    pub(super) target_rules: Vec<String>,
}

/// A number that may be written without its point.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(super) enum Number {
    Whole(i32),
    Broken(f64),
}

impl Default for Number {
    fn default() -> Self {
        Self::Whole(0)
    }
}

impl From<Number> for f64 {
    fn from(number: Number) -> Self {
        match number {
            Number::Whole(whole) => whole.into(),
            Number::Broken(broken) => broken,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum RawCase {
    Text(String),
    File { path: String, text: String },
}
