use std::collections::{BTreeMap, BTreeSet};

use agent_contract::gate::{Finding, GateOutcome, GateResult, Location, Severity, Standing, Waiver};
use serde_json::{Value, json};

use super::{Baseline, Kind, Level, Place, Reported, Rule, Run, Suppression, Tool};
use crate::Span;

/// The name under which we report.
const NAME: &str = "code-assist";
/// What a fingerprint of ours is called; the number goes up when it is made otherwise.
const FINGERPRINT: &str = "codeAssist/v1";

impl Run {
    /// What came of a gate, as a run of ours of this version.
    pub fn of(result: &GateResult, version: &str) -> Self {
        let (rules, at) = rules(result);
        let fails = matches!(result.outcome, GateOutcome::Error | GateOutcome::Unavailable);
        Self {
            tool: Tool { name: NAME.to_owned(), version: Some(version.to_owned()) },
            category: Some(format!("{NAME}/{}/", result.gate)),
            results: result.findings.iter().map(|finding| reported(finding, &at)).collect(),
            rules,
            faults: if fails { reasons(result) } else { Vec::new() },
            properties: properties(result),
        }
    }

    /// What the tools themselves report, ours being one: a run for each gate.
    pub fn all(results: &[GateResult], version: &str) -> Vec<Self> {
        results.iter().map(|result| Self::of(result, version)).collect()
    }
}

/// A gate that broke without a reason still did not end well.
fn reasons(result: &GateResult) -> Vec<String> {
    match result.reasons.as_slice() {
        [] => vec![format!("the gate ended as `{}`", result.outcome)],
        reasons => reasons.to_vec(),
    }
}

fn properties(result: &GateResult) -> BTreeMap<String, Value> {
    let mut properties = BTreeMap::from([
        ("gate".to_owned(), json!(result.gate)),
        ("outcome".to_owned(), json!(result.outcome)),
        ("required".to_owned(), json!(result.required)),
        ("reasons".to_owned(), json!(result.reasons)),
        ("sources".to_owned(), json!(result.sources)),
    ]);
    if !result.coverage.is_empty() {
        properties.insert("coverage".to_owned(), json!(result.coverage));
    }
    properties
}

/// The rules that the findings name, each as its gravest finding has it, and where each is.
fn rules(result: &GateResult) -> (Vec<Rule>, BTreeMap<&str, usize>) {
    let mut gravest: BTreeMap<&str, &Finding> = BTreeMap::new();
    for finding in &result.findings {
        let known = gravest.entry(&finding.rule).or_insert(finding);
        if finding.severity > known.severity {
            *known = finding;
        }
    }
    let at = gravest.keys().enumerate().map(|(at, rule)| (*rule, at)).collect();
    let tags = BTreeSet::from(["security".to_owned(), result.gate.to_string()]);
    (gravest.values().map(|finding| rule(finding, &tags)).collect(), at)
}

fn rule(finding: &Finding, tags: &BTreeSet<String>) -> Rule {
    Rule {
        id: finding.rule.clone(),
        summary: Some(finding.message.clone()),
        help: Some(finding.remedy.clone()),
        link: None,
        level: Some(level(finding.severity)),
        security_severity: Some(score(finding.severity).to_owned()),
        tags: tags.clone(),
    }
}

fn reported(finding: &Finding, rules: &BTreeMap<&str, usize>) -> Reported {
    Reported {
        rule: Some(finding.rule.clone()),
        rule_at: rules.get(finding.rule.as_str()).copied(),
        kind: Kind::Fail,
        level: level(finding.severity),
        security_severity: Some(score(finding.severity).to_owned()),
        message: finding.message.clone(),
        places: finding.location.iter().map(place).collect(),
        fingerprints: BTreeMap::from([(FINGERPRINT.to_owned(), finding.fingerprint.clone())]),
        suppressions: finding.waiver.iter().map(suppression).collect(),
        baseline: Some(match finding.standing {
            Standing::New => Baseline::New,
            Standing::Old => Baseline::Unchanged,
        }),
        tags: BTreeSet::from([format!("tool/{}", finding.tool)]),
    }
}

fn place(location: &Location) -> Place {
    let span = location.line.map(|line| {
        let column = location.column.unwrap_or(1).max(1);
        let end_line = location.end_line.unwrap_or(line).max(line);
        let least = if end_line == line { column } else { 1 };
        let end_column = location.end_column.unwrap_or(least).max(least);
        Span { line: line.max(1), column, end_line: end_line.max(1), end_column }
    });
    Place::at(&location.path, span)
}

fn suppression(waiver: &Waiver) -> Suppression {
    let Waiver { reason, owner, expires, .. } = waiver;
    Suppression {
        in_source: false,
        accepted: true,
        justification: Some(format!("{reason} ({owner}, until {expires})")),
    }
}

const fn level(severity: Severity) -> Level {
    match severity {
        Severity::Low => Level::Note,
        Severity::Medium => Level::Warning,
        Severity::High | Severity::Critical => Level::Error,
    }
}

/// A number in the middle of what code hosts take for that severity.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "2.0",
        Severity::Medium => "5.5",
        Severity::High => "8.0",
        Severity::Critical => "9.5",
    }
}
