use agent_contract::capability::Scope;
use serde_json::json;

use super::*;
use crate::answer::Stance;

fn refused(answer: Value) -> (Code, String) {
    let objection = read(&answer).expect_err(&answer.to_string());
    (objection.code, objection.message)
}

#[test]
fn only_true_is_a_yes() {
    assert_eq!(read(&json!({ "decision": true })), Ok(Word::allow()));
    assert_eq!(read(&json!({ "decision": true, "id": 7, "context": {} })), Ok(Word::allow()));
}

#[test]
fn what_is_no_boolean_decides_nothing() {
    for (answer, code, words) in [
        (json!({}), Code::PointUndecided, "no `decision`"),
        (json!({ "Decision": true }), Code::PointUndecided, "no `decision`"),
        (json!({ "evaluations": [{ "decision": true }] }), Code::PointUndecided, "no `decision`"),
        (json!({ "decision": null }), Code::PointDecisionKind, "`null`"),
        (json!({ "decision": "true" }), Code::PointDecisionKind, "the string `true`"),
        (json!({ "decision": "permit" }), Code::PointDecisionKind, "the string `permit`"),
        (json!({ "decision": 1 }), Code::PointDecisionKind, "a number"),
        (json!({ "decision": [true] }), Code::PointDecisionKind, "a list"),
        (json!({ "decision": { "decision": true } }), Code::PointDecisionKind, "an object"),
        (json!([{ "decision": true }]), Code::PointShape, "the answer is a list"),
        (json!(true), Code::PointShape, "the answer is a boolean"),
        (json!({ "decision": true, "context": null }), Code::PointShape, "`context` is `null`"),
        (json!({ "decision": true, "context": "ok" }), Code::PointShape, "`context` is a string"),
        (json!({ "decision": false, "context": [] }), Code::PointShape, "`context` is a list"),
    ] {
        let (said, message) = refused(answer);
        assert_eq!(said, code, "{message}");
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn a_no_says_why() {
    let word = read(&json!({
        "decision": false,
        "context": {
            "reason_admin": { "403": "policy C076E82F" },
            "reason_user": "not yours",
            "reason": "closed\non Sundays",
            "error": { "status": 404, "message": "no such thing" },
            "obligations": "are of no use with a no",
        },
    }))
    .unwrap();
    let reasons = ["not yours", "policy C076E82F", "closed\\non Sundays", "no such thing"];
    assert_eq!(word.reasons, reasons);
    assert_eq!(word.stance, Stance::Deny);
    let message = format!("the decision point says no: {}", reasons.join("; "));
    assert_eq!(word.objection, Some(Objection::new(Code::PointDenied, message)));
}

#[test]
fn a_no_needs_no_reason() {
    for context in [json!({}), json!({ "reason": 7 }), json!({ "reason_user": { "en": null } })] {
        let word = read(&json!({ "decision": false, "context": context })).unwrap();
        assert_eq!(word.reasons, [""; 0]);
        assert_eq!(word.objection.unwrap().code, Code::PointDenied);
    }
}

#[test]
fn reasons_are_not_without_end() {
    let reasons: Map<String, Value> = (0..100).map(|n| (n.to_string(), "x".repeat(10_000).into())).collect();
    let word = read(&json!({ "decision": false, "context": { "reason_user": reasons } })).unwrap();
    assert_eq!(word.reasons.len(), REASONS_MAX);
    assert!(word.reasons.iter().all(|reason| reason.len() < 300));
}

#[test]
fn reasons_of_a_yes_are_kept() {
    let word = read(&json!({ "decision": true, "context": { "reason": "an owner" } })).unwrap();
    assert_eq!(word, Word { reasons: vec!["an owner".to_owned()], ..Word::allow() });
}

#[test]
fn a_yes_that_is_contradicted_is_a_clash() {
    for (place, against) in [
        ("decision", json!(false)),
        ("decision", json!("deny")),
        ("decision", json!(null)),
        ("DECISION", json!(false)),
        ("error", json!({ "status": 500 })),
        ("error", json!("broken")),
        ("errors", json!([])),
    ] {
        let (code, message) = refused(json!({ "decision": true, "context": { place: against } }));
        assert_eq!(code, Code::PointClash, "{place}: {against}");
        assert!(message.contains(&format!("`{place}` in `context`")), "{message}");
    }
    assert_eq!(refused(json!({ "decision": true, "Decision": false })).0, Code::PointClash);
    assert_eq!(refused(json!({ "decision": true, "error": "broken" })).0, Code::PointClash);
    let agreeing = json!({ "decision": true, "error": null, "context": { "decision": true, "error": null } });
    assert_eq!(read(&agreeing), Ok(Word::allow()));
}

#[test]
fn obligations_narrow_and_ask_wherever_they_stand() {
    let narrowing = Scope { uses: Some(1), ..Scope::default() };
    let obligations = json!([{ "id": "limit", "uses": 1 }]);
    for answer in [
        json!({ "decision": true, "context": { "obligations": obligations } }),
        json!({ "decision": true, "obligations": obligations }),
    ] {
        assert_eq!(read(&answer), Ok(Word { narrowing: narrowing.clone(), ..Word::allow() }));
    }
    let ask = json!({ "decision": true, "context": { "obligations": [
        { "id": "approval", "reason": "a release" }, { "id": "limit", "uses": 1 },
    ] } });
    let word = Word::ask("the decision point wants a person to approve it: a release");
    assert_eq!(read(&ask), Ok(Word { narrowing, ..word }));
}

#[test]
fn an_unknown_obligation_is_a_no_wherever_it_stands() {
    for answer in [
        json!({ "decision": true, "context": { "obligations": [{ "id": "log" }] } }),
        json!({ "decision": true, "Obligations": [{ "id": "log" }] }),
        json!({ "decision": true, "obligations": [{ "id": "limit", "uses": 1 }],
            "context": { "obligations": [{ "id": "limit", "uses": 2 }] } }),
    ] {
        assert_eq!(refused(answer).0, Code::PointObligation);
    }
}

#[test]
fn a_batch_is_answered_one_by_one() {
    let answer = json!({ "evaluations": [
        { "decision": true },
        { "decision": false, "context": { "reason": "closed" } },
        { "decision": "true" },
        true,
    ] });
    let words = read_batch(&answer, 4);
    let codes: Vec<_> = words
        .iter()
        .map(|word| match word {
            Ok(word) => word.objection.as_ref().map(|objection| objection.code),
            Err(objection) => Some(objection.code),
        })
        .collect();
    let (denied, kind, shape) = (Code::PointDenied, Code::PointDecisionKind, Code::PointShape);
    assert_eq!(codes, [None, Some(denied), Some(kind), Some(shape)]);
}

#[test]
fn one_decision_and_several_contradict_each_other() {
    for decision in [true, false] {
        let answer = json!({ "decision": decision, "evaluations": [{ "decision": true }] });
        assert_eq!(read(&answer).unwrap_err().code, Code::PointClash);
        assert_eq!(read_batch(&answer, 1).remove(0).unwrap_err().code, Code::PointClash);
    }
}

#[test]
fn a_batch_that_is_not_whole_answers_nothing() {
    let yes = json!({ "decision": true });
    for (answer, code, words) in [
        (json!({ "evaluations": [yes] }), Code::PointBatch, "has 1 `evaluations`, and 2 were asked for"),
        (json!({ "evaluations": [yes, yes, yes] }), Code::PointBatch, "has 3 `evaluations`"),
        (json!({ "evaluations": [] }), Code::PointBatch, "has 0 `evaluations`"),
        (json!({ "evaluations": yes }), Code::PointBatch, "is an object and not a list"),
        (yes.clone(), Code::PointBatch, "has no `evaluations`"),
        (json!({ "evaluations": [yes, yes], "obligations": [] }), Code::PointBatch, "`obligations`"),
        (json!([yes, yes]), Code::PointShape, "is a list"),
    ] {
        let read = read_batch(&answer, 2);
        assert_eq!(read.len(), 2);
        for word in read {
            let objection = word.expect_err("an objection");
            assert_eq!(objection.code, code, "{answer}");
            assert!(objection.message.contains(words), "{objection}");
        }
    }
}
