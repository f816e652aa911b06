//! What the gates leave behind for others: the findings, the bill of materials, where the
//! change comes from, and the verdict as statements that the ledger can sign.

use std::collections::BTreeMap;

use agent_contract::gate::{GateName, GateOutcome, GateResult};
use finding::{Tree, sarif};
use sbom::attest::{
    AttestError, Base, Build, Outcome, Policy, Resource, Verification, provenance, simple_result, summary,
};
use sha2::{Digest as _, Sha256};

use crate::frame::OURS;

/// A document: its name, its media type, its bytes.
pub type Document = (&'static str, &'static str, Vec<u8>);

/// What the documents are about.
pub struct Making<'a> {
    /// What came of the gates.
    pub results: &'a [GateResult],
    /// The files as they are now.
    pub tree: &'a dyn Tree,
    /// The repository's name.
    pub repository: &'a str,
    /// The commit that the change began with.
    pub commit: Option<&'a str>,
    /// What is said of the vulnerabilities that were found, as OpenVEX.
    pub vex: Option<&'a [u8]>,
    /// The gates that the operator lets the change do without.
    pub exempt: &'a [GateName],
    /// The SHA-256 over the change.
    pub change_sha256: &'a str,
    /// The SHA-256 of the policy, the standards and the waivers.
    pub policy_sha256: &'a str,
    /// The run.
    pub run_id: &'a str,
    /// The component that made the change, by its SHA-256.
    pub component_sha256: &'a str,
    /// The time of the verdict, in RFC 3339.
    pub time: &'a str,
    /// Whether the change is fit for production.
    pub production_ready: bool,
    /// The version of the Runner.
    pub version: &'a str,
}

const RUNNER: &str = "https://github.com/AGenNext/code-assist";
const JSON: &str = "application/json";
const IN_TOTO: &str = "application/vnd.in-toto+json";

/// Makes them, in a fixed order. One that can't be made is a fault: half the evidence is none.
pub fn documents(making: &Making) -> Result<Vec<Document>, AttestError> {
    let report = sarif::write(&sarif::Run::all(making.results, making.version));
    let mut made: Vec<Document> = vec![("gates.sarif", "application/sarif+json", report)];
    let has = |gate| making.results.iter().any(|result: &GateResult| result.gate == gate);
    if has(GateName::Sbom) {
        let inventory = packages::read(making.tree);
        made.push(("sbom.cdx.json", "application/vnd.cyclonedx+json", bill(making, &inventory)));
        made.push(("provenance.json", IN_TOTO, origin(making, &inventory)?));
    }
    made.extend(making.vex.map(|vex| ("vex.openvex.json", JSON, vex.to_vec())));
    made.push(("waivers.json", JSON, waivers(making)));
    let inputs: Vec<_> =
        made.iter().map(|(name, _, bytes)| digested(name, bytes)).chain(sources(making)).collect();
    let policy = Policy { uri: format!("{RUNNER}/policy"), sha256: making.policy_sha256.to_owned() };
    let subject = [subject(making)];
    let verifier = format!("{RUNNER}/runner@{}", making.version);
    let resource = format!("{RUNNER}/runs/{}", making.run_id);
    let properties = properties(making);
    let verification = Verification {
        subject: &subject,
        verifier: &verifier,
        time: making.time,
        resource: &resource,
        policy: &policy,
        inputs: &inputs,
        outcome: if making.production_ready { Outcome::Passed } else { Outcome::Failed },
        properties: &properties,
    };
    made.push(("verdict.svr.json", IN_TOTO, simple_result(&verification)?));
    made.push(("verdict.vsa.json", IN_TOTO, summary(&verification)?));
    Ok(made)
}

/// What was shown: each gate that passed or had nothing to look at, and the whole.
fn properties(making: &Making) -> Vec<String> {
    let word = |name: GateName| name.as_str().to_uppercase();
    let passed = making.results.iter().filter_map(|result| match result.outcome {
        GateOutcome::Pass => Some(format!("AGENNEXT_GATE_{}_PASSED", word(result.gate))),
        GateOutcome::NotApplicable => Some(format!("AGENNEXT_GATE_{}_NOT_APPLICABLE", word(result.gate))),
        _ => None,
    });
    let exempt = making.exempt.iter().map(|gate| format!("AGENNEXT_GATE_{}_EXEMPT", word(*gate)));
    let ready = making.production_ready.then(|| "AGENNEXT_PRODUCTION_READY".to_owned());
    passed.chain(exempt).chain(ready).collect()
}

/// The tools, rules and data that the gates relied on.
fn sources(making: &Making) -> Vec<Resource> {
    let all = making.results.iter().flat_map(|result| &result.sources);
    let distinct: BTreeMap<_, _> =
        all.map(|source| ((&source.name, &source.version), &source.sha256)).collect();
    let resource = |((name, version), sha256): ((&String, &String), &String)| Resource {
        name: Some(format!("{name} {version}")),
        uri: None,
        digest: BTreeMap::from([("sha256".to_owned(), sha256.clone())]),
    };
    distinct.into_iter().map(resource).collect()
}

/// The tree as it is after the change: one digest of the commit that it began with and of
/// every changed file. Of the commit alone nothing was shown.
fn subject(making: &Making) -> Resource {
    let mut hash = Sha256::new();
    hash.update(format!("{}\n{}\n", making.commit.unwrap_or("-"), making.change_sha256));
    let digest = BTreeMap::from([("sha256".to_owned(), crate::frame::hex(&hash.finalize()))]);
    Resource { name: Some(making.repository.to_owned()), uri: None, digest }
}

fn digested(name: &str, bytes: &[u8]) -> Resource {
    let sha256 = crate::frame::hex(&Sha256::digest(bytes));
    let digest = BTreeMap::from([("sha256".to_owned(), sha256)]);
    Resource { name: Some(name.to_owned()), uri: None, digest }
}

fn bill(making: &Making, inventory: &packages::Inventory) -> Vec<u8> {
    sbom::document(&sbom::Making {
        subject: &sbom::Subject::of(inventory),
        inventory,
        tool: &sbom::Tool { name: OURS.to_owned(), version: making.version.to_owned() },
        timestamp: None,
        known: &BTreeMap::new(),
    })
}

fn origin(making: &Making, inventory: &packages::Inventory) -> Result<Vec<u8>, AttestError> {
    let base = making.commit.map(|commit| Base {
        repository: format!("git+file:{}", making.repository),
        commit: commit.to_owned(),
    });
    let parameters = BTreeMap::from([("component_sha256".to_owned(), making.component_sha256.to_owned())]);
    provenance(&Build {
        subject: &[subject(making)],
        build_type: &format!("{RUNNER}/change@1"),
        builder: &format!("{RUNNER}/runner@{}", making.version),
        parameters: &parameters,
        base: base.as_ref(),
        inventory,
        invocation: Some(making.run_id),
        times: None,
    })
}

/// Who answers for what, in the order of the gates.
fn waivers(making: &Making) -> Vec<u8> {
    let findings = making.results.iter().flat_map(|result| &result.findings);
    let waived: Vec<_> = findings.filter_map(|finding| finding.waiver.as_ref()).collect();
    let mut bytes = serde_json::to_vec_pretty(&waived).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
