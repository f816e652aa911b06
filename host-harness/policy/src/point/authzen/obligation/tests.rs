use agent_contract::RepoPath;
use serde_json::json;

use super::*;

fn gathered(fields: Value) -> Result<Demands, String> {
    gather(fields.as_object().unwrap().iter()).map_err(|objection| {
        assert_eq!(objection.code, Code::PointObligation);
        objection.message
    })
}

#[test]
fn known_obligations_narrow() {
    let demands = gathered(json!({
        "obligations": [
            { "id": "limit", "uses": 3, "bytes": 1000 },
            { "id": "limit", "seconds": 60 },
            { "id": "scope", "paths": ["src", "docs/a.md"], "checks": ["test"], "bindings": [] },
        ],
        "OBLIGATION": [{ "id": "approval", "reason": "a release" }],
        "note": "nothing",
    }))
    .unwrap();
    let path = |text| RepoPath::parse(text).unwrap();
    let narrowing = Scope {
        paths: Some(vec![path("src"), path("docs/a.md")]),
        checks: Some(vec!["test".to_owned()]),
        bindings: Some(Vec::new()),
        uses: Some(3),
        bytes: Some(1000),
        seconds: Some(60),
    };
    assert_eq!(demands, Demands { narrowing, approval: Some("a release".to_owned()) });
}

#[test]
fn no_obligation_demands_nothing() {
    for fields in [json!({}), json!({ "obligations": [] }), json!({ "x-obligations": [{ "id": "log" }] })] {
        assert_eq!(gathered(fields), Ok(Demands::default()));
    }
}

#[test]
fn an_approval_may_be_without_a_reason() {
    let demands = gathered(json!({ "obligations": [{ "id": "approval" }] })).unwrap();
    assert_eq!(demands.approval.as_deref(), Some(""));
}

#[test]
fn what_the_runner_does_not_know_it_does_not_promise() {
    for (obligations, words) in [
        (json!(null), "`obligations` is `null` and not a list"),
        (json!({ "id": "limit", "uses": 1 }), "`obligations` is an object and not a list"),
        (json!("log"), "`obligations` is a string and not a list"),
        (json!(["log"]), "an obligation is a string and not an object"),
        (json!([{}]), "has no `id`"),
        (json!([{ "id": 1 }]), "`id` of an obligation is a number"),
        (json!([{ "id": "log" }]), "does not know the obligation `log`"),
        (json!([{ "id": "Limit", "uses": 1 }]), "does not know the obligation `Limit`"),
        (json!([{ "id": "limit", "uses": 1, "calls": 1 }]), "does not know `calls`"),
        (json!([{ "id": "limit", "paths": ["src"] }]), "does not know `paths`"),
        (json!([{ "id": "scope", "uses": 1 }]), "does not know `uses`"),
        (json!([{ "id": "approval", "by": "bob" }]), "does not know `by`"),
        (json!([{ "id": "approval", "reason": null }]), "`reason` of the obligation `approval` is `null`"),
        (json!([{ "id": "limit" }]), "limits nothing"),
        (json!([{ "id": "scope" }]), "limits nothing"),
        (json!([{ "id": "limit", "uses": 0 }]), "/uses"),
        (json!([{ "id": "limit", "uses": -1 }]), "/uses"),
        (json!([{ "id": "limit", "uses": "1" }]), "/uses"),
        (json!([{ "id": "limit", "uses": 1.5 }]), "/uses"),
        (json!([{ "id": "limit", "bytes": null }]), "/bytes"),
        (json!([{ "id": "scope", "paths": ["../x"] }]), "/paths/0"),
        (json!([{ "id": "scope", "paths": "src" }]), "/paths"),
        (json!([{ "id": "scope", "checks": [1] }]), "/checks/0"),
        (json!([{ "id": "limit", "uses": 1 }, { "id": "limit", "uses": 2 }]), "limit `uses` twice"),
        (json!([{ "id": "scope", "paths": [] }, { "id": "scope", "paths": [] }]), "limit `paths` twice"),
        (json!([{ "id": "limit", "uses": 1 }, { "id": "audit" }]), "does not know the obligation `audit`"),
    ] {
        for name in ["obligations", "Obligation", "obligations_v2"] {
            let message = gathered(json!({ name: obligations })).expect_err(name);
            assert!(message.contains(&words.replace("`obligations`", &format!("`{name}`"))), "{message}");
        }
    }
}
