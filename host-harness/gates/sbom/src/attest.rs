//! What speaks for a tree: in-toto statements from typed inputs, for somebody else to sign.
//! No clock is asked: a time is given, or left out where the form lets it be.

mod provenance;
mod verification;

use std::collections::BTreeMap;

use serde::Serialize;

pub use provenance::{Base, Build, provenance};
pub use verification::{Outcome, Policy, Verification, simple_result, summary};

/// Something that is known by its digests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resource {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// Its digests in hexadecimal, by the kinds that in-toto has: `sha256`, `gitCommit`, ...
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub digest: BTreeMap<String, String>,
}

/// Why a statement can't be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttestError {
    /// A statement about nothing.
    #[error("statement has no subject")]
    NoSubject,
    /// A subject that can't be recognised again.
    #[error("subject `{0}` has no digest")]
    NoDigest(String),
    /// A time that is none.
    #[error("`{0}` is no time as in RFC 3339")]
    Time(String),
    /// An address that is none.
    #[error("`{0}` is no absolute address")]
    Address(String),
    /// It says that it passed and names what failed, or the other way round.
    #[error("`{0}` is claimed as a level")]
    Level(String),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Statement<'a, P> {
    #[serde(rename = "_type")]
    kind: &'static str,
    subject: &'a [Resource],
    predicate_type: &'static str,
    predicate: P,
}

fn statement<P: Serialize>(
    subject: &[Resource],
    predicate_type: &'static str,
    predicate: P,
) -> Result<Vec<u8>, AttestError> {
    if subject.is_empty() {
        return Err(AttestError::NoSubject);
    }
    if let Some(bare) = subject.iter().find(|held| held.digest.is_empty()) {
        return Err(AttestError::NoDigest(bare.name.clone().unwrap_or_default()));
    }
    let statement = Statement { kind: "https://in-toto.io/Statement/v1", subject, predicate_type, predicate };
    let mut bytes = serde_json::to_vec_pretty(&statement).unwrap_or_default();
    bytes.push(b'\n');
    Ok(bytes)
}

fn time(text: &str) -> Result<&str, AttestError> {
    crate::format::is_date_time(text).then_some(text).ok_or_else(|| AttestError::Time(text.to_owned()))
}

fn address(text: &str) -> Result<&str, AttestError> {
    crate::format::is_uri(text).then_some(text).ok_or_else(|| AttestError::Address(text.to_owned()))
}
