//! The data API: what is asked, and what an answer comes to.

use agent_contract::{CapabilityName, RunMode};
use policy::{
    Code,
    answer::{Stance, Word},
    point::{opa, rego::RulePath},
};
use serde_json::{Value, json};

use crate::contexts::{Dice, any, plain};

fn path(rule: &str) -> String {
    opa::path(&RulePath::parse(rule).unwrap())
}

#[test]
fn a_rule_has_one_path() {
    let cases = [
        ("data.code_assist.allow", "/v1/data/code_assist/allow"),
        ("data.a.b.c.allow", "/v1/data/a/b/c/allow"),
        ("data.teams[\"platform-1\"].allow", "/v1/data/teams/platform-1/allow"),
        ("data.a[\"b/c\"].allow", "/v1/data/a/b%2Fc/allow"),
        ("data.a[\"..\"].allow", "/v1/data/a/%2E%2E/allow"),
        ("data.a[\"1.0\"].allow", "/v1/data/a/1.0/allow"),
        ("data.a[\"é?#% \\n\"].allow", "/v1/data/a/%C3%A9%3F%23%25%20%0A/allow"),
    ];
    for (rule, expected) in cases {
        assert_eq!(path(rule), expected);
    }
}

#[test]
fn a_rule_is_spelled_as_it_is_read() {
    for rule in ["data.p.allow", "data.teams[\"platform-1\"].allow", "data.a[\"\\\"]\"].b[\"\"]"] {
        assert_eq!(RulePath::parse(rule).unwrap().to_string(), rule);
    }
}

#[test]
fn the_whole_context_is_asked_about_as_in_the_process() {
    let rule = RulePath::parse("data.p.allow").unwrap();
    let mut dice = Dice::new(7);
    for _ in 0..50 {
        let context = any(&mut dice);
        let exchange = opa::exchange(&rule, &context);
        assert_eq!(exchange.path, "/v1/data/p/allow");
        assert_eq!(exchange.body, Some(json!({ "input": opa::input(&context) })));
        assert_eq!(exchange.request_id, None);
    }
    let context = plain(CapabilityName::RepoRead, RunMode::DryRun);
    assert_eq!(opa::input(&context)["question"]["capability"]["name"], json!("repo.read"));
    assert_eq!(opa::input(&context)["setting"]["branch"]["work"], Value::Null);
}

fn read(answer: Value) -> Word {
    opa::read(&answer).into()
}

#[test]
fn only_a_result_of_true_allows() {
    for answer in [json!({"result": true}), json!({"result": true, "metrics": {}, "provenance": {}})] {
        assert_eq!(read(answer).stance, Stance::Allow);
    }
    let cases = [
        (json!({"result": false}), Code::PointDenied),
        (json!({}), Code::RegoUndefined),
        (json!({"decision_id": "x"}), Code::RegoUndefined),
        (json!({"Result": true}), Code::RegoUndefined),
        (json!({"result": null}), Code::RegoKind),
        (json!({"result": "true"}), Code::RegoKind),
        (json!({"result": 1}), Code::RegoKind),
        (json!({"result": [true]}), Code::RegoKind),
        (json!({"result": {"allow": true}}), Code::RegoKind),
        (json!({"code": "internal_error", "message": "m"}), Code::PointError),
        (json!({"errors": []}), Code::PointError),
        (json!({"code": null}), Code::PointError),
        (json!({"result": true, "code": "internal_error"}), Code::PointClash),
        (json!({"result": true, "errors": []}), Code::PointClash),
        (json!({"result": false, "errors": [{"message": "m"}]}), Code::PointClash),
        (json!(true), Code::PointShape),
        (json!([{"result": true}]), Code::PointShape),
        (json!(null), Code::PointShape),
    ];
    for (answer, code) in cases {
        let word = read(answer.clone());
        assert_eq!(word.stance, Stance::Deny, "{answer}");
        assert_eq!(word.objection.map(|objection| objection.code), Some(code), "{answer}");
    }
}

#[test]
fn what_it_says_is_passed_on() {
    let warning = json!({"code": "api_usage_warning", "message": "'input' key missing from the request"});
    let word = read(json!({"result": true, "decision_id": "4ca6", "warning": warning}));
    assert_eq!(word.reasons, ["decision_id: 4ca6", "warning: 'input' key missing from the request"]);
    let word = read(json!({"result": false, "decision_id": "4ca6\u{1b}[2J"}));
    assert_eq!(word.reasons, ["decision_id: 4ca6\\u{1b}[2J"]);
    let errors = json!([{"code": "rego_type_error", "message": "undefined ref"}, 3, {"message": "two"}]);
    let word = read(json!({"code": "invalid_parameter", "message": "it failed", "errors": errors}));
    let message = word.objection.unwrap().message;
    assert_eq!(
        message,
        "Open Policy Agent reports an error: invalid_parameter: it failed: undefined ref: two"
    );
}
