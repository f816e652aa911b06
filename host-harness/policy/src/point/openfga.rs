//! OpenFGA: Check and BatchCheck, with the model and the mapping in `schemas/openfga`. The
//! whole decision context goes along as the check's context; what relationships decide by
//! is the agent, the object, and a few contextual tuples.

mod answer;
mod id;
mod mapping;

use std::collections::BTreeSet;

use agent_contract::fault::shown;
use serde_json::{Map, Value, json};

use super::Exchange;
use crate::{Code, answer::Objection, blob::sha256, context::DecisionContext};

pub use answer::{read, read_batch};
pub use id::{decode, encode};
pub use mapping::{Asked, Tuple, asked, relation};

/// The number of checks that a server takes in a batch unless it is told otherwise.
pub const BATCH_MAX: usize = 50;

/// What the length of a correlation id may be.
const CORRELATION_CHARS_MAX: usize = 36;

/// Several checks in one request, with the id under which each is answered, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The request.
    pub exchange: Exchange,
    /// The ids, in the order of the contexts.
    pub correlation_ids: Vec<String>,
}

/// Derives a Check from a decision context, for a store and one model in it.
pub fn check(context: &DecisionContext, store: &str, model: &str) -> Result<Exchange, Objection> {
    let mut body = item(context)?;
    body.insert("authorization_model_id".to_owned(), json!(known(model, "model")?));
    body.insert("consistency".to_owned(), json!("HIGHER_CONSISTENCY"));
    exchange(store, "check", Value::Object(body))
}

/// Derives a BatchCheck from several decision contexts, for a store and one model in it.
pub fn batch_check(contexts: &[DecisionContext], store: &str, model: &str) -> Result<Batch, Objection> {
    let correlation_ids: Vec<String> = contexts.iter().map(correlation_id).collect();
    let distinct: BTreeSet<&String> = correlation_ids.iter().collect();
    if !(1..=BATCH_MAX).contains(&contexts.len()) || distinct.len() != contexts.len() {
        let count = contexts.len();
        return Err(unaskable(format!("{count} checks are no batch of 1 to {BATCH_MAX} different ones")));
    }
    let mut checks = Vec::with_capacity(contexts.len());
    for (context, id) in contexts.iter().zip(&correlation_ids) {
        let mut check = item(context)?;
        check.insert("correlation_id".to_owned(), json!(id));
        checks.push(Value::Object(check));
    }
    let body = json!({
        "checks": checks,
        "authorization_model_id": known(model, "model")?,
        "consistency": "HIGHER_CONSISTENCY",
    });
    Ok(Batch { exchange: exchange(store, "batch-check", body)?, correlation_ids })
}

/// Whether a text has the form of the ids that OpenFGA gives to stores and models.
pub fn is_id(text: &str) -> bool {
    let in_id = |b: u8| b.is_ascii_digit() || (b.is_ascii_uppercase() && !b"ILOU".contains(&b));
    text.len() == 26 && text.bytes().all(in_id)
}

fn item(context: &DecisionContext) -> Result<Map<String, Value>, Objection> {
    let Asked { check, contextual } = asked(context)?;
    let context = serde_json::to_value(context).map_err(|error| unaskable(error.to_string()))?;
    Ok(Map::from_iter([
        ("tuple_key".to_owned(), check.to_value()),
        (
            "contextual_tuples".to_owned(),
            json!({ "tuple_keys": contextual.iter().map(Tuple::to_value).collect::<Vec<_>>() }),
        ),
        ("context".to_owned(), json!({ "decision": context })),
    ]))
}

/// The decision's own id where it is legal, else its digest.
fn correlation_id(context: &DecisionContext) -> String {
    let id = &context.decision.id;
    let in_id = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if (1..=CORRELATION_CHARS_MAX).contains(&id.len()) && id.bytes().all(in_id) {
        return id.clone();
    }
    sha256(id.as_bytes()).chars().take(CORRELATION_CHARS_MAX).collect()
}

fn exchange(store: &str, what: &str, body: Value) -> Result<Exchange, Objection> {
    let path = format!("/stores/{}/{what}", known(store, "store")?);
    Ok(Exchange { path, body: Some(body), request_id: None })
}

fn known<'a>(id: &'a str, what: &str) -> Result<&'a str, Objection> {
    match is_id(id) {
        true => Ok(id),
        false => {
            Err(unaskable(format!("`{}` is no id of a {what}; it has 26 capitals and digits", shown(id))))
        }
    }
}

fn unaskable(message: impl Into<String>) -> Objection {
    Objection::new(Code::PointUnaskable, message)
}

#[cfg(test)]
mod tests;
