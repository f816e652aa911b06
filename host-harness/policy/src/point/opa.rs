//! Open Policy Agent: the input document, which a policy reads in the process and over
//! HTTP alike, and the data API's request and answer.

use agent_contract::fault::shown;
use serde_json::{Map, Value, json};

use super::{Exchange, rego::RulePath};
use crate::{
    Code,
    answer::{Objection, Word},
    context::DecisionContext,
};

/// How many words of an answer are passed on to people.
pub(super) const REASONS_MAX: usize = 16;

/// What a policy sees as `input`: the whole decision context, nothing renamed.
pub fn input(context: &DecisionContext) -> Value {
    // A context that is no JSON can't be built; if it ever were, nothing is defined in
    // `null` and the policy decides nothing.
    serde_json::to_value(context).unwrap_or_default()
}

/// Where a rule answers: `/v1/data/` and the rule's path below `data`.
pub fn path(rule: &RulePath) -> String {
    rule.below_data().iter().fold("/v1/data".to_owned(), |path, segment| path + "/" + &encoded(segment))
}

/// The request for a decision.
pub fn exchange(rule: &RulePath, context: &DecisionContext) -> Exchange {
    Exchange { path: path(rule), body: Some(json!({ "input": input(context) })), request_id: None }
}

/// Reads an answer of the data API. Only a `result` of `true`, and nothing that
/// contradicts it, allows.
pub fn read(answer: &Value) -> Result<Word, Objection> {
    let Value::Object(members) = answer else {
        return Err(Objection::new(Code::PointShape, "the answer is no JSON object"));
    };
    match (members.get("result"), reported(members)) {
        (Some(_), Some(_)) => {
            Err(Objection::new(Code::PointClash, "the answer holds a `result` and an error at once"))
        }
        (None, Some(error)) => Err(Objection::new(Code::PointError, error)),
        (result, None) => Ok(Word { reasons: reasons(members), ..decided(result) }),
    }
}

/// What the result of a rule comes to, wherever the rule was evaluated. `None` is
/// undefined.
pub(super) fn decided(result: Option<&Value>) -> Word {
    let (code, message) = match result {
        Some(Value::Bool(true)) => return Word::allow(),
        Some(Value::Bool(false)) => (Code::PointDenied, "the rule is `false`".to_owned()),
        Some(other) => (Code::RegoKind, format!("the rule is {}, not `true` or `false`", kind(other))),
        None => (Code::RegoUndefined, "the rule is undefined for this input".to_owned()),
    };
    Word::deny(Objection::new(code, message))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array or a set",
        Value::Object(_) => "an object",
    }
}

/// The error that an answer reports, with its particulars.
fn reported(members: &Map<String, Value>) -> Option<String> {
    if !["code", "errors"].iter().any(|name| members.contains_key(*name)) {
        return None;
    }
    let said = |of: &Map<String, Value>, name: &str| of.get(name).and_then(Value::as_str).map(shown);
    let errors = members.get("errors").and_then(Value::as_array);
    let particulars = errors.into_iter().flatten().filter_map(Value::as_object);
    let particulars = particulars.filter_map(|error| said(error, "message")).take(REASONS_MAX);
    let words = [said(members, "code"), said(members, "message")].into_iter().flatten().chain(particulars);
    Some(words.fold("Open Policy Agent reports an error".to_owned(), |text, word| text + ": " + &word))
}

fn reasons(members: &Map<String, Value>) -> Vec<String> {
    let decision = members.get("decision_id").and_then(Value::as_str);
    let decision = decision.map(|id| format!("decision_id: {}", shown(id)));
    let warning = members.get("warning").map(|warning| match warning {
        Value::Object(of) => {
            of.get("message").and_then(Value::as_str).map_or_else(|| warning.to_string(), str::to_owned)
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    decision.into_iter().chain(warning.map(|text| format!("warning: {}", shown(&text)))).collect()
}

/// A path segment in which nothing can be taken for a separator.
fn encoded(segment: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_~.".contains(byte);
    // `.` and `..` would be taken for the folder and its parent.
    let dots = segment.bytes().all(|byte| byte == b'.');
    let byte = |byte: u8| match plain(&byte) && !dots {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    segment.bytes().map(byte).collect()
}
