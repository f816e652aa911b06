//! Where a decision point is asked: what it publishes about itself, or the usual paths.

use agent_contract::{address::Endpoint, fault::shown};
use serde_json::{Map, Value};

use crate::{Code, answer::Objection, point::heard::kind};

#[cfg(test)]
mod tests;

const WELL_KNOWN: &str = "/.well-known/authzen-configuration";

/// Where questions go: paths from the root of the decision point's origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// For one question.
    pub evaluation: String,
    /// For several at once, where the decision point takes them.
    pub evaluations: Option<String>,
}

/// Scheme, host and port of an address: all that a connection is made to.
pub fn origin(address: &str) -> &str {
    &address[..path_at(address)]
}

/// The path, from the root of its origin, of what a decision point publishes about
/// itself. The address of a tenant has a path of its own, which comes last.
pub fn discovery_path(address: &str) -> String {
    format!("{WELL_KNOWN}{}", path(address))
}

impl Endpoints {
    /// Where a decision point is asked that publishes nothing.
    pub fn usual(address: &str) -> Self {
        let below = |name: &str| format!("{}/access/v1/{name}", path(address));
        Self { evaluation: below("evaluation"), evaluations: Some(below("evaluations")) }
    }

    /// Reads what the decision point at `address` publishes. It can send nobody elsewhere.
    pub fn read(metadata: &Value, address: &str) -> Result<Self, Objection> {
        let Value::Object(fields) = metadata else {
            let message = format!("the metadata is {} and not an object", kind(metadata));
            return Err(Objection::new(Code::PointShape, message));
        };
        itself(fields, address)?;
        let Some(evaluation) = endpoint(fields, "access_evaluation_endpoint", address)? else {
            return missing("access_evaluation_endpoint");
        };
        Ok(Self { evaluation, evaluations: endpoint(fields, "access_evaluations_endpoint", address)? })
    }
}

fn missing<T>(name: &str) -> Result<T, Objection> {
    Err(Objection::new(Code::PointShape, format!("the metadata has no `{name}`")))
}

/// The metadata of another decision point says nothing about this one.
fn itself(fields: &Map<String, Value>, address: &str) -> Result<(), Objection> {
    let Some(named) = member(fields, "policy_decision_point")? else {
        return missing("policy_decision_point");
    };
    match named == address {
        true => Ok(()),
        false => Err(Objection::new(
            Code::PointClash,
            format!(
                "the metadata is of the decision point `{}`, and `{}` was asked\nhint: the two must be written alike",
                shown(named),
                shown(address)
            ),
        )),
    }
}

/// The path of an endpoint, which is at the origin that was configured.
fn endpoint(fields: &Map<String, Value>, name: &str, address: &str) -> Result<Option<String>, Objection> {
    let Some(text) = member(fields, name)? else { return Ok(None) };
    let fault = |code, what: String| Objection::new(code, format!("the metadata's `{name}` {what}"));
    Endpoint::parse(text)
        .map_err(|malformed| fault(Code::PointShape, format!("can't be used: {malformed}")))?;
    match whole(origin(text)) == whole(origin(address)) {
        true if path(text).is_empty() => Err(fault(Code::PointShape, "has no path".to_owned())),
        true => Ok(Some(text[path_at(text)..].to_owned())),
        false => Err(fault(
            Code::PointRedirect,
            format!("leads to `{}`, which is not where the decision point is", shown(text)),
        )),
    }
}

fn member<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Objection> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(Objection::new(
            Code::PointShape,
            format!("the metadata's `{name}` is {} and not a string", kind(other)),
        )),
    }
}

/// Where the path of an address begins.
fn path_at(address: &str) -> usize {
    let host = address.find("://").map_or(0, |at| at + 3);
    address[host..].find('/').map_or(address.len(), |at| host + at)
}

/// The path of an address, without the last `/`.
fn path(address: &str) -> &str {
    address[path_at(address)..].trim_end_matches('/')
}

/// An origin with its port, which may be left out where it is the usual one.
fn whole(origin: &str) -> String {
    let usual = if origin.starts_with("https://") { ":443" } else { ":80" };
    match origin.rsplit_once(':') {
        Some((_, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => origin.to_owned(),
        _ => format!("{origin}{usual}"),
    }
}
