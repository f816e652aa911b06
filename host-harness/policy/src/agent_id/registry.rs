//! A record as a registry gives it: the request for it, and the record in its wrapping.

mod wrapping;

use agent_contract::{Fault, document, fault::shown};
use serde_json::Value;

use super::{form::Did, record::AgentRecord};
use crate::{Code, answer::Objection, blob::sha256, context::canonical, point::Exchange};
use wrapping::{Wrapping, unwrap};

/// Longer ids are none.
const ID_BYTES_MAX: usize = 1024;

/// A record, with what its registry says about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The record.
    pub record: AgentRecord,
    /// Its id in the registry.
    pub record_id: Option<String>,
    /// The organization that it belongs to in the registry.
    pub organization: Option<String>,
    /// Where its life stands: `active`, `suspended`, `quarantined`, `deprovisioned` and others.
    pub lifecycle: Option<String>,
    /// The SHA-256 of the record in its canonical form.
    pub sha256: String,
}

/// Asks a registry for the record of an id.
pub fn by_id(id: &str) -> Result<Exchange, Objection> {
    if id.is_empty() || id.len() > ID_BYTES_MAX || is_dots(id) {
        return Err(unaskable(format!("`{}` can't be the id of a record", shown(id))));
    }
    Ok(get(format!("/v1/agent-records/{}", encoded(id))))
}

/// Asks a registry for the record of a DID. Whatever the DID holds, it stays one segment:
/// a registry reads it whole, and nothing on the way takes a part of it for a folder.
pub fn by_did(did: &str) -> Result<Exchange, Objection> {
    let holds = did.len() <= ID_BYTES_MAX && !did.split('/').any(is_dots);
    if !holds || Did::parse(did).is_err() {
        return Err(unaskable(format!("`{}` can't be the DID of a record", shown(did))));
    }
    Ok(get(format!("/v1/agent-records/by-did/{}", encoded(did))))
}

/// Reads a record out of the text of a file, wrapped or not.
pub fn from_file(text: &str) -> Result<Resolved, Objection> {
    let value = document::parse_value(text).map_err(|fault| invalid(&fault))?;
    read(&value)
}

/// Reads a record out of a registry's answer, wrapped or not, and holds the wrapping
/// against the record.
pub fn read(answer: &Value) -> Result<Resolved, Objection> {
    let (wrapping, record) = unwrap(answer)?;
    let parsed = AgentRecord::from_value(record.clone());
    match parsed {
        Ok(parsed) => {
            wrapping.agrees_with(&parsed)?;
            Ok(resolved(wrapping, parsed, &record))
        }
        Err(fault) => Err(wrapping.inactive(&record).unwrap_or_else(|| invalid(&fault))),
    }
}

fn resolved(wrapping: Wrapping, parsed: AgentRecord, record: &Value) -> Resolved {
    let lifecycle = wrapping.lifecycle();
    Resolved {
        record: parsed,
        record_id: wrapping.record_id,
        organization: wrapping.organization,
        lifecycle,
        sha256: sha256(canonical(record).as_bytes()),
    }
}

fn get(path: String) -> Exchange {
    Exchange { path, body: None, request_id: None }
}

/// What readers of addresses take for a step up or for nothing.
fn is_dots(segment: &str) -> bool {
    matches!(segment, "." | "..")
}

/// A segment of a path. `:` may stand in one, and a DID is easier to read with it.
fn encoded(segment: &str) -> String {
    let byte = |b: u8| match b {
        b'-' | b'.' | b'_' | b'~' | b':' => char::from(b).to_string(),
        _ if b.is_ascii_alphanumeric() => char::from(b).to_string(),
        _ => format!("%{b:02X}"),
    };
    segment.bytes().map(byte).collect()
}

fn unaskable(message: String) -> Objection {
    Objection::new(Code::PointUnaskable, message)
}

fn invalid(fault: &Fault) -> Objection {
    Objection::new(Code::AgentIdInvalid, format!("the Agent ID record does not hold: {fault}"))
}

#[cfg(test)]
pub(super) mod tests;
