//! The answer: only a literal `true` that nothing in it contradicts is a yes.

use agent_contract::fault::shown;
use serde_json::{Map, Value};

use super::obligation;
use crate::{
    Code,
    answer::{Objection, Word},
    point::heard::kind,
};

#[cfg(test)]
mod tests;

/// Reasons that are kept of an answer.
const REASONS_MAX: usize = 16;

type Fields = Map<String, Value>;

/// Reads the answer to one evaluation. A plain no is a word; whatever can't be taken at
/// its word is an objection.
pub fn read(answer: &Value) -> Result<Word, Objection> {
    let fields = object("the answer", answer)?;
    let context = match fields.get("context") {
        None => &Map::new(),
        Some(context) => object("`context`", context)?,
    };
    if fields.contains_key("decision") && fields.contains_key("evaluations") {
        return Err(Objection::new(Code::PointClash, "the answer to one evaluation has `evaluations` too"));
    }
    let reasons = reasons(context);
    match decision(fields)? {
        false => Ok(Word { reasons: reasons.clone(), ..Word::deny(denied(&reasons)) }),
        true => Ok(Word { reasons, ..allowed(fields, context)? }),
    }
}

/// Reads the answers to a batch of `count` evaluations, in order. Where there are more or
/// fewer nobody can tell which is to which, and none of them counts.
pub fn read_batch(answer: &Value, count: usize) -> Vec<Result<Word, Objection>> {
    match answers(answer, count) {
        Ok(answers) => answers.iter().map(read).collect(),
        Err(objection) => vec![Err(objection); count],
    }
}

fn answers(answer: &Value, count: usize) -> Result<&[Value], Objection> {
    let refused = |message: String| Err(Objection::new(Code::PointBatch, message));
    let fields = object("the answer", answer)?;
    if let Some(name) = fields.keys().find(|name| obligation::is_obligation(name)) {
        return refused(format!("`{}` is said of no single evaluation", shown(name)));
    }
    if fields.contains_key("decision") && fields.contains_key("evaluations") {
        return Err(Objection::new(
            Code::PointClash,
            "the answer to a batch has a `decision` beside its own",
        ));
    }
    match fields.get("evaluations") {
        None => refused("the answer has no `evaluations`".to_owned()),
        Some(Value::Array(list)) if list.len() == count => Ok(list),
        Some(Value::Array(list)) => {
            refused(format!("the answer has {} `evaluations`, and {count} were asked for", list.len()))
        }
        Some(other) => refused(format!("the answer's `evaluations` is {} and not a list", kind(other))),
    }
}

fn object<'a>(what: &str, value: &'a Value) -> Result<&'a Fields, Objection> {
    value.as_object().ok_or_else(|| {
        Objection::new(Code::PointShape, format!("{what} is {} and not an object", kind(value)))
    })
}

fn decision(fields: &Fields) -> Result<bool, Objection> {
    let Some(decision) = fields.get("decision") else {
        return Err(Objection::new(Code::PointUndecided, "the answer has no `decision`"));
    };
    let what = match decision {
        Value::Bool(decision) => return Ok(*decision),
        Value::String(text) => format!("the string `{}`", shown(text)),
        other => kind(other).to_owned(),
    };
    let message = format!("the `decision` is {what}, and only `true` and `false` decide");
    Err(Objection::new(Code::PointDecisionKind, message))
}

fn denied(reasons: &[String]) -> Objection {
    let message = match reasons {
        [] => "the decision point says no, and not why".to_owned(),
        reasons => format!("the decision point says no: {}", reasons.join("; ")),
    };
    Objection::new(Code::PointDenied, message)
}

/// A yes with all that it says besides.
fn allowed(fields: &Fields, context: &Fields) -> Result<Word, Objection> {
    contradiction("the answer", fields)?;
    contradiction("`context`", context)?;
    let demands = obligation::gather(fields.iter().chain(context))?;
    let word = match demands.approval {
        None => Word::allow(),
        Some(reason) if reason.is_empty() => Word::ask("the decision point wants a person to approve it"),
        Some(reason) => {
            Word::ask(format!("the decision point wants a person to approve it: {}", shown(&reason)))
        }
    };
    Ok(Word { narrowing: demands.narrowing, ..word })
}

/// A yes beside which something else is said of the decision, or of an error.
fn contradiction(place: &str, fields: &Fields) -> Result<(), Objection> {
    let against = |name: &str, value: &Value| match name.to_ascii_lowercase().as_str() {
        "decision" => *value != Value::Bool(true),
        "error" | "errors" => !value.is_null(),
        _ => false,
    };
    match fields.iter().find(|(name, value)| against(name, value)) {
        None => Ok(()),
        Some((name, _)) => Err(Objection::new(
            Code::PointClash,
            format!("the `decision` is `true`, and `{}` in {place} says otherwise", shown(name)),
        )),
    }
}

/// What is said for people: the reasons for users, for administrators and for anyone, and
/// the message of an error. Nothing depends on them, so what is no text is left out.
fn reasons(context: &Fields) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["reason_user", "reason_admin", "reason", "error"] {
        match context.get(name) {
            Some(Value::String(text)) => found.push(text),
            Some(Value::Object(texts)) => found.extend(texts.values().filter_map(|text| match text {
                Value::String(text) => Some(text),
                _ => None,
            })),
            _ => {}
        }
    }
    found.into_iter().take(REASONS_MAX).map(|text| shown(text)).collect()
}
