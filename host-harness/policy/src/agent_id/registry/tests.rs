use serde_json::json;

use super::*;

const DID: &str = "did:web:agents.example.com:builder";

/// A record that holds, of an autonomous agent.
pub(in super::super) fn record() -> Value {
    json!({
        "agent_id_protocol_version": "0.2.0",
        "agent": {
            "did": DID,
            "display_name": "Builder",
            "owner": "platform",
            "role": "code-change",
            "environment": "prod",
            "version": "v1",
            "status": "active",
            "trust_level": "internal",
            "capabilities": ["repo.read", "code-change"]
        },
        "authorization": {
            "mode": "autonomous",
            "subject_context": "first_party",
            "delegation_proof_formats": ["verifiable_credentials"],
            "scope_reference": null,
            "expires_at": null,
            "max_delegation_depth": 1,
            "attenuation_required": false,
            "human_approval_required": false
        },
        "governance": {
            "provisioning": "manual",
            "audit_endpoint": null,
            "status_endpoint": null,
            "deprovisioning_endpoint": null,
            "identity_chain_preserved": false
        },
        "bindings": {
            "a2a": { "endpoint_url": null, "agent_card_name": null },
            "acp": { "endpoint_url": null },
            "anp": { "did": null, "endpoint_url": null }
        },
        "extensions": {}
    })
}

/// What a registry answers.
fn wrapped() -> Value {
    json!({
        "id": "rec-1",
        "organization_id": "acme",
        "did": DID,
        "display_name": "Builder",
        "status": "active",
        "lifecycle_state": "active",
        "environment": "prod",
        "protocol_version": "0.2.0",
        "record": record(),
        "created_at": "2026-01-01T00:00:00",
        "updated_at": "2026-01-01T00:00:00",
        "deprovisioned_at": null
    })
}

/// The value with other members at some places.
fn with(mut value: Value, changes: &[(&str, Value)]) -> Value {
    for (at, new) in changes {
        let (parent, key) = at.rsplit_once('/').expect("a pointer");
        value
            .pointer_mut(parent)
            .expect("a parent")
            .as_object_mut()
            .expect("an object")
            .insert(key.to_owned(), new.clone());
    }
    value
}

fn code(answer: &Value) -> Option<Code> {
    read(answer).err().map(|objection| objection.code)
}

#[test]
fn ids_and_dids_are_one_segment() {
    for (id, path) in [
        ("rec-1", "/v1/agent-records/rec-1"),
        ("a/b", "/v1/agent-records/a%2Fb"),
        ("a b?c#d%e", "/v1/agent-records/a%20b%3Fc%23d%25e"),
        ("é", "/v1/agent-records/%C3%A9"),
        ("...", "/v1/agent-records/..."),
        ("by-did", "/v1/agent-records/by-did"),
    ] {
        assert_eq!(by_id(id).expect("askable"), get(path.to_owned()));
    }
    for (did, path) in [
        (DID, "/v1/agent-records/by-did/did:web:agents.example.com:builder"),
        ("did:web:a%3A1:b/c", "/v1/agent-records/by-did/did:web:a%253A1:b%2Fc"),
    ] {
        assert_eq!(by_did(did).expect("askable"), get(path.to_owned()));
    }
    let long = "x".repeat(ID_BYTES_MAX + 1);
    for bad in ["", ".", "..", &long] {
        assert_eq!(by_id(bad).expect_err(bad).code, Code::PointUnaskable);
    }
    for bad in ["", "rec-1", "did:web:", "did:web:a/../b", "did:web:a/.", &format!("did:web:{long}")] {
        assert_eq!(by_did(bad).expect_err(bad).code, Code::PointUnaskable);
    }
}

#[test]
fn every_wrapping_holds_the_same_record() {
    let bare = read(&record()).expect("a record");
    assert_eq!((&bare.record_id, &bare.organization, &bare.lifecycle), (&None, &None, &None));
    for outer in ["record", "data", "agent_record", "record_json"] {
        let read = read(&json!({ outer: record() })).expect(outer);
        assert_eq!(read, bare, "{outer}");
    }
    for answer in [wrapped(), json!({ "data": wrapped() }), json!({ "data": { "agent_record": wrapped() } })]
    {
        let read = read(&answer).expect("a record");
        assert_eq!((read.record_id.as_deref(), read.organization.as_deref()), (Some("rec-1"), Some("acme")));
        assert_eq!(read.lifecycle.as_deref(), Some("active"));
        assert_eq!((read.record, read.sha256), (bare.record.clone(), bare.sha256.clone()));
    }
}

#[test]
fn the_digest_is_of_what_the_record_says() {
    let text = record().to_string();
    let spaced = text.replace(":", " : ").replace("did : web : agents.example.com : builder", DID);
    let digest = |text: &str| from_file(text).expect("a record").sha256;
    assert_eq!(digest(&text), digest(&spaced));
    assert_ne!(digest(&text), digest(&text.replace("v1", "v2")));
}

#[test]
fn a_wrapping_that_contradicts_its_record_is_refused() {
    for change in [
        ("/did", json!("did:web:other")),
        ("/status", json!("disabled")),
        ("/status", json!("quarantined")),
        ("/environment", json!("lab")),
        ("/protocol_version", json!("0.1.0")),
        ("/data", record()),
        ("/record_json", record()),
        ("/record/lifecycle", json!({ "state": "suspended" })),
        ("/record/agent/lifecycle_state", json!("suspended")),
    ] {
        assert_eq!(
            code(&with(wrapped(), std::slice::from_ref(&change))),
            Some(Code::AgentIdClash),
            "{change:?}"
        );
    }
    let twice = json!({ "id": "rec-2", "data": wrapped() });
    assert_eq!(code(&twice), Some(Code::AgentIdClash));
}

#[test]
fn a_registrys_own_words_are_understood() {
    let life = json!({ "state": "active", "updated_at": "2026-01-01T00:00:00" });
    let resumed = [("/record/lifecycle", life.clone()), ("/record/agent/lifecycle_state", json!("active"))];
    let answer = with(with(wrapped(), &resumed), &[("/status", json!("enabled"))]);
    let read_one = read(&answer).expect("a record");
    assert_eq!(read_one, read(&wrapped()).expect("a record"));
    let bare = with(record(), &[("/lifecycle", life)]);
    assert_eq!(code(&bare), Some(Code::AgentIdInvalid), "a bare record is held to its schema");
}

#[test]
fn a_life_that_ended_is_told_even_where_the_record_does_not_hold() {
    for (changes, word) in [
        (vec![("/lifecycle_state", json!("suspended"))], "suspended"),
        (vec![("/lifecycle_state", json!("archived")), ("/deprovisioned_at", json!("2026"))], "archived"),
        (vec![("/deprovisioned_at", json!("2026-01-01T00:00:00"))], "deprovisioned"),
    ] {
        let sound = read(&with(wrapped(), &changes)).expect("a record");
        assert_eq!(sound.lifecycle.as_deref(), Some(word));
        let broken = with(with(wrapped(), &changes), &[("/record/agent/owner", json!(1))]);
        let objection = read(&broken).expect_err("no record");
        assert_eq!(
            (objection.code, objection.message),
            (Code::AgentIdInactive, format!("the agent is `{word}`"))
        );
    }
    for at in ["/record/agent/status", "/status"] {
        let changes = [(at, json!("retired")), ("/record/agent/owner", json!(1))];
        assert_eq!(code(&with(wrapped(), &changes)), Some(Code::AgentIdInactive), "{at}");
    }
    let broken = with(wrapped(), &[("/record/agent/owner", json!(1))]);
    assert_eq!(code(&broken), Some(Code::AgentIdInvalid));
}

#[test]
fn what_holds_no_record_is_refused() {
    for answer in [
        json!(null),
        json!([record()]),
        json!({}),
        json!({ "detail": "agent record not found" }),
        json!({ "data": [record()] }),
        json!({ "record": null }),
        json!({ "data": { "data": { "data": { "data": record() } } } }),
        with(wrapped(), &[("/id", json!(1))]),
        with(wrapped(), &[("/did", json!(""))]),
        with(wrapped(), &[("/lifecycle_state", json!(null))]),
        with(wrapped(), &[("/deprovisioned_at", json!(false))]),
        with(wrapped(), &[("/record/lifecycle", json!({}))]),
        with(wrapped(), &[("/record/lifecycle", json!("active"))]),
        with(wrapped(), &[("/record/agent/lifecycle_state", json!(null))]),
    ] {
        assert_eq!(code(&answer), Some(Code::PointShape), "{answer}");
    }
}

#[test]
fn a_file_is_read_strictly() {
    let doubled = record().to_string().replacen("{", "{\"agent_id_protocol_version\":\"0.2.0\",", 1);
    for text in ["", "nonsense", &doubled] {
        assert_eq!(from_file(text).expect_err(text).code, Code::AgentIdInvalid);
    }
    let wrong = with(record(), &[("/agent/did", json!("web:x"))]);
    let message = from_file(&wrong.to_string()).expect_err("no DID").message;
    assert!(message.contains("/agent/did"), "{message}");
}
