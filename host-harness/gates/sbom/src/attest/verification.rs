use std::collections::BTreeMap;

use serde::Serialize;

use super::{AttestError, Resource, address, statement, time};

/// What was verified, by whom, when and against what.
#[derive(Debug, Clone, Copy)]
pub struct Verification<'a> {
    /// What was verified.
    pub subject: &'a [Resource],
    /// Who verified it: an address, with the version of what it does.
    pub verifier: &'a str,
    /// When, as an RFC 3339 time.
    pub time: &'a str,
    /// The address of what was verified.
    pub resource: &'a str,
    /// The policy.
    pub policy: &'a Policy,
    /// The statements and documents that it was verified with.
    pub inputs: &'a [Resource],
    /// What came of it.
    pub outcome: Outcome,
    /// What was shown: `AGENNEXT_SECRETS_PASSED`, `SLSA_BUILD_LEVEL_1`, ... Of a failed
    /// verification it is what was shown all the same.
    pub properties: &'a [String],
}

/// A policy by address and digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its address.
    pub uri: String,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

/// What came of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The policy holds.
    Passed,
    /// It does not.
    Failed,
}

#[derive(Serialize)]
struct Verifier<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Resource>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SimpleResult<'a> {
    verifier: Verifier<'a>,
    time_created: &'a str,
    properties: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary<'a> {
    verifier: Verifier<'a>,
    time_verified: &'a str,
    resource_uri: &'a str,
    policy: Resource,
    #[serde(skip_serializing_if = "<[Resource]>::is_empty")]
    input_attestations: &'a [Resource],
    verification_result: &'static str,
    verified_levels: Vec<&'a str>,
    slsa_version: &'static str,
}

/// The statement of in-toto's Simple Verification Result: it tells what was shown, and of
/// what failed it is silent.
pub fn simple_result(verification: &Verification<'_>) -> Result<Vec<u8>, AttestError> {
    let predicate = SimpleResult {
        verifier: Verifier {
            id: address(verification.verifier)?,
            policy: Some(policy(verification.policy)?),
        },
        time_created: time(verification.time)?,
        properties: verification.properties,
    };
    statement(verification.subject, "https://in-toto.io/attestation/svr/v0.1", predicate)
}

/// The statement of SLSA's verification summary.
pub fn summary(verification: &Verification<'_>) -> Result<Vec<u8>, AttestError> {
    let (verification_result, verified_levels) = match verification.outcome {
        Outcome::Passed => ("PASSED", verification.properties.iter().map(String::as_str).collect()),
        Outcome::Failed => ("FAILED", vec!["FAILED"]),
    };
    if let Some(false_claim) = verification.properties.iter().find(|level| level.as_str() == "FAILED") {
        return Err(AttestError::Level(false_claim.clone()));
    }
    let predicate = Summary {
        verifier: Verifier { id: address(verification.verifier)?, policy: None },
        time_verified: time(verification.time)?,
        resource_uri: address(verification.resource)?,
        policy: policy(verification.policy)?,
        input_attestations: verification.inputs,
        verification_result,
        verified_levels,
        slsa_version: "1.0",
    };
    statement(verification.subject, "https://slsa.dev/verification_summary/v1", predicate)
}

fn policy(policy: &Policy) -> Result<Resource, AttestError> {
    Ok(Resource {
        name: None,
        uri: Some(address(&policy.uri)?.to_owned()),
        digest: BTreeMap::from([("sha256".to_owned(), policy.sha256.clone())]),
    })
}
