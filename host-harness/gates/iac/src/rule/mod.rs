//! Rules: data that says what must not be, checked when it is loaded.

mod case;
pub(crate) mod condition;
pub(crate) mod path;
mod text;

pub use case::CaseFailure;

use finding::{Severity, Source};
use sha2::{Digest as _, Sha256};

use crate::{
    check::{self, Check},
    kind::Family,
    subject,
};
use case::Case;
use condition::Condition;
use path::Path;

/// The rules that are built in, by file.
const EMBEDDED: &[(&str, &str)] = &[
    ("rules/kubernetes-pod.toml", include_str!("../../rules/kubernetes-pod.toml")),
    ("rules/kubernetes-container.toml", include_str!("../../rules/kubernetes-container.toml")),
    ("rules/kubernetes-object.toml", include_str!("../../rules/kubernetes-object.toml")),
    ("rules/helm.toml", include_str!("../../rules/helm.toml")),
    ("rules/terraform.toml", include_str!("../../rules/terraform.toml")),
    ("rules/terraform-aws.toml", include_str!("../../rules/terraform-aws.toml")),
    ("rules/terraform-aws-services.toml", include_str!("../../rules/terraform-aws-services.toml")),
    ("rules/terraform-aws-rights.toml", include_str!("../../rules/terraform-aws-rights.toml")),
    ("rules/terraform-aws-access.toml", include_str!("../../rules/terraform-aws-access.toml")),
    ("rules/terraform-google.toml", include_str!("../../rules/terraform-google.toml")),
    ("rules/terraform-azure-services.toml", include_str!("../../rules/terraform-azure-services.toml")),
    ("rules/terraform-azure.toml", include_str!("../../rules/terraform-azure.toml")),
    ("rules/actions.toml", include_str!("../../rules/actions.toml")),
    ("rules/actions-supply.toml", include_str!("../../rules/actions-supply.toml")),
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
    pub(crate) types: Vec<String>,
    pub(crate) of: Option<Path>,
    pub(crate) when: Vec<Condition>,
    pub(crate) check: Option<Check>,
    cases: Vec<Case>,
}

impl Rule {
    /// Whether it takes more than one file to tell.
    pub(crate) fn is_of_the_module(&self) -> bool {
        self.when.iter().any(Condition::is_of_the_module)
    }
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
        let version = env!("CARGO_PKG_VERSION").to_owned();
        self.sources.push(Source { name: file.to_owned(), version, sha256 });
        Ok(())
    }

    /// Tries every case of every rule.
    pub fn try_cases(&self) -> Vec<CaseFailure> {
        case::try_all(self)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    pub(crate) fn sources(&self) -> Vec<Source> {
        self.sources.clone()
    }
}

fn compiled(text: &text::RuleText, file: &text::RuleFile) -> Result<Rule, String> {
    let wanted = |what: &str, given: &str| {
        if given.trim().is_empty() { Err(format!("it has no {what}")) } else { Ok(()) }
    };
    wanted("id", &text.id)?;
    wanted("message", &text.message)?;
    wanted("remedy", &text.remedy)?;
    wanted("reference", &text.reference)?;
    let each = subject::set(file.family, &text.each)
        .ok_or_else(|| format!("`{}` is nothing that its family has", text.each))?;
    let check = match &text.check {
        None => None,
        Some(name) => Some(check::named(name).ok_or_else(|| format!("there is no check `{name}`"))?),
    };
    if check.is_none() && text.when.is_empty() {
        return Err("it has neither `when` nor `check`".to_owned());
    }
    let of = match &text.of {
        None => None,
        Some(path) => Some(Path::parse(path).ok_or_else(|| format!("`{path}` is no path"))?),
    };
    Ok(Rule {
        id: text.id.clone(),
        family: file.family,
        severity: text.severity,
        message: text.message.clone(),
        remedy: text.remedy.clone(),
        each,
        types: text.types.clone(),
        of,
        when: text::conditions(&text.when)?,
        check,
        cases: case::cases(text, file)?,
    })
}
