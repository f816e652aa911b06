//! Where two runs differ, but for what differs in any two: ids, times, durations.

use std::collections::VecDeque;

use agent_contract::trace::{Kind, Record};
use serde::Serialize;
use serde_json::Value;

use crate::{LedgerError, Reader};

/// Differences that are told at the most.
const TOLD_MAX: usize = 20;
/// What differs in any two runs.
const FLEETING: &[&str] = &[
    "latency_us",
    "duration_ms",
    "expires_ms",
    "issued_ms",
    "time_ms",
    "request_sha256",
    "asked_ms",
    "setting",
];

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The place in the one run, and in the other.
    pub records: (Option<u64>, Option<u64>),
    /// Where in the records: `kind`, or a pointer into the body.
    pub at: String,
    /// What the one says there.
    pub one: Value,
    /// What the other says.
    pub other: Value,
}

/// Compares two runs, record by record.
pub fn diff(one: (&Reader, &str), other: (&Reader, &str)) -> Result<Vec<Difference>, LedgerError> {
    let (mut left, mut right) = (records(one)?, records(other)?);
    let mut differences = Vec::new();
    while differences.len() < TOLD_MAX {
        match (left.pop_front(), right.pop_front()) {
            (None, None) => break,
            (Some(a), Some(b)) if a.kind == b.kind => {
                compare(&a, &b, &mut Vec::new(), (&a.body, &b.body), &mut differences);
            }
            (a, b) => {
                let kind = |record: &Option<Record>| {
                    record.as_ref().map_or(Value::Null, |one| described(one).into())
                };
                differences.push(Difference {
                    records: (a.as_ref().map(|one| one.seq), b.as_ref().map(|one| one.seq)),
                    at: "kind".to_owned(),
                    one: kind(&a),
                    other: kind(&b),
                });
                break;
            }
        }
    }
    differences.truncate(TOLD_MAX);
    Ok(differences)
}

fn records((reader, run_id): (&Reader, &str)) -> Result<VecDeque<Record>, LedgerError> {
    let mut records = VecDeque::new();
    let tail = run_id.get(run_id.len().saturating_sub(12)..).unwrap_or(run_id).to_owned();
    reader.records(run_id, |mut record| {
        settle(&mut record.body, run_id, &tail);
        records.push_back(record);
    })?;
    Ok(records)
}

/// Takes out what differs in any two runs.
fn settle(value: &mut Value, run_id: &str, tail: &str) {
    match value {
        Value::String(text) => {
            if text.contains(tail) {
                *text = text.replace(run_id, "run").replace(tail, "run");
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| settle(value, run_id, tail)),
        Value::Object(fields) => {
            fields.retain(|name, value| {
                let id = name == "id" && value.as_str().is_some_and(|id| id.starts_with("dec-"));
                !id && !FLEETING.contains(&name.as_str())
            });
            fields.values_mut().for_each(|value| settle(value, run_id, tail));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn described(record: &Record) -> String {
    match (record.kind, record.body.get("function").and_then(Value::as_str)) {
        (Kind::CallOpened, Some(function)) => format!("{} {function}", record.kind),
        (kind, _) => kind.to_string(),
    }
}

fn compare(
    a: &Record,
    b: &Record,
    path: &mut Vec<String>,
    (one, other): (&Value, &Value),
    found: &mut Vec<Difference>,
) {
    if one == other || found.len() >= TOLD_MAX {
        return;
    }
    match (one, other) {
        (Value::Object(left), Value::Object(right)) => {
            let names: std::collections::BTreeSet<_> = left.keys().chain(right.keys()).collect();
            for name in names {
                path.push(name.clone());
                let values =
                    (left.get(name).unwrap_or(&Value::Null), right.get(name).unwrap_or(&Value::Null));
                compare(a, b, path, values, found);
                path.pop();
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (at, values) in left.iter().zip(right).enumerate() {
                path.push(at.to_string());
                compare(a, b, path, values, found);
                path.pop();
            }
        }
        _ => found.push(Difference {
            records: (Some(a.seq), Some(b.seq)),
            at: format!("{} /{}", described(a), path.join("/")),
            one: one.clone(),
            other: other.clone(),
        }),
    }
}
