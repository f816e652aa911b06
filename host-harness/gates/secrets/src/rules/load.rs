use std::collections::BTreeSet;

use finding::{Severity, Source};
use sha2::{Digest as _, Sha256};

use super::{
    Allow, Case, Format, Rule, RuleFault,
    raw::{RawAllow, RawCase, RawFile, RawRule},
};
use crate::{
    automaton::Automaton,
    builtin,
    pattern::{Dialect, Pattern},
};

/// The most rules; a rule has a number of 16 bits.
const RULES_MAX: usize = 10_000;

/// The text of a rule file.
#[derive(Debug, Clone, Copy)]
pub struct RuleFile<'a> {
    /// What it is called in faults.
    pub name: &'a str,
    /// What it holds.
    pub text: &'a str,
}

/// Rules that were read, and the automaton that finds where to try them.
#[derive(Debug)]
pub struct Rules {
    pub(crate) all: Vec<Rule>,
    pub(crate) allow: Vec<Allow>,
    pub(crate) automaton: Automaton,
    pub(crate) sources: Vec<Source>,
}

impl Rules {
    /// The rules that the program holds.
    pub fn built_in() -> Result<Self, RuleFault> {
        Self::load(builtin::FILES)
    }

    /// Reads rule files, ours and gitleaks' side by side.
    pub fn load(files: &[RuleFile<'_>]) -> Result<Self, RuleFault> {
        let mut all = Vec::new();
        let mut allow = Vec::new();
        for file in files {
            read(file, &mut all, &mut allow)?;
        }
        Self::build(all, allow, files.iter().map(source).collect())
    }

    /// The one rule of a name, with the allow-lists that are for all; so its cases are judged.
    pub fn only(&self, id: &str) -> Result<Self, RuleFault> {
        let named = self.all.iter().filter(|rule| rule.id == id).cloned().collect();
        Self::build(named, self.allow.clone(), self.sources.clone())
    }

    /// The rules, in the order of their files.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.all.iter()
    }

    fn build(all: Vec<Rule>, allow: Vec<Allow>, sources: Vec<Source>) -> Result<Self, RuleFault> {
        if all.is_empty() {
            return Err(RuleFault::Empty);
        }
        let mut seen = BTreeSet::new();
        if let Some(rule) = all.iter().find(|rule| !seen.insert(&rule.id)) {
            return Err(RuleFault::Twice { file: rule.file.clone(), rule: rule.id.clone() });
        }
        let malformed = |reason: String| RuleFault::Malformed { file: all[0].file.clone(), reason };
        if all.len() > RULES_MAX {
            return Err(malformed(format!("there are more than {RULES_MAX} rules")));
        }
        let automaton = Automaton::of(&all).map_err(malformed)?;
        Ok(Self { all, allow, automaton, sources })
    }
}

fn source(file: &RuleFile<'_>) -> Source {
    let sha256 = Sha256::digest(file.text).iter().map(|byte| format!("{byte:02x}")).collect();
    Source {
        name: format!("secret rules {}", file.name),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        sha256,
    }
}

fn read(file: &RuleFile<'_>, all: &mut Vec<Rule>, allow: &mut Vec<Allow>) -> Result<(), RuleFault> {
    let name = file.name.to_owned();
    let malformed = |reason: String| RuleFault::Malformed { file: name.clone(), reason };
    let raw: RawFile = toml::from_str(file.text).map_err(|fault| malformed(fault.to_string()))?;
    let format = match raw.format.as_deref() {
        None => Format::Gitleaks,
        Some("code-assist/1") => Format::Ours,
        Some(other) => return Err(malformed(format!("its format `{other}` is not known"))),
    };
    if raw.extend.is_some() {
        return Err(RuleFault::Extends { file: name });
    }
    let first = all.len();
    for rule in raw.rules {
        all.push(rule_of(rule, format, &name)?);
    }
    for list in raw.allowlist.iter().chain(&raw.allowlists) {
        place(list, format, &name, &mut all[first..], allow)?;
    }
    Ok(())
}

/// Gives an allow-list of a file to the rules that it names, or to all.
fn place(
    list: &RawAllow,
    format: Format,
    file: &str,
    rules: &mut [Rule],
    allow: &mut Vec<Allow>,
) -> Result<(), RuleFault> {
    let fault = |rule: &str, reason| RuleFault::Rule { file: file.to_owned(), rule: rule.to_owned(), reason };
    let read = Allow::read(list, format).map_err(|reason| fault("allowlists", reason))?;
    if list.target_rules.is_empty() {
        allow.push(read);
        return Ok(());
    }
    for id in &list.target_rules {
        match rules.iter_mut().find(|rule| rule.id == *id) {
            Some(rule) => rule.allow.push(read.clone()),
            None => return Err(fault(id, "an allow-list is for it, and it is not there".to_owned())),
        }
    }
    Ok(())
}

fn rule_of(raw: RawRule, format: Format, file: &str) -> Result<Rule, RuleFault> {
    let id = raw.id.clone();
    let fault = |reason: String| RuleFault::Rule { file: file.to_owned(), rule: id.clone(), reason };
    let rule = rule_from(raw, format, file).map_err(fault)?;
    for (cases, missing) in [(&rule.matches, "match"), (&rule.misses, "miss")] {
        if format == Format::Ours && cases.is_empty() {
            return Err(RuleFault::NoCase { file: file.to_owned(), rule: rule.id, missing });
        }
    }
    Ok(rule)
}

fn rule_from(raw: RawRule, format: Format, file: &str) -> Result<Rule, String> {
    let dialect = match format {
        Format::Ours => Dialect::Rust,
        Format::Gitleaks => Dialect::Go,
    };
    if raw.id.trim().is_empty() {
        return Err("it has no id".to_owned());
    }
    let read = |source: &Option<String>| source.as_deref().filter(|text| !text.is_empty()).map(str::to_owned);
    let pattern = read(&raw.regex).map(|text| Pattern::parse(&text, dialect)).transpose()?;
    let path = read(&raw.path).map(|text| Pattern::plain(&text, dialect)).transpose()?;
    match &pattern {
        None if path.is_none() => return Err("it has neither a regex nor a path".to_owned()),
        Some(pattern) if raw.secret_group > pattern.groups => {
            return Err(format!("its regex has no group {}", raw.secret_group));
        }
        _ => {}
    }
    if raw.keywords.iter().any(String::is_empty) {
        return Err("one of its keywords is empty".to_owned());
    }
    let lists = raw.allowlist.iter().chain(&raw.allowlists);
    Ok(Rule {
        name: format!("secrets/{}", raw.id),
        severity: severity(raw.severity.as_deref())?,
        remedy: raw.remedy.unwrap_or_else(|| REMEDY.to_owned()),
        keywords: raw.keywords.iter().map(|word| word.to_ascii_lowercase()).collect(),
        allow: lists.map(|list| Allow::read(list, format)).collect::<Result<_, _>>()?,
        matches: raw.matches.into_iter().map(case).collect(),
        misses: raw.misses.into_iter().map(case).collect(),
        file: file.to_owned(),
        id: raw.id,
        description: raw.description,
        reference: raw.reference,
        provider: raw.provider,
        tags: raw.tags,
        secret_group: raw.secret_group,
        entropy: raw.entropy.into(),
        tokens: raw.tokens,
        pattern,
        path,
    })
}

const REMEDY: &str = "revoke it where it was given out, take it out of the tree and of its history, \
                      and read the new one from the environment or a secret store";

fn severity(word: Option<&str>) -> Result<Severity, String> {
    match word.unwrap_or("high") {
        "low" => Ok(Severity::Low),
        "medium" => Ok(Severity::Medium),
        "high" => Ok(Severity::High),
        "critical" => Ok(Severity::Critical),
        other => Err(format!("its severity `{other}` is neither `low`, `medium`, `high` nor `critical`")),
    }
}

/// Rule files hold no literal secret: `%%` splits what a scanner of this very file would find.
fn case(raw: RawCase) -> Case {
    match raw {
        RawCase::Text(text) => Case { path: None, text: text.replace("%%", "") },
        RawCase::File { path, text } => Case { path: Some(path), text: text.replace("%%", "") },
    }
}
