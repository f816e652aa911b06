use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::answer::{Stance, Word};

/// What a word or an objection comes to.
fn told(word: Result<Word, Objection>) -> (Stance, Option<Code>) {
    let word = Word::from(word);
    (word.stance, word.objection.map(|objection| objection.code))
}

fn deny(code: Code) -> (Stance, Option<Code>) {
    (Stance::Deny, Some(code))
}

#[test]
fn only_a_plain_true_allows() {
    let allow = (Stance::Allow, None);
    for (answer, expected) in [
        (json!({ "allowed": true }), allow),
        (json!({ "allowed": true, "resolution": "" }), allow),
        (json!({ "resolution": 1, "allowed": true }), allow),
        (json!({ "allowed": false }), deny(Code::PointDenied)),
        (json!({ "allowed": false, "resolution": "" }), deny(Code::PointDenied)),
        (json!({}), deny(Code::PointUndecided)),
        (json!({ "resolution": "x" }), deny(Code::PointUndecided)),
        (json!({ "allowed": "true" }), deny(Code::PointDecisionKind)),
        (json!({ "allowed": 1 }), deny(Code::PointDecisionKind)),
        (json!({ "allowed": null }), deny(Code::PointDecisionKind)),
        (json!({ "allowed": [true] }), deny(Code::PointDecisionKind)),
        (json!({ "code": "validation_error", "message": "no such type" }), deny(Code::PointError)),
        (json!({ "message": "" }), deny(Code::PointError)),
        (json!({ "allowed": true, "code": "x" }), deny(Code::PointClash)),
        (json!({ "allowed": true, "message": null }), deny(Code::PointClash)),
        (json!({ "allowed": true, "Allowed": false }), deny(Code::PointShape)),
        (json!({ "result": { "a": { "allowed": true } } }), deny(Code::PointShape)),
        (json!({ "allowed": true, "error": { "message": "" } }), deny(Code::PointShape)),
        (json!([{ "allowed": true }]), deny(Code::PointShape)),
        (json!(true), deny(Code::PointShape)),
        (json!(null), deny(Code::PointShape)),
    ] {
        assert_eq!(told(read(&answer)), expected, "{answer}");
    }
}

#[test]
fn a_batch_answers_each_once_or_none() {
    let ids = ["a".to_owned(), "b".to_owned()];
    let told = |answer: Value| -> Vec<_> { read_batch(&answer, &ids).into_iter().map(told).collect() };
    let yes = json!({ "allowed": true });
    for (b, expected) in [
        (yes.clone(), (Stance::Allow, None)),
        (json!({ "allowed": false }), deny(Code::PointDenied)),
        (json!({ "error": { "input_error": "validation_error", "message": "x" } }), deny(Code::PointError)),
        (json!({ "error": null }), deny(Code::PointError)),
        (json!({ "allowed": true, "error": { "message": "" } }), deny(Code::PointClash)),
        (json!({}), deny(Code::PointUndecided)),
        (json!({ "allowed": "true" }), deny(Code::PointDecisionKind)),
        (json!({ "allowed": true, "resolution": "" }), deny(Code::PointShape)),
        (json!(true), deny(Code::PointShape)),
    ] {
        assert_eq!(told(json!({ "result": { "b": b, "a": yes } })), [(Stance::Allow, None), expected], "{b}");
    }
    for (answer, code) in [
        (json!({ "result": { "a": yes } }), Code::PointBatch),
        (json!({ "result": { "a": yes, "b": yes, "c": yes } }), Code::PointBatch),
        (json!({ "result": { "a": yes, "c": yes } }), Code::PointBatch),
        (json!({ "result": {} }), Code::PointBatch),
        (json!({}), Code::PointBatch),
        (json!({ "allowed": true }), Code::PointBatch),
        (json!({ "code": "x", "message": "y" }), Code::PointError),
        (json!({ "result": { "a": yes, "b": yes }, "message": "y" }), Code::PointClash),
        (json!({ "result": { "a": yes, "b": yes }, "allowed": true }), Code::PointShape),
        (json!({ "result": [yes, yes] }), Code::PointShape),
        (json!([]), Code::PointShape),
    ] {
        assert_eq!(told(answer.clone()), [deny(code), deny(code)], "{answer}");
    }
    let twice = read_batch(&json!({ "result": { "a": yes } }), &["a".to_owned(), "a".to_owned()]);
    assert!(twice.into_iter().all(|word| word.is_err_and(|objection| objection.code == Code::PointBatch)));
}

#[test]
fn an_error_is_told_as_it_came_and_no_further() {
    let told = |answer| read(&answer).expect_err("an error").message;
    assert_eq!(told(json!({ "code": "a", "message": "b\nc" })), "OpenFGA failed: `a: b\\nc`");
    let batch = json!({ "result": { "a": { "error": { "internal_error": "e", "message": "m" } } } });
    let word = read_batch(&batch, &["a".to_owned()]).remove(0);
    assert_eq!(word.expect_err("an error").message, "OpenFGA failed: `e: m`");
}

#[test]
fn ids_of_stores_and_models_have_one_form() {
    assert!(is_id("01HVMMBCMGZNT3SED4Z17ECXCA"));
    for bad in ["", "01HVMMBCMGZNT3SED4Z17ECXC", "01HVMMBCMGZNT3SED4Z17ECXCAA", "01hvmmbcmgznt3sed4z17ecxca"]
    {
        assert!(!is_id(bad), "{bad}");
    }
    for letter in ["I", "L", "O", "U", "/", "."] {
        assert!(!is_id(&format!("{letter}1HVMMBCMGZNT3SED4Z17ECXCA")), "{letter}");
    }
}

#[test]
fn encoded_ids_are_legal_and_readable() {
    for (id, encoded) in [
        ("acme/shop", "acme/shop"),
        ("did:web:a.example:b", "did%3Aweb%3Aa.example%3Ab"),
        ("anne@example.com", "anne%40example.com"),
        ("*", "%2A"),
        ("a b#c~d%", "a%20b%23c%7Ed%25"),
        ("é", "%C3%A9"),
    ] {
        assert_eq!(encode(id), encoded);
        assert_eq!(decode(encoded).as_deref(), Some(id));
    }
    for other in ["%", "%2", "%2a", "%zz", "%41", "a b", "a:b", "%C3", "%+1", "~"] {
        assert_eq!(decode(other), None, "{other}");
    }
}

#[test]
fn a_branch_is_of_one_repository() {
    let branches = [("a", "b/c"), ("a/b", "c"), ("a~b", "c"), ("a", "b~c"), ("a%7Eb", "c")];
    let ids: BTreeSet<String> = branches.iter().map(|(r, b)| id::branch(r, b).expect("legal")).collect();
    assert_eq!(ids.len(), branches.len());
    assert_eq!(id::branch("acme/shop", "agent/fix").expect("legal"), "branch:acme/shop~agent/fix");
    for (repository, branch) in [("", "b"), ("a", "")] {
        assert_eq!(id::branch(repository, branch).expect_err("empty").code, Code::PointUnaskable);
    }
}

#[test]
fn an_object_has_256_characters_at_most() {
    let longest = "x".repeat(256 - "repository:".len());
    assert_eq!(id::object("repository", &longest).map(|object| object.len()), Ok(256));
    for long in [format!("{longest}x"), format!("{}:", &longest[..longest.len() - 1])] {
        assert_eq!(id::object("repository", &long).expect_err("too long").code, Code::PointUnaskable);
    }
}

proptest! {
    #[test]
    fn every_id_comes_back_and_none_is_anothers(id in ".{0,40}", other in ".{0,40}") {
        let encoded = encode(&id);
        prop_assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._/%".contains(&b)));
        prop_assert_eq!(decode(&encoded), Some(id.clone()));
        prop_assert_eq!(encoded == encode(&other), id == other);
    }
}
