//! The rules of a gate whose looking is code: what each is called, how grave it is, what it
//! says, what to do about it, and cases that it must catch and let pass.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::{Found, RepoPath, Severity, Source, Span};

/// Rules by their ids.
#[derive(Debug, Clone)]
pub struct Catalogue {
    rules: BTreeMap<String, Rule>,
    sha256: String,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its id, such as `licence/denied`.
    pub id: String,
    /// How grave it is.
    pub severity: Severity,
    /// What it says, with `{names}` for what differs.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// Where more is said.
    pub reference: String,
    /// What it must catch.
    #[serde(default, rename = "match")]
    pub catches: Vec<Case>,
    /// What it must let pass.
    #[serde(default, rename = "miss")]
    pub passes: Vec<Case>,
}

/// A small tree, and the policy for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its files.
    pub files: BTreeMap<String, String>,
    /// The files before the change.
    #[serde(default)]
    pub before: Option<BTreeMap<String, String>>,
    /// Licences, or registries, that may be.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Licences that may not be.
    #[serde(default)]
    pub deny: Vec<String>,
}

/// Why rules don't load.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// The file is none.
    #[error("rule file `{file}` can't be read: {reason}")]
    File {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// A rule shows nothing.
    #[error("rule `{rule}` of `{file}` lacks a case that it must {lacks}")]
    Unshown {
        /// The file.
        file: String,
        /// The rule.
        rule: String,
        /// `catch` or `let pass`.
        lacks: &'static str,
    },
    /// A rule is there twice.
    #[error("rule `{rule}` of `{file}` is there twice")]
    Twice {
        /// The file.
        file: String,
        /// The rule.
        rule: String,
    },
    /// The code looks for something that no rule speaks of, or the other way round.
    #[error("rule `{rule}` of `{file}` is {what}")]
    Strange {
        /// The file.
        file: String,
        /// The rule.
        rule: String,
        /// What is wrong.
        what: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    #[serde(default)]
    rule: Vec<Rule>,
}

impl Catalogue {
    /// Reads a rule file, which has to speak of every rule that the code knows, and no other.
    pub fn parse(file: &str, text: &str, known: &[&str]) -> Result<Self, CatalogueError> {
        let fault = |error: toml::de::Error| CatalogueError::File {
            file: file.to_owned(),
            reason: error.to_string().trim_end().to_owned(),
        };
        let read: RuleFile = toml::from_str(text).map_err(fault)?;
        let mut rules = BTreeMap::new();
        for rule in read.rule {
            shown(file, &rule)?;
            let (file, name) = (file.to_owned(), rule.id.clone());
            if !known.contains(&name.as_str()) {
                return Err(CatalogueError::Strange { file, rule: name, what: "not known" });
            }
            if rules.insert(name.clone(), rule).is_some() {
                return Err(CatalogueError::Twice { file, rule: name });
            }
        }
        let absent = known.iter().find(|name| !rules.contains_key(**name));
        if let Some(rule) = absent {
            let (file, rule) = (file.to_owned(), (*rule).to_owned());
            return Err(CatalogueError::Strange { file, rule, what: "not there" });
        }
        Ok(Self { rules, sha256: hex(text.as_bytes()) })
    }

    /// The rules in order.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// Where they come from.
    pub fn source(&self, name: &str) -> Source {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Source { name: name.to_owned(), version, sha256: self.sha256.clone() }
    }

    /// A finding of a rule. What is said of it fills the message in; the subject is what it is
    /// known by.
    pub fn found(&self, rule: &str, said: &[(&str, &str)], subject: &str) -> Found {
        let known = self.rules.get(rule);
        let message = known.map_or_else(|| rule.to_owned(), |rule| filled(&rule.message, said));
        let remedy = known.map_or_else(String::new, |rule| filled(&rule.remedy, said));
        Found {
            rule: Cow::Owned(rule.to_owned()),
            severity: known.map_or(Severity::High, |rule| rule.severity),
            path: None,
            span: None,
            message,
            remedy: Cow::Owned(remedy),
            subject: subject.as_bytes().to_vec(),
        }
    }
}

/// A finding at a line of a file; at none where the line is zero.
pub fn placed(mut found: Found, path: &RepoPath, line: u32) -> Found {
    found.path = Some(path.clone());
    found.span = (line > 0).then(|| Span::line(line));
    found
}

fn shown(file: &str, rule: &Rule) -> Result<(), CatalogueError> {
    let unshown = |lacks| CatalogueError::Unshown { file: file.to_owned(), rule: rule.id.clone(), lacks };
    match (rule.catches.is_empty(), rule.passes.is_empty()) {
        (true, _) => Err(unshown("catch")),
        (_, true) => Err(unshown("let pass")),
        _ => Ok(()),
    }
}

/// Strangers' texts are put in one after another, so that none is looked through for names.
fn filled(template: &str, said: &[(&str, &str)]) -> String {
    let mut parts = template.split('{');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        let value = said.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
        out.extend(value.chars().filter(|char| !char.is_control()).take(200));
        out.push_str(rest);
    }
    out
}

/// The SHA-256 of some bytes, in hexadecimal.
fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: &str =
        "[[rule]]\nid = \"a/b\"\nseverity = \"low\"\nmessage = \"m\"\nremedy = \"r\"\nreference = \"x\"\n";

    #[test]
    fn a_rule_without_both_cases_does_not_load() {
        let error = Catalogue::parse("a.toml", HALF, &["a/b"]).expect_err("no case");
        assert_eq!(error.to_string(), "rule `a/b` of `a.toml` lacks a case that it must catch");
        let more = format!("{HALF}[[rule.match]]\nfiles = {{}}\n");
        let error = Catalogue::parse("a.toml", &more, &["a/b"]).expect_err("no case");
        assert_eq!(error.to_string(), "rule `a/b` of `a.toml` lacks a case that it must let pass");
    }

    #[test]
    fn a_rule_that_is_not_known_or_not_there_is_told() {
        let whole = format!("{HALF}[[rule.match]]\nfiles = {{}}\n[[rule.miss]]\nfiles = {{}}\n");
        assert!(Catalogue::parse("a.toml", &whole, &["a/b"]).is_ok());
        assert!(Catalogue::parse("a.toml", &whole, &[]).is_err());
        assert!(Catalogue::parse("a.toml", &whole, &["a/b", "a/c"]).is_err());
    }

    #[test]
    fn a_stranger_s_text_in_a_message_is_not_looked_through() {
        assert_eq!(filled("a `{x}` of `{y}`", &[("x", "{y}\n"), ("y", "z")]), "a `{y}` of `z`");
    }
}
