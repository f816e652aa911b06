//! Statements have the forms that in-toto and SLSA describe, and are the same twice.

use std::collections::BTreeMap;

use agent_contract::RepoPath;
use packages::{Dependence, Ecosystem, Hash, HashKind, Inventory, Origin, Package, PackageId};
use sbom::attest::{
    AttestError, Base, Build, Outcome, Policy, Resource, Verification, provenance, simple_result, summary,
};
use serde_json::{Value, json};

fn resource(name: &str) -> Resource {
    let digest = BTreeMap::from([("sha256".to_owned(), "00".repeat(32))]);
    Resource { name: Some(name.to_owned()), uri: None, digest }
}

fn inventory() -> Inventory {
    let hash = Hash { kind: HashKind::Sha256, hex: "11".repeat(32) };
    let package = Package {
        id: PackageId { ecosystem: Ecosystem::Cargo, name: "serde".to_owned(), version: "1.0.0".to_owned() },
        path: RepoPath::parse("Cargo.lock").expect("a path"),
        line: 3,
        origin: Origin::Registry,
        hashes: [hash].into(),
        licence: None,
        dependence: Dependence::Direct,
        development: false,
        needs: Default::default(),
    };
    let own = Package { origin: Origin::Local, ..package.clone() };
    Inventory { packages: vec![package, own], ..Inventory::default() }
}

#[test]
fn provenance_names_what_was_asked_what_went_in_and_who_did_it() {
    let (subject, inventory) = ([resource("tree")], inventory());
    let base = Base { repository: "https://example.com/a".to_owned(), commit: "ab".repeat(20) };
    let build = Build {
        subject: &subject,
        build_type: "https://example.com/change/v1",
        builder: "https://example.com/runner/1.0.0",
        parameters: &BTreeMap::from([("task".to_owned(), "mend it".to_owned())]),
        base: Some(&base),
        inventory: &inventory,
        invocation: None,
        times: None,
    };
    let bytes = provenance(&build).expect("a statement");
    assert_eq!(bytes, provenance(&build).expect("a statement"));
    let value: Value = serde_json::from_slice(&bytes).expect("JSON");
    let wanted = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "tree", "digest": {"sha256": "00".repeat(32)}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "https://example.com/change/v1",
                "externalParameters": {"task": "mend it"},
                "resolvedDependencies": [
                    {"uri": format!("git+https://example.com/a@{}", "ab".repeat(20)), "digest": {"gitCommit": "ab".repeat(20)}},
                    {"uri": "pkg:cargo/serde@1.0.0", "digest": {"sha256": "11".repeat(32)}},
                ],
            },
            "runDetails": {"builder": {"id": "https://example.com/runner/1.0.0"}},
        },
    });
    assert_eq!(value, wanted);
    let twice = Build { times: Some(("then", "now")), ..build };
    assert_eq!(provenance(&twice), Err(AttestError::Time("then".to_owned())));
}

fn verified(
    outcome: Outcome,
    properties: &[String],
    make: fn(&Verification<'_>) -> Result<Vec<u8>, AttestError>,
) -> Result<Value, AttestError> {
    let policy = Policy { uri: "https://example.com/policy".to_owned(), sha256: "22".repeat(32) };
    let verification = Verification {
        subject: &[resource("tree")],
        verifier: "https://example.com/verifier/1",
        time: "2026-11-22T00:00:00Z",
        resource: "https://example.com/a",
        policy: &policy,
        inputs: &[resource("ledger")],
        outcome,
        properties,
    };
    make(&verification).map(|bytes| serde_json::from_slice(&bytes).expect("JSON"))
}

#[test]
fn a_summary_of_what_passed_names_its_levels_and_one_of_what_failed_names_none() {
    let levels = ["SLSA_BUILD_LEVEL_1".to_owned()];
    let passed = verified(Outcome::Passed, &levels, summary).expect("a statement");
    assert_eq!(passed["predicateType"], "https://slsa.dev/verification_summary/v1");
    assert_eq!(passed["predicate"]["verificationResult"], "PASSED");
    assert_eq!(passed["predicate"]["verifiedLevels"], json!(["SLSA_BUILD_LEVEL_1"]));
    assert_eq!(passed["predicate"]["inputAttestations"][0]["name"], "ledger");
    let failed = verified(Outcome::Failed, &levels, summary).expect("a statement");
    assert_eq!(failed["predicate"]["verificationResult"], "FAILED");
    assert_eq!(failed["predicate"]["verifiedLevels"], json!(["FAILED"]));
    assert!(verified(Outcome::Passed, &["FAILED".to_owned()], summary).is_err());
}

#[test]
fn a_simple_result_names_what_was_shown_and_the_policy() {
    let shown = ["AGENNEXT_SECRETS_PASSED".to_owned()];
    let value = verified(Outcome::Passed, &shown, simple_result).expect("a statement");
    assert_eq!(value["predicateType"], "https://in-toto.io/attestation/svr/v0.1");
    assert_eq!(value["predicate"]["properties"], json!(shown));
    assert_eq!(value["predicate"]["timeCreated"], "2026-11-22T00:00:00Z");
    assert_eq!(value["predicate"]["verifier"]["policy"]["digest"]["sha256"], "22".repeat(32));
}
