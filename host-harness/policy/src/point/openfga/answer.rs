//! What an answer of OpenFGA comes to.

use std::collections::BTreeSet;

use agent_contract::fault::shown;
use serde_json::{Map, Value};

use crate::{
    Code,
    answer::{Objection, Word},
};

/// Reads the answer to a Check. Whatever goes wrong is an objection; a plain no is a word.
pub fn read(answer: &Value) -> Result<Word, Objection> {
    let fields = object(answer)?;
    decided(fields, &["code", "message"], &["resolution"])
}

/// Reads the answer to a BatchCheck: what each check came to, in the order of the ids. An
/// answer that does not answer each once answers none.
pub fn read_batch(answer: &Value, correlation_ids: &[String]) -> Vec<Result<Word, Objection>> {
    match results(answer, correlation_ids) {
        Err(objection) => correlation_ids.iter().map(|_| Err(objection.clone())).collect(),
        Ok(results) => correlation_ids.iter().map(|id| single(results.get(id))).collect(),
    }
}

/// The results, where there is one for each id and no other.
fn results<'a>(answer: &'a Value, ids: &[String]) -> Result<&'a Map<String, Value>, Objection> {
    let fields = object(answer)?;
    if let Some(result) = fields.get("result").filter(|_| fields.len() == 1) {
        let result = object(result)?;
        let asked: BTreeSet<&String> = ids.iter().collect();
        let answered: BTreeSet<&String> = result.keys().collect();
        return match asked == answered && asked.len() == ids.len() {
            true => Ok(result),
            false => Err(Objection::new(Code::PointBatch, "the answer does not answer each check once")),
        };
    }
    let failed = fields.contains_key("code") || fields.contains_key("message");
    match (failed, fields.contains_key("result")) {
        (true, true) => Err(clash()),
        (true, false) => Err(failure(fields)),
        (false, true) => Err(shape("holds more than the results")),
        (false, false) => Err(Objection::new(Code::PointBatch, "the answer holds no results")),
    }
}

fn single(result: Option<&Value>) -> Result<Word, Objection> {
    decided(object(result.unwrap_or(&Value::Null))?, &["error"], &[])
}

/// Only a literal `true`, beside nothing that says otherwise, allows.
fn decided(fields: &Map<String, Value>, failures: &[&str], ignored: &[&str]) -> Result<Word, Objection> {
    let failed = failures.iter().any(|name| fields.contains_key(*name));
    match fields.get("allowed") {
        Some(_) if failed => Err(clash()),
        None if failed => Err(failure(fields)),
        _ if fields.keys().any(|name| name != "allowed" && !ignored.contains(&name.as_str())) => {
            Err(shape("holds what no answer of OpenFGA holds"))
        }
        Some(Value::Bool(true)) => Ok(Word::allow()),
        Some(Value::Bool(false)) => {
            Ok(Word::deny(Objection::new(Code::PointDenied, "the agent does not have the relation")))
        }
        Some(other) => Err(Objection::new(
            Code::PointDecisionKind,
            format!("`allowed` is `{}`, neither `true` nor `false`", shown(&other.to_string())),
        )),
        None => Err(Objection::new(Code::PointUndecided, "the answer has no `allowed`")),
    }
}

/// What a server says of its own failure: its code, where it gives one, and its message.
fn failure(fields: &Map<String, Value>) -> Objection {
    let fields = fields.get("error").and_then(Value::as_object).unwrap_or(fields);
    let said: Vec<String> = ["code", "input_error", "internal_error", "message"]
        .iter()
        .filter_map(|name| fields.get(*name)?.as_str().map(shown))
        .collect();
    Objection::new(Code::PointError, format!("OpenFGA failed: `{}`", said.join(": ")))
}

fn object(value: &Value) -> Result<&Map<String, Value>, Objection> {
    value.as_object().ok_or_else(|| shape("is no object where there should be one"))
}

fn clash() -> Objection {
    Objection::new(Code::PointClash, "the answer both decides and reports an error")
}

fn shape(message: &str) -> Objection {
    Objection::new(Code::PointShape, format!("the answer {message}"))
}
