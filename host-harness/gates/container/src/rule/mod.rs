//! Rules: data that says what must not be, checked when it is loaded.

mod case;
pub(crate) mod condition;
mod text;

pub use case::CaseFailure;

use finding::{Severity, Source};
use sha2::{Digest as _, Sha256};

use crate::{kind::Family, subject};
use case::Case;
use condition::Condition;

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        &[$((concat!("rules/", $name, ".toml"), include_str!(concat!("../../rules/", $name, ".toml")))),*]
    };
}

/// The rules that are built in, by file.
const EMBEDDED: &[(&str, &str)] = embedded![
    "image",
    "user",
    "secret",
    "copy",
    "shape",
    "run",
    "package",
    "package-language",
    "service",
    "service-host",
    "service-names",
    "mount"
];

/// A rule file that does not load.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// It is not a rule file.
    #[error("`{file}` is no rule file")]
    File {
        /// The file.
        file: String,
        /// Why.
        source: Box<toml::de::Error>,
    },
    /// A rule in it is not sound.
    #[error("rule `{rule}` in `{file}` is not sound: {reason}")]
    Rule {
        /// The file.
        file: String,
        /// The rule.
        rule: String,
        /// What it lacks.
        reason: String,
    },
}

/// A rule, ready to be tried.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) family: Family,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    pub(crate) remedy: String,
    pub(crate) each: &'static str,
    pub(crate) when: Vec<Condition>,
    cases: Vec<Case>,
}

/// Rules to go by.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    pub(crate) rules: Vec<Rule>,
    sources: Vec<Source>,
}

impl Rules {
    /// The rules that are built in.
    pub fn embedded() -> Result<Self, RuleError> {
        let mut rules = Self::default();
        for (file, text) in EMBEDDED {
            rules.add(file, text)?;
        }
        Ok(rules)
    }

    /// Adds the rules of a file; one with the name of another takes its place.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), RuleError> {
        let read: text::RuleFile = toml::from_str(text)
            .map_err(|error| RuleError::File { file: file.to_owned(), source: Box::new(error) })?;
        for rule in &read.rule {
            let compiled = compiled(rule, &read).map_err(|reason| RuleError::Rule {
                file: file.to_owned(),
                rule: rule.id.clone(),
                reason,
            })?;
            self.rules.retain(|there| there.id != compiled.id);
            self.rules.push(compiled);
        }
        let sha256 = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        self.sources.push(Source {
            name: file.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sha256,
        });
        Ok(())
    }

    /// The files that the rules came from.
    pub fn sources(&self) -> Vec<Source> {
        self.sources.clone()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Tries every case of every rule, and says which did not come out.
    pub fn try_cases(&self) -> Vec<CaseFailure> {
        case::try_all(self)
    }
}

fn compiled(rule: &text::RuleText, file: &text::RuleFile) -> Result<Rule, String> {
    let kinds = match file.family {
        Family::Dockerfile => subject::DOCKERFILE,
        Family::Compose => subject::COMPOSE,
    };
    let each = kinds.iter().find(|kind| **kind == rule.each);
    let each = each.ok_or_else(|| format!("there is no item `{}`", rule.each))?;
    let texts = [&rule.id, &rule.message, &rule.remedy, &rule.reference];
    if texts.iter().any(|text| text.trim().is_empty()) {
        return Err("its id, message, remedy or reference is empty".to_owned());
    }
    if rule.when.is_empty() {
        return Err("it has no condition".to_owned());
    }
    Ok(Rule {
        id: rule.id.clone(),
        family: file.family,
        severity: rule.severity,
        message: rule.message.clone(),
        remedy: rule.remedy.clone(),
        each,
        when: rule.when.iter().map(text::ConditionText::compiled).collect::<Result<_, _>>()?,
        cases: case::cases(rule, file)?,
    })
}
