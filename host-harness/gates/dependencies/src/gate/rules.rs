use std::collections::BTreeMap;

use finding::Severity;
use serde::Deserialize;

const EMBEDDED: &str = include_str!("../../rules/dependencies.toml");

/// Why rules can't be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The file is not of the form of rules.
    #[error("can't read the rule file `{file}`: {reason}")]
    Malformed {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// The rule is not shown to catch anything, or to leave anything alone.
    #[error("the rule `{rule}` in `{file}` has no `{missing}` case")]
    Untried {
        /// The file.
        file: String,
        /// The rule.
        rule: String,
        /// What is missing.
        missing: &'static str,
    },
    /// This gate has no such rule.
    #[error("the rule `{rule}` in `{file}` is none of this gate's")]
    Unknown {
        /// The file.
        file: String,
        /// The rule.
        rule: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Rule>,
}

/// What is told of one kind of thing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, after `dependencies/`.
    pub id: String,
    /// How grave it is.
    pub severity: Severity,
    message: String,
    remedy: String,
    #[serde(default)]
    hopeless: Option<String>,
    /// Where to read more.
    pub reference: String,
    /// What it must catch.
    #[serde(rename = "match", default)]
    pub matches: Vec<Case>,
    /// What it must leave alone.
    #[serde(rename = "miss", default)]
    pub misses: Vec<Case>,
}

/// A tree that a rule is tried on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The tree.
    pub files: BTreeMap<String, String>,
    /// The tree before the change.
    #[serde(default)]
    pub before: BTreeMap<String, String>,
    /// Files that were imported as advisories, beside those that every case has.
    #[serde(default)]
    pub advisories: BTreeMap<String, String>,
}

/// The rules of the gate, by name.
#[derive(Debug, Clone)]
pub struct Rules(BTreeMap<String, Rule>);

impl Rules {
    /// Those that the gate brings.
    pub fn embedded() -> Result<Self, RuleError> {
        Ok(Self(parse("rules/dependencies.toml", EMBEDDED)?.into_iter().map(named).collect()))
    }

    /// With an operator's own severities and words for some of them.
    pub fn with(mut self, file: &str, text: &str) -> Result<Self, RuleError> {
        for rule in parse(file, text)? {
            if !self.0.contains_key(&rule.id) {
                return Err(RuleError::Unknown { file: file.to_owned(), rule: rule.id });
            }
            self.0.insert(rule.id.clone(), rule);
        }
        Ok(self)
    }

    /// Every rule.
    pub fn all(&self) -> impl Iterator<Item = &Rule> {
        self.0.values()
    }

    pub(super) fn get(&self, id: &str) -> Option<&Rule> {
        self.0.get(id)
    }

    /// The rules as they were written, to tell what a result relied on.
    pub(super) fn text(&self) -> String {
        format!("{:?}", self.0)
    }
}

fn named(rule: Rule) -> (String, Rule) {
    (rule.id.clone(), rule)
}

fn parse(file: &str, text: &str) -> Result<Vec<Rule>, RuleError> {
    let rules: File = toml::from_str(text).map_err(|error| RuleError::Malformed {
        file: file.to_owned(),
        reason: error.message().to_owned(),
    })?;
    for rule in &rules.rule {
        let cases = [("match", rule.matches.is_empty()), ("miss", rule.misses.is_empty())];
        if let Some((missing, _)) = cases.into_iter().find(|(_, empty)| *empty) {
            return Err(RuleError::Untried { file: file.to_owned(), rule: rule.id.clone(), missing });
        }
    }
    Ok(rules.rule)
}

impl Rule {
    /// Its message, with the words of the case.
    pub(super) fn message(&self, words: &[(&str, &str)]) -> String {
        fill(&self.message, words)
    }

    /// Its remedy; where it needs a fixed version and there is none, what else to do.
    pub(super) fn remedy(&self, words: &[(&str, &str)]) -> String {
        let fixed = words.iter().any(|(name, value)| *name == "fixed" && !value.is_empty());
        match &self.hopeless {
            Some(hopeless) if !fixed => fill(hopeless, words),
            _ => fill(&self.remedy, words),
        }
    }
}

/// Puts words in, in one pass, so that what a stranger wrote is never itself filled in.
fn fill(template: &str, words: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            continue;
        };
        text.push_str(words.iter().find(|(word, _)| *word == name).map_or("", |(_, value)| value));
        rest = after;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str =
        "[[rule]]\nid = 'yanked'\nseverity = 'high'\nmessage = 'm'\nremedy = 'r'\nreference = 'x'\n";
    const CASE: &str = "= [{ files = { 'a' = '' } }]\n";

    #[test]
    fn a_rule_without_both_cases_does_not_load() {
        let rules = || Rules::embedded().expect("they load");
        for (text, missing) in [(ONE.to_owned(), "match"), (format!("{ONE}match {CASE}"), "miss")] {
            let error = rules().with("mine.toml", &text).expect_err("it is untried");
            assert!(matches!(error, RuleError::Untried { missing: told, .. } if told == missing), "{error}");
        }
        let whole = format!("{ONE}match {CASE}miss {CASE}");
        let rules = rules().with("mine.toml", &whole).expect("it loads");
        assert_eq!(rules.get("yanked").map(|rule| rule.severity), Some(Severity::High));
        let foreign = whole.replace("yanked", "mine");
        assert!(matches!(rules.with("mine.toml", &foreign), Err(RuleError::Unknown { .. })));
    }

    #[test]
    fn words_are_put_in_once() {
        let words = [("package", "{version}"), ("version", "1")];
        assert_eq!(fill("`{package}` {version}{none}", &words), "`{version}` 1");
    }
}
