//! Rule files as they are written.

use std::collections::BTreeMap;

use finding::Severity;
use regex_automata::meta::Regex;
use serde::Deserialize;

use super::condition::{Condition, Test};
use crate::kind::Family;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleFile {
    pub(super) family: Family,
    /// Whole files with a line `{case}`, so that cases can be short.
    #[serde(default)]
    pub(super) frames: BTreeMap<String, String>,
    pub(super) rule: Vec<RuleText>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleText {
    pub(super) id: String,
    pub(super) severity: Severity,
    pub(super) message: String,
    pub(super) remedy: String,
    pub(super) reference: String,
    pub(super) each: String,
    pub(super) when: Vec<ConditionText>,
    /// The frame of the cases; `frame` where the file has one of that name.
    #[serde(default)]
    pub(super) frame: Option<String>,
    #[serde(default, rename = "match")]
    pub(super) matches: Vec<String>,
    #[serde(default)]
    pub(super) miss: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConditionText {
    at: String,
    is: Option<OneOrMany>,
    not: Option<OneOrMany>,
    any: Option<String>,
    none: Option<String>,
    present: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn list(&self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one.clone()],
            Self::Many(many) => many.clone(),
        }
    }
}

impl ConditionText {
    pub(super) fn compiled(&self) -> Result<Condition, String> {
        let tests = [
            self.is.as_ref().map(|list| Ok(Test::Is(list.list()))),
            self.not.as_ref().map(|list| Ok(Test::Not(list.list()))),
            self.any.as_deref().map(|text| regex(text).map(Test::Any)),
            self.none.as_deref().map(|text| regex(text).map(Test::None)),
            self.present.map(|present| Ok(if present { Test::Present } else { Test::Absent })),
        ];
        let mut tests = tests.into_iter().flatten();
        match (tests.next(), tests.next()) {
            (Some(test), None) => Ok(Condition { at: self.at.clone(), test: test? }),
            _ => Err(format!("the condition at `{}` needs exactly one test", self.at)),
        }
    }
}

fn regex(text: &str) -> Result<Box<Regex>, String> {
    Regex::new(text).map(Box::new).map_err(|error| format!("`{text}` is no pattern: {error}"))
}
