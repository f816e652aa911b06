//! The reader of Agent ID records against the official schema: whatever is done to a record,
//! both take it or both refuse it, but where ours is stricter and says so here.
//! `CODE_ASSIST_VECTORS` names the folder that holds `protocols`.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use policy::agent_id;
use serde_json::{Value, json};

/// Where ours refuses what the schema takes: a place, a value, and why.
fn stricter() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("/authorization/max_delegation_depth", json!(9_007_199_254_740_993_u64), "not exact everywhere"),
        ("/authorization/max_delegation_depth", json!(1e300), "not exact everywhere"),
        ("/agent/did", json!("did:web:a\rb"), "more than one line"),
        ("/agent/did", json!("did:web:a\u{2028}b"), "more than one line"),
        ("/bindings/anp/did", json!("did:web:a\u{2029}b"), "more than one line"),
        ("/governance/audit_endpoint", json!("https://[v1.x]/"), "an address of the future"),
    ]
}

/// Records that hold: one of each mode.
fn records() -> Vec<Value> {
    let agent = |did: &str| {
        json!({
            "did": did, "display_name": "Mender", "owner": "platform", "role": "code-change",
            "environment": "lab", "version": "v2", "status": "active", "trust_level": "curated",
            "capabilities": ["repo.read", "mend"], "blueprint_id": "bp-1"
        })
    };
    let record = |agent: Value, mode: &str, context: &str, scope: Value, audit: Value| {
        json!({
            "agent_id_protocol_version": "0.2.0",
            "agent": agent,
            "authorization": {
                "mode": mode, "subject_context": context,
                "delegation_proof_formats": ["oauth_token_exchange", "biscuits"],
                "scope_reference": scope, "expires_at": "2030-01-31T12:00:00.5+01:00",
                "max_delegation_depth": 1, "attenuation_required": true, "human_approval_required": true
            },
            "governance": {
                "provisioning": "scim", "identity_chain_preserved": !audit.is_null(), "audit_endpoint": audit,
                "status_endpoint": "https://ids.example.com/status/1", "deprovisioning_endpoint": null
            },
            "bindings": {
                "a2a": { "endpoint_url": "https://a.example.com/a2a", "agent_card_name": "Mender" },
                "acp": { "endpoint_url": null },
                "anp": { "did": "did:key:z6Mk", "endpoint_url": null }
            },
            "extensions": { "anything": [1, null] }
        })
    };
    let audit = json!("https://ids.example.com/audit");
    vec![
        record(agent("did:key:z6Mk1"), "autonomous", "first_party", json!(null), json!(null)),
        record(agent("did:web:a.example.com"), "delegated", "on_behalf_of_user", json!("p/1"), audit.clone()),
        record(agent("did:web:a.example.com%3A1:x"), "delegated", "multi_party", json!("p/1"), audit.clone()),
        record(agent("did:ion:x"), "hybrid", "on_behalf_of_team", json!(""), audit.clone()),
        record(agent("did:ion:x"), "hybrid", "first_party", json!(null), audit),
    ]
}

/// Every place in a value, outermost first.
fn places(value: &Value, at: String, found: &mut Vec<String>) {
    found.push(at.clone());
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| places(value, format!("{at}/{key}"), found))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, item)| places(item, format!("{at}/{n}"), found))
        }
        _ => {}
    }
}

/// What a place is made to hold.
fn values() -> Vec<Value> {
    let texts = [
        "",
        " ",
        "x",
        "active",
        "disabled",
        "quarantine",
        "quarantined",
        "internal",
        "external",
        "autonomous",
        "delegated",
        "hybrid",
        "first_party",
        "on_behalf_of_user",
        "on_behalf_of_team",
        "multi_party",
        "Active",
        "macaroons",
        "manual",
        "internal_iam",
        "0.2.0",
        "0.2",
        "0.3.0",
        "did:web:x",
        "did:web:",
        "did:Web:x",
        "did::x",
        "DID:web:x",
        "did:web:a\nb",
        "https://a.example.com/",
        "https://a b/",
        "https://a/%zz",
        "/a",
        "a:b",
        "https://[::1]/",
        "https://[::1/",
        "https://é.example/",
        "2030-01-01T00:00:00Z",
        "2030-01-01t00:00:00z",
        "2030-01-01",
        "2030-02-30T00:00:00Z",
        "2016-12-31T23:59:60Z",
        "2016-12-31T12:59:60Z",
        "2030-01-01T00:00:00",
        "2030-01-01 00:00:00Z",
        "2030-01-01T00:00:00+24:00",
        "1950-01-01T00:00:00-23:59",
    ];
    let others = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(-1),
        json!(1.0),
        json!(1.5),
        json!([]),
        json!(["biscuits"]),
        json!(["biscuits", "passwords"]),
        json!([1]),
        json!({}),
        json!({ "a": 1 }),
    ];
    texts.into_iter().map(|text| json!(text)).chain(others).collect()
}

/// Everything that one step makes of a record.
fn mutations(record: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    places(record, String::new(), &mut found);
    let mut all = vec![("as it is".to_owned(), record.clone())];
    for at in &found {
        let put = |value: Value| {
            let mut changed = record.clone();
            *changed.pointer_mut(at).unwrap() = value;
            changed
        };
        all.extend(values().into_iter().map(|value| (format!("{at} = {value}"), put(value))));
        let here = record.pointer(at).unwrap();
        if let Value::Object(fields) = here {
            let mut more = fields.clone();
            more.insert("surplus".to_owned(), json!(1));
            all.push((format!("{at} + surplus"), put(Value::Object(more))));
            for key in fields.keys() {
                let mut fewer = fields.clone();
                fewer.remove(key);
                all.push((format!("{at} - {key}"), put(Value::Object(fewer))));
            }
        }
    }
    all
}

/// What two fields of the cross-field rules say together, in every combination.
fn combinations() -> Vec<(String, Value)> {
    let mut all = Vec::new();
    let nothing_or = |text: &str| [json!(null), json!(""), json!(text)];
    for mode in ["autonomous", "delegated", "hybrid"] {
        for context in ["first_party", "on_behalf_of_user", "on_behalf_of_team", "multi_party"] {
            for scope in nothing_or("p/1") {
                for chain in [true, false] {
                    for audit in nothing_or("https://ids.example.com/") {
                        let mut record = records().remove(0);
                        record["authorization"]["mode"] = json!(mode);
                        record["authorization"]["subject_context"] = json!(context);
                        record["authorization"]["scope_reference"] = scope.clone();
                        record["governance"]["identity_chain_preserved"] = json!(chain);
                        record["governance"]["audit_endpoint"] = audit.clone();
                        all.push((format!("{mode} {context} {scope} {chain} {audit}"), record));
                    }
                }
            }
        }
    }
    all
}

#[test]
fn the_reader_and_the_official_schema_agree() {
    let Some(folder) = env::var_os("CODE_ASSIST_VECTORS").map(PathBuf::from) else {
        println!("skipped: CODE_ASSIST_VECTORS is not set");
        return;
    };
    let schema = folder.join("protocols/agent-id/didone/schemas/json/agent-id-record.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    let official = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();

    let mut cases = combinations();
    cases.extend(records().iter().flat_map(mutations));
    let mut count = BTreeMap::from([(true, 0), (false, 0)]);
    for (name, record) in &cases {
        let ours = agent_id::parse(&record.to_string());
        let theirs = official.validate(record).map_err(|error| error.to_string());
        assert_eq!(ours.is_ok(), theirs.is_ok(), "{name}: {:?} {theirs:?}", ours.err());
        *count.get_mut(&ours.is_ok()).unwrap() += 1;
    }
    println!("{count:?}");
    assert!(count.values().all(|count| *count > 500), "{count:?}");

    for (at, value, why) in stricter() {
        let mut record = records().remove(1);
        *record.pointer_mut(at).unwrap() = value;
        assert!(official.is_valid(&record), "{at}, {why}: the schema refuses it too");
        assert!(agent_id::parse(&record.to_string()).is_err(), "{at}, {why}: taken");
    }
}

/// Needs no vectors: a fault tells its place.
#[test]
fn a_fault_carries_its_pointer() {
    for (at, value, place) in [
        ("/agent/did", json!("web"), "/agent/did"),
        ("/agent/status", json!("enabled"), "/agent/status"),
        ("/authorization/delegation_proof_formats", json!([]), "/authorization/delegation_proof_formats"),
        (
            "/authorization/delegation_proof_formats/1",
            json!("x"),
            "/authorization/delegation_proof_formats/1",
        ),
        ("/authorization/expires_at", json!("tomorrow"), "/authorization/expires_at"),
        ("/authorization/subject_context", json!("first_party"), "/authorization/subject_context"),
        ("/authorization/scope_reference", json!(""), "/authorization/scope_reference"),
        ("/governance/identity_chain_preserved", json!(false), "/governance/identity_chain_preserved"),
        ("/governance/audit_endpoint", json!(null), "/governance/audit_endpoint"),
        ("/bindings/a2a", json!({ "endpoint_url": null }), "/bindings/a2a/agent_card_name"),
        ("/bindings/anp", json!({ "did": null, "endpoint_url": null, "x": 1 }), "/bindings/anp/x"),
        ("/extensions", json!(null), "/extensions"),
    ] {
        let mut record = records().remove(1);
        *record.pointer_mut(at).unwrap() = value;
        assert_eq!(agent_id::parse(&record.to_string()).unwrap_err().at, place);
    }
}
