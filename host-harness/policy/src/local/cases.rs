//! Cases of a policy: what it is to say of a matter, and by which rule.

use agent_contract::{CapabilityName, RunMode, fault::shown};
use serde::Deserialize;

use super::{
    OwnedMatter, Policy, PolicyError,
    examples::{Example, told},
    written::{Lines, Placed, Table, WrittenExample, word},
};
use crate::answer::Stance;

/// What a policy is to say of a matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its name; its line where it has none.
    pub name: String,
    /// The line on which it begins.
    pub line: usize,
    /// The rule that is to decide, where that matters; `default` where none speaks.
    pub rule: Option<String>,
    example: Example,
}

/// A case in which the policy says something else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} (line {line}): {message}")]
pub struct Failed {
    /// The case.
    pub name: String,
    /// The line on which it begins.
    pub line: usize,
    /// What was expected, and what came.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCases {
    cases: Vec<Placed<Table<WrittenCase>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCase {
    name: Option<String>,
    capability: CapabilityName,
    mode: Option<RunMode>,
    path: Option<Placed<String>>,
    branch: Option<Placed<String>>,
    base_branch: Option<Placed<String>>,
    check: Option<Placed<String>>,
    binding: Option<Placed<String>>,
    #[serde(deserialize_with = "word")]
    expect: Stance,
    rule: Option<String>,
}

/// Parses a file of cases.
pub fn parse(text: &str) -> Result<Vec<Case>, PolicyError> {
    let written: WrittenCases = toml::from_str(text).map_err(|error| PolicyError::toml(&error, text))?;
    let lines = Lines::of(text);
    written.cases.into_iter().enumerate().map(|(number, case)| case_of(number, case, &lines)).collect()
}

fn case_of(number: usize, written: Placed<Table<WrittenCase>>, lines: &Lines) -> Result<Case, PolicyError> {
    let (span, line) = (written.span(), lines.at(&written));
    let WrittenCase { name, capability, mode, path, branch, base_branch, check, binding, expect, rule } =
        written.into_inner().0;
    let example = WrittenExample { capability, mode, path, branch, base_branch, check, binding, expect };
    let example = Example::of(&Placed::new(span, Table(example)), lines)?;
    let name = name.unwrap_or_else(|| format!("cases[{number}]"));
    Ok(Case { name, line, rule, example })
}

/// The cases that fail. One without a mode is to hold in every mode.
pub fn run(policy: &Policy, cases: &[Case]) -> Vec<Failed> {
    cases.iter().filter_map(|case| failure(policy, case)).collect()
}

fn failure(policy: &Policy, case: &Case) -> Option<Failed> {
    let message = case.example.matters(RunMode::ALL).iter().find_map(|matter| fault(policy, case, matter))?;
    Some(Failed { name: shown(&case.name), line: case.line, message })
}

fn fault(policy: &Policy, case: &Case, matter: &OwnedMatter) -> Option<String> {
    let opinion = policy.judge(&matter.matter());
    let (expected, came) = (told(case.example.expect), told(opinion.stance));
    let what = format!("{} in a {}", matter.matter().told(), matter.mode);
    match &case.rule {
        _ if opinion.stance != case.example.expect => {
            Some(format!("expects `{expected}` for {what}, and `{came}` came from {}", opinion.decided_by()))
        }
        Some(rule) if *rule != opinion.rule => Some(format!(
            "expects rule `{}` to decide on {what}, and {} did",
            shown(rule),
            opinion.decided_by()
        )),
        _ => None,
    }
}
