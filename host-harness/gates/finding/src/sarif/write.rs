use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Baseline, Kind, Level, Place, Reported, Rule, Run, Suppression};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes a report. The same runs give the same bytes.
pub fn write(runs: &[Run]) -> Vec<u8> {
    let runs: Vec<Value> = runs.iter().map(run).collect();
    let report = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": runs });
    let mut text = format!("{:#}", sorted(report));
    text.push('\n');
    text.into_bytes()
}

/// Members in the order of their names, whichever map serde_json was built with.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        Value::Object(members) => {
            let members: BTreeMap<_, _> = members.into_iter().collect();
            Value::Object(members.into_iter().map(|(name, value)| (name, sorted(value))).collect())
        }
        other => other,
    }
}

/// An object of those members that say something.
fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let present = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(present.collect::<Map<_, _>>())
}

fn text(text: &Option<String>) -> Option<Value> {
    text.as_deref().map(Value::from)
}

fn prose(text: &Option<String>) -> Option<Value> {
    text.as_deref().map(|text| json!({ "text": text }))
}

fn unless_empty(values: Vec<Value>) -> Option<Value> {
    (!values.is_empty()).then_some(Value::Array(values))
}

fn run(run: &Run) -> Value {
    let driver = object([
        ("name", Some(run.tool.name.as_str().into())),
        ("version", text(&run.tool.version)),
        ("rules", Some(run.rules.iter().map(rule).collect())),
    ]);
    let notes = run.faults.iter().map(|fault| json!({ "level": "error", "message": { "text": fault } }));
    let invocation = object([
        ("executionSuccessful", Some(run.faults.is_empty().into())),
        ("toolExecutionNotifications", unless_empty(notes.collect())),
    ]);
    let properties: Map<String, Value> = run.properties.clone().into_iter().collect();
    object([
        ("tool", Some(json!({ "driver": driver }))),
        ("automationDetails", run.category.as_deref().map(|id| json!({ "id": id }))),
        ("invocations", Some(json!([invocation]))),
        ("results", Some(run.results.iter().map(reported).collect())),
        ("properties", (!properties.is_empty()).then_some(Value::Object(properties))),
    ])
}

fn rule(rule: &Rule) -> Value {
    object([
        ("id", Some(rule.id.as_str().into())),
        ("shortDescription", prose(&rule.summary)),
        ("help", prose(&rule.help)),
        ("helpUri", text(&rule.link)),
        ("defaultConfiguration", rule.level.map(|set| json!({ "level": level(set) }))),
        ("properties", bag(&rule.security_severity, rule.tags.iter())),
    ])
}

fn bag<'a>(severity: &Option<String>, tags: impl Iterator<Item = &'a String>) -> Option<Value> {
    let tags: Vec<Value> = tags.map(|tag| tag.as_str().into()).collect();
    let said = severity.is_some() || !tags.is_empty();
    said.then(|| object([("security-severity", text(severity)), ("tags", unless_empty(tags))]))
}

fn reported(result: &Reported) -> Value {
    let prints: Map<String, Value> =
        result.fingerprints.iter().map(|(name, print)| (name.clone(), print.as_str().into())).collect();
    object([
        ("ruleId", text(&result.rule)),
        ("ruleIndex", result.rule_at.map(Value::from)),
        ("kind", Some(kind(result.kind).into())),
        ("level", Some(level(result.level).into())),
        ("message", Some(json!({ "text": result.message }))),
        ("locations", unless_empty(result.places.iter().map(place).collect())),
        ("partialFingerprints", (!prints.is_empty()).then_some(Value::Object(prints))),
        ("suppressions", unless_empty(result.suppressions.iter().map(suppression).collect())),
        ("baselineState", result.baseline.map(|state| baseline(state).into())),
        ("properties", bag(&result.security_severity, result.tags.iter())),
    ])
}

fn place(place: &Place) -> Value {
    let region = place.span.map(|span| {
        json!({
            "startLine": span.line, "startColumn": span.column,
            "endLine": span.end_line, "endColumn": span.end_column,
        })
    });
    let physical = place
        .uri
        .as_deref()
        .map(|uri| object([("artifactLocation", Some(json!({ "uri": uri }))), ("region", region)]));
    let logical = place.logical.as_deref().map(|name| json!([{ "fullyQualifiedName": name }]));
    object([("physicalLocation", physical), ("logicalLocations", logical)])
}

fn suppression(suppression: &Suppression) -> Value {
    object([
        ("kind", Some(if suppression.in_source { "inSource" } else { "external" }.into())),
        ("status", Some(if suppression.accepted { "accepted" } else { "rejected" }.into())),
        ("justification", text(&suppression.justification)),
    ])
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::None => "none",
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Fail => "fail",
        Kind::Pass => "pass",
        Kind::NotApplicable => "notApplicable",
        Kind::Informational => "informational",
        Kind::Open => "open",
        Kind::Review => "review",
    }
}

const fn baseline(state: Baseline) -> &'static str {
    match state {
        Baseline::New => "new",
        Baseline::Unchanged => "unchanged",
        Baseline::Updated => "updated",
        Baseline::Absent => "absent",
    }
}
