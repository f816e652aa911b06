//! An agent that must show its record: what it may do ends with what the record says, also
//! while a run goes on.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use code_assist_tests::{
    World, assert_exit,
    played::{Played, Reply},
};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_code-assist-under-test");

/// A record of an agent that may do everything that a run needs.
fn record(status: &str) -> Value {
    json!({
        "agent_id_protocol_version": "0.2.0",
        "agent": {
            "did": "did:web:agents.example.com:coder", "display_name": "Coder", "owner": "platform",
            "role": "coder", "environment": "prod", "version": "v1", "status": status,
            "trust_level": "internal", "capabilities": ["repo.read", "repo.write", "repo.diff", "repo.check", "audit.write"],
        },
        "authorization": {
            "mode": "autonomous", "subject_context": "first_party",
            "delegation_proof_formats": ["verifiable_credentials"], "scope_reference": null,
            "expires_at": null, "max_delegation_depth": 0, "attenuation_required": false,
            "human_approval_required": false,
        },
        "governance": {
            "provisioning": "manual", "audit_endpoint": null, "status_endpoint": null,
            "deprovisioning_endpoint": null, "identity_chain_preserved": false,
        },
        "bindings": {
            "a2a": { "endpoint_url": null, "agent_card_name": null },
            "acp": { "endpoint_url": null }, "anp": { "did": null, "endpoint_url": null },
        },
    })
}

#[test]
fn an_agent_needs_its_record_where_one_is_required() {
    let registry = |status: &'static str| Played::start(move |_| Reply::json(record(status)));
    for (status, code, word) in [("active", 0, "working tree"), ("quarantine", 3, "agent-id-inactive")] {
        let world = World::new(PROGRAM);
        let server = registry(status);
        let config =
            format!("[agent_id]\nrequired = true\nregistry = \"{}\"\nrecord_id = \"rec-1\"", server.url);
        assert_exit(&world.run(&config, &[]), code, &[word]);
        assert_eq!(server.asked()[0].path, "/v1/agent-records/rec-1");
    }
    let world = World::new(PROGRAM);
    let gone = Played::start(|_| Reply::json(json!({ "detail": "not found" })).status(404));
    let config = format!("[agent_id]\nregistry = \"{}\"\nrecord_id = \"rec-1\"", gone.url);
    assert_exit(&world.run(&config, &[]), 3, &["agent-id-missing"]);
    assert_exit(&world.run(&format!("{config}\nrequired = false"), &[]), 0, &[]);
    assert_exit(&World::new(PROGRAM).run("[agent_id]\nrequired = true", &[]), 3, &["agent-id-missing"]);
}

#[test]
fn a_record_in_a_file_can_only_narrow() {
    let world = World::new(PROGRAM);
    let mut narrow = record("active");
    narrow["agent"]["capabilities"] = json!(["read-code"]);
    world.lay("agent.json", &narrow.to_string());
    let config = "[agent_id]\nfile = \"agent.json\"\n[agent_id.grants]\n\"read-code\" = [\"repo.read\", \"repo.diff\", \"audit.write\"]";
    assert_exit(&world.run(config, &[]), 3, &["`repo.write` is denied by `agent-id`", "agent-id-capability"]);
    assert_eq!(world.content(), "a\n");
}

/// A registry whose agent is suspended from a moment on.
fn registry(suspended: &Arc<AtomicBool>) -> Played {
    let seen = suspended.clone();
    Played::start(move |_| {
        let state = if seen.load(Ordering::SeqCst) { "suspended" } else { "active" };
        Reply::json(json!({
            "id": "rec-1", "organization_id": "org-1", "did": "did:web:agents.example.com:coder",
            "display_name": "Coder", "status": "active", "lifecycle_state": state, "environment": "prod",
            "protocol_version": "0.2.0", "record": record("active"), "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z", "deprovisioned_at": null,
        }))
    })
}

const RECHECK_MS: u64 = 100;
const TIMEOUT_MS: u64 = 300;

fn watched(registry: &Played) -> String {
    format!(
        "[agent_id]\nrequired = true\nregistry = \"{}\"\nrecord_id = \"rec-1\"\nrecheck_ms = {RECHECK_MS}\ntimeout_ms = {TIMEOUT_MS}\n",
        registry.url
    )
}

/// The agent is suspended while a point is asked about a call: that call does not happen any
/// more, nor does the next one.
#[test]
fn the_call_after_a_suspension_is_denied() {
    let suspended = Arc::new(AtomicBool::new(false));
    let registry = registry(&suspended);
    let moment = suspended.clone();
    let rules = Played::start(move |asked| {
        let reading = asked.body["input"]["question"]["action"] == "repo.read";
        if reading {
            moment.store(true, Ordering::SeqCst);
        }
        let after = if reading { RECHECK_MS + TIMEOUT_MS } else { 0 };
        Reply::json(json!({ "result": true })).after(Duration::from_millis(after))
    });
    let config = format!("{}{}", watched(&registry), rules_at(&rules.url));
    let world = World::new(PROGRAM);
    assert_exit(&world.run(&config, &[]), 3, &["agent-id-inactive"]);
    assert_eq!(world.content(), "a\n");
    let records = world.records();
    let calls: Vec<_> = records.iter().filter(|record| record["kind"] == "call.opened").collect();
    let read = calls.iter().position(|record| record["body"]["function"] == "repo.read").unwrap();
    assert!(calls[..read].iter().all(|call| call["body"]["decision"]["allow"] == true));
    assert_eq!(calls[read]["body"]["decision"]["proof"]["ended_meanwhile"], "agent-id-inactive");
    let denied = |call: &&&Value| call["body"]["decision"]["refusal"]["code"] == "agent-id-inactive";
    assert_eq!(calls[read..].iter().filter(denied).count(), calls.len() - read);
}

/// The agent is suspended while a check runs: the check is ended within the bound that the
/// configuration states, and nothing is placed.
#[test]
fn a_suspended_agent_loses_what_runs_within_the_bound() {
    let suspended = Arc::new(AtomicBool::new(false));
    let registry = registry(&suspended);
    let world = World::new(PROGRAM);
    world.lay("config.toml", &watched(&registry));
    let started = world.path().join("started");
    let check = format!("touch {}; sleep 60", started.display());
    let usual = ["run", "--repo", "repository", "--proposal", "good.patch", "--mode", "proposed_change"];
    let mut command = world.command(&usual);
    command.args(["--config", "config.toml", "--unsandboxed", "--check", &check]);
    let (out, err) = (std::process::Stdio::piped(), std::process::Stdio::piped());
    let child = command.stdout(out).stderr(err).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while !started.exists() {
        assert!(Instant::now() < deadline, "the check never started");
        std::thread::sleep(Duration::from_millis(10));
    }
    suspended.store(true, Ordering::SeqCst);
    let at = Instant::now();
    let output = child.wait_with_output().unwrap();
    let took = at.elapsed();
    println!("suspended: the run was over {took:?} later; bound {RECHECK_MS} ms + {TIMEOUT_MS} ms");
    assert_exit(&output, 3, &["agent-id-inactive"]);
    assert_eq!(world.content(), "a\n");
    assert!(took < Duration::from_millis(RECHECK_MS + TIMEOUT_MS + 1000), "{took:?}");
}

/// A decision point that is asked at every call.
fn rules_at(url: &str) -> String {
    format!(
        "[[decision_points]]\nname = \"rules\"\nprotocol = \"opa\"\nurl = \"{url}\"\ntimeout_ms = 2000\nrule = \"data.code_assist.allow\"\nevery_call = true\n"
    )
}
