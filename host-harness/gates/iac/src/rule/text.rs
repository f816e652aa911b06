//! Rule files as they are written.

use std::collections::BTreeMap;

use finding::Severity;
use regex_automata::meta::Regex;
use serde::Deserialize;

use super::{
    condition::{Condition, Constant, Test},
    path::Path,
};
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
    #[serde(default)]
    pub(super) types: Vec<String>,
    #[serde(default)]
    pub(super) of: Option<String>,
    #[serde(default)]
    pub(super) when: Vec<ConditionText>,
    #[serde(default)]
    pub(super) check: Option<String>,
    #[serde(default)]
    pub(super) frame: Option<String>,
    #[serde(default)]
    pub(super) file: Option<String>,
    #[serde(default, rename = "match")]
    pub(super) matches: Vec<String>,
    #[serde(default)]
    pub(super) miss: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ConditionText {
    at: Option<OneOrMany>,
    is: Option<toml::Value>,
    #[serde(rename = "in")]
    one_of: Option<Vec<toml::Value>>,
    matches: Option<String>,
    absent: Option<bool>,
    present: Option<bool>,
    empty: Option<bool>,
    has: Option<Vec<String>>,
    below: Option<i64>,
    above: Option<i64>,
    any: Option<Vec<ConditionText>>,
    all: Option<Vec<ConditionText>>,
    none: Option<Vec<ConditionText>>,
    unrelated: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

pub(super) fn conditions(texts: &[ConditionText]) -> Result<Vec<Condition>, String> {
    texts.iter().map(ConditionText::compiled).collect()
}

impl ConditionText {
    fn compiled(&self) -> Result<Condition, String> {
        let mut forms = Vec::new();
        if let Some(of) = &self.any {
            forms.push(Condition::Any(conditions(of)?));
        }
        if let Some(of) = &self.all {
            forms.push(Condition::All(conditions(of)?));
        }
        if let Some(of) = &self.none {
            forms.push(Condition::None(conditions(of)?));
        }
        if let Some(types) = &self.unrelated {
            forms.push(Condition::Unrelated(types.clone()));
        }
        let tests = self.tests()?;
        if let Some(at) = &self.at {
            let paths = paths(at)?;
            forms.extend(tests.into_iter().map(|test| Condition::At(paths.clone(), test)));
        } else if !tests.is_empty() {
            return Err("a test without `at`".to_owned());
        }
        match (forms.pop(), forms.is_empty()) {
            (Some(form), true) => Ok(form),
            _ => {
                Err("a condition is exactly one test, or one of `any`, `all`, `none`, `unrelated`".to_owned())
            }
        }
    }

    fn tests(&self) -> Result<Vec<Test>, String> {
        let mut tests = Vec::new();
        if let Some(value) = &self.is {
            tests.push(Test::Is(vec![constant(value)?]));
        }
        if let Some(values) = &self.one_of {
            tests.push(Test::Is(values.iter().map(constant).collect::<Result<_, _>>()?));
        }
        if let Some(pattern) = &self.matches {
            let regex = Regex::new(pattern).map_err(|error| format!("`{pattern}` is no pattern: {error}"))?;
            tests.push(Test::Matches(regex));
        }
        let flags = [(self.absent, Test::Absent), (self.present, Test::Present), (self.empty, Test::Empty)];
        tests.extend(flags.into_iter().filter(|(flag, _)| *flag == Some(true)).map(|(_, test)| test));
        tests.extend(self.has.clone().map(Test::Has));
        tests.extend(self.below.map(Test::Below));
        tests.extend(self.above.map(Test::Above));
        Ok(tests)
    }
}

fn paths(at: &OneOrMany) -> Result<Vec<Path>, String> {
    let texts = match at {
        OneOrMany::One(text) => std::slice::from_ref(text),
        OneOrMany::Many(texts) => texts.as_slice(),
    };
    texts.iter().map(|text| Path::parse(text).ok_or_else(|| format!("`{text}` is no path"))).collect()
}

fn constant(value: &toml::Value) -> Result<Constant, String> {
    match value {
        toml::Value::Boolean(truth) => Ok(Constant::Truth(*truth)),
        toml::Value::Integer(number) => Ok(Constant::Number(*number)),
        toml::Value::String(text) => Ok(Constant::Text(text.clone())),
        other => Err(format!("{} is neither a truth, a whole number nor a text", other.type_str())),
    }
}
