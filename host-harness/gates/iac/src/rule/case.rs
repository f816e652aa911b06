//! Cases: what a rule must and must not find, kept beside it.

use agent_contract::RepoPath;
use finding::{Held, Look, message_fault};

use super::{Rules, text};
use crate::{kind::Family, scanner, together};

#[derive(Debug, Clone)]
pub(super) struct Case {
    path: RepoPath,
    text: String,
    found: bool,
}

/// A case that came out otherwise than its rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFailure {
    /// The rule.
    pub rule: String,
    /// The case.
    pub case: String,
    /// What was wrong.
    pub reason: String,
}

/// The cases of a rule, each set into its frame; none without both kinds.
pub(super) fn cases(rule: &text::RuleText, file: &text::RuleFile) -> Result<Vec<Case>, String> {
    if rule.matches.is_empty() {
        return Err("it has no `match` case".to_owned());
    }
    if rule.miss.is_empty() {
        return Err("it has no `miss` case".to_owned());
    }
    let frame = match &rule.frame {
        None => None,
        Some(name) => {
            Some(file.frames.get(name).ok_or_else(|| format!("there is no frame `{name}`"))?.as_str())
        }
    };
    let name = rule.file.as_deref().unwrap_or(match file.family {
        Family::Kubernetes => "deploy/case.yaml",
        Family::Helm => "chart/values.yaml",
        Family::Terraform => "main.tf",
        Family::Actions => ".github/workflows/case.yml",
    });
    let path = RepoPath::parse(name).map_err(|error| error.to_string())?;
    let case = |text: &String, found| Case { path: path.clone(), text: framed(frame, text), found };
    let matches = rule.matches.iter().map(|text| case(text, true));
    Ok(matches.chain(rule.miss.iter().map(|text| case(text, false))).collect())
}

fn framed(frame: Option<&str>, case: &str) -> String {
    let Some(frame) = frame else { return case.to_owned() };
    let mut out = String::new();
    for line in frame.lines() {
        let Some(at) = line.find("{case}") else {
            out.push_str(line);
            out.push('\n');
            continue;
        };
        for inner in case.lines().filter(|inner| !inner.trim().is_empty()) {
            out.push_str(&" ".repeat(at));
            out.push_str(inner);
            out.push('\n');
        }
    }
    out
}

pub(super) fn try_all(rules: &Rules) -> Vec<CaseFailure> {
    let mut failures = Vec::new();
    for rule in &rules.rules {
        for case in &rule.cases {
            let reason = tried(rules, rule, case).err();
            let failure = |reason| CaseFailure { rule: rule.id.clone(), case: case.text.clone(), reason };
            failures.extend(reason.map(failure));
        }
    }
    failures
}

fn tried(rules: &Rules, rule: &super::Rule, case: &Case) -> Result<(), String> {
    let mut found = match scanner::look(rules, &case.path, case.text.as_bytes()) {
        Look::Scanned(found) => found,
        Look::Skipped(reason) => return Err(format!("it was skipped: {reason}")),
        Look::Broken(reason) => return Err(format!("it was not read: {reason}")),
    };
    if rule.is_of_the_module() {
        let tree = Held::from_iter([(case.path.as_str(), case.text.as_bytes())]);
        found = together::survey(rules, &tree).found;
    }
    let own: Vec<_> = found.iter().filter(|found| found.rule == rule.id.as_str()).collect();
    if let Some(fault) = own.iter().find_map(|found| message_fault(&found.message)) {
        return Err(fault.to_owned());
    }
    match (!own.is_empty(), case.found) {
        (true, false) => Err("it was found and must not be".to_owned()),
        (false, true) => Err("it was not found".to_owned()),
        _ => Ok(()),
    }
}
