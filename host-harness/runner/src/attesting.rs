//! What the Runner states of a run, for the ledger to sign: what was done to the change, and
//! what the gates said of it.

use agent_contract::RunResult;
use gates::Document;
use ledger::Statement;
use serde_json::{Value, json};

/// The type of our own predicate; `docs/reference/statement.md` describes it.
const PREDICATE: &str = "https://github.com/AGenNext/code-assist/blob/main/docs/reference/statement.md#v1";
const STATEMENT: &str = "https://in-toto.io/Statement/v1";

/// The statements that a run ends with.
pub(crate) fn statements(result: &RunResult, documents: &[Document]) -> Vec<Statement> {
    let ours = Statement {
        name: "run.dsse.json".to_owned(),
        document: json!({
            "_type": STATEMENT, "subject": subject(result), "predicateType": PREDICATE,
            "predicate": predicate(result),
        }),
        names_trace: true,
    };
    let made = documents.iter().filter_map(|(name, _, bytes)| {
        let name = name.strip_suffix(".json").filter(|_| is_statement(name))?;
        let document = serde_json::from_slice(bytes).ok()?;
        Some(Statement { name: format!("{name}.dsse.json"), document, names_trace: false })
    });
    [ours].into_iter().chain(made).collect()
}

/// The statements that the gates leave behind.
fn is_statement(name: &str) -> bool {
    ["verdict.vsa.json", "verdict.svr.json", "provenance.json"].contains(&name)
}

/// The change by its digests: the commit, the tree of changed files, the diff, each artifact.
fn subject(result: &RunResult) -> Vec<Value> {
    let commit = result.after.commit.as_ref().filter(|_| result.after.commit != result.before.commit);
    let commit = commit.map(|commit| json!({ "name": "commit", "digest": { "gitCommit": commit } }));
    let sha256 = |name: &str, hash: &str| json!({ "name": name, "digest": { "sha256": hash } });
    let tree = sha256("changed-files", &result.after.changed_files_sha256);
    let artifacts = result.artifacts.iter().map(|artifact| sha256(&artifact.name, &artifact.sha256));
    commit.into_iter().chain([tree]).chain(artifacts).collect()
}

fn predicate(result: &RunResult) -> Value {
    let checks: Vec<_> =
        result.checks.iter().map(|check| json!({ "name": check.name, "outcome": check.outcome })).collect();
    let gates: Vec<_> = result
        .gates
        .iter()
        .map(|gate| json!({ "gate": gate.gate, "required": gate.required, "outcome": gate.outcome }))
        .collect();
    json!({
        "runId": result.run_id, "mode": result.mode, "outcome": result.outcome,
        "exitCode": result.exit_code, "productionReady": result.verdict.production_ready,
        "component": { "sha256": result.component_sha256 },
        "before": result.before, "after": result.after, "placement": result.placement,
        "capabilityIds": result.capability_ids, "checks": checks, "gates": gates,
    })
}
