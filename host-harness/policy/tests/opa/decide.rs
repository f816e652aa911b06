//! What a policy's results come to, and that no error is lost on the way.

use agent_contract::{CapabilityName as Name, RunMode};
use policy::{
    Code,
    answer::{Stance, Word},
    context::DecisionContext,
    point::{opa, rego::RegoPolicy},
};
use proptest::prelude::*;
use serde_json::Value;

use crate::{
    contexts::{Dice, any, plain},
    load::{load, module},
};

fn policy(lines: &str) -> RegoPolicy {
    load(&[("p.rego", &module(lines))]).unwrap_or_else(|error| panic!("{lines}: {error}"))
}

fn context() -> DecisionContext {
    plain(Name::RepoRead, RunMode::DryRun)
}

fn decide(lines: &str) -> Word {
    policy(lines).decide(&context())
}

/// The code and the message of a denial; nothing else may stand there.
fn denial(lines: &str) -> (Code, String) {
    let word = decide(lines);
    assert_eq!(word.stance, Stance::Deny, "{lines}");
    let objection = word.objection.unwrap();
    (objection.code, objection.message)
}

#[test]
fn only_true_allows() {
    let word = decide("allow := true");
    assert_eq!((word.stance, word.objection), (Stance::Allow, None));
    let cases = [
        ("allow := false", Code::PointDenied, "`false`"),
        ("default allow := false", Code::PointDenied, "`false`"),
        ("allow if input.nothing", Code::RegoUndefined, "undefined"),
        ("allow if false", Code::RegoUndefined, "undefined"),
        ("allow := null", Code::RegoKind, "null"),
        ("allow := 1", Code::RegoKind, "a number"),
        ("allow := \"true\"", Code::RegoKind, "a string"),
        ("allow := [true]", Code::RegoKind, "an array"),
        ("allow := {true}", Code::RegoKind, "a set"),
        ("allow contains true", Code::RegoKind, "a set"),
        ("allow := {\"result\": true}", Code::RegoKind, "an object"),
        ("allow := input", Code::RegoKind, "an object"),
    ];
    for (lines, code, words) in cases {
        let (found, message) = denial(lines);
        assert!(found == code && message.contains(words), "{lines}: {found} {message}");
    }
}

#[test]
fn an_error_denies_wherever_it_happens() {
    let lines = [
        "allow if 1 / 0 == 1",
        "allow if 1 % 0 == 1",
        "allow if to_number(\"x\") == 1",
        "allow if startswith(input.setting, \"x\")",
        "allow if 1 + \"x\" == 2",
        "allow if not to_number(\"x\")",
        "allow if json.unmarshal(\"{\")",
        "allow if base64.decode(\"?\") == \"\"",
        "allow if regex.match(\"[\", \"x\")",
        "allow if time.parse_rfc3339_ns(\"x\") > 0",
        "allow if semver.compare(\"x\", \"1.0.0\") == 0",
        "allow if object.get(1, \"x\", true)",
        "allow if count([x | some x in [1]; x / 0 == 1]) == 0",
        "allow if count({x | some x in [1]; x / 0 == 1}) == 0",
        "allow if count({x: 1 | some x in [1]; x / 0 == 1}) == 0",
        "allow if every x in [1] { x / 0 == 1 }",
        "allow if input.x with input.x as 1 / 0",
        "allow if f(0)\nf(x) if 1 / x == 1",
        "allow if not f(0)\nf(x) if 1 / x == 1",
        "allow if { x := f(0); x }\ndefault f(_) := true\nf(x) if 1 / x == 1",
        "default allow := true\nallow := false if 1 / 0 == 1",
        "allow if 1 / 0 == 1\nelse := true",
        "allow if print(1 / 0)",
    ];
    for lines in lines {
        let (code, message) = denial(lines);
        assert_eq!(code, Code::RegoFailed, "{lines}: {message}");
        assert!(message.starts_with("the policy failed: ") && !message.contains('\n'), "{lines}: {message}");
    }
}

/// An error in one rule, with others beside it that hold.
#[test]
fn an_error_in_one_of_several_rules_denies() {
    let lines = [
        "allow if true\nallow if 1 / 0 == 1",
        "allow if 1 / 0 == 1\nallow if true",
        "allow if count(forbidden) == 0\nforbidden contains \"a\" if 1 / 0 == 1\nforbidden contains \"b\" if false",
        "allow if not \"b\" in forbidden\nforbidden contains \"a\"\nforbidden contains \"b\" if 1 / 0 == 1",
        "allow if not forbidden.b\nforbidden.a := true\nforbidden.b := 1 / 0",
        "allow if not o[\"b\"]\no[k] := 1 / 0 if some k in [\"b\"]\no[k] := 1 if some k in [\"a\"]",
        "allow if f(1)\nf(x) if x == 1\nf(x) if x / 0 == 1",
        "allow if f(1)\nf(x) if x / 0 == 1\nf(x) if x == 1",
        "allow if helper\nhelper if true\nhelper if 1 / 0 == 1",
        "allow if not helper\nhelper if 1 / 0 == 1\nhelper if false",
    ];
    for lines in lines {
        let (code, message) = denial(lines);
        assert_eq!(code, Code::RegoFailed, "{lines}: {message}");
    }
}

#[test]
fn an_error_in_another_module_of_the_package_denies() {
    let files = [
        ("one.rego", "package p\n\nallow if true\n"),
        ("two.rego", "package p\n\nallow if to_number(\"x\") == 1\n"),
    ];
    let word = load(&files).unwrap().decide(&context());
    let objection = word.objection.unwrap();
    assert_eq!(objection.code, Code::RegoFailed);
    assert!(objection.message.contains("`two.rego:3:"), "{}", objection.message);
}

#[test]
fn rules_that_contradict_each_other_deny() {
    let lines = [
        "allow := true\nallow := false if input.setting",
        "allow if r\nr if not r2\nr2 if not r",
        "allow if allow",
        "allow if f(1) == 1\nf(x) := 1 if x\nf(x) := 2 if x",
        "allow if o.a == 1\no[k] := 1 if some k in [\"a\"]\no[k] := 2 if some k in [\"a\"]",
    ];
    for lines in lines {
        let (code, message) = denial(lines);
        assert_eq!(code, Code::RegoFailed, "{lines}: {message}");
    }
}

#[test]
fn a_panic_of_the_engine_denies() {
    let (code, message) = denial("allow if sprintf(\"%٣d\", [1]) == \"1\"");
    assert_eq!((code, message.as_str()), (Code::RegoFailed, "the policy failed: the engine gave up"));
}

#[test]
fn an_evaluation_ends_in_time() {
    let digits = "some a in d; some b in d; some c in d; some e in d; some f in d; some g in d; some h in d";
    let lines = [
        format!("d := [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\nallow if count([1 | {digits}]) == 0"),
        format!(
            "d := [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\nallow if {{ {digits}; a + b + c + e + f + g + h == 99 }}"
        ),
        "allow if count({[a, b, c] | walk(input, a); walk(input, b); walk(input, c)}) == 0".to_owned(),
    ];
    for lines in lines {
        let policy = policy(&lines).within(20);
        let start = std::time::Instant::now();
        let word = policy.decide(&context());
        let took = start.elapsed();
        assert_eq!(word.objection.map(|objection| objection.code), Some(Code::PointTimeout), "{lines}");
        assert!(took.as_millis() < 2000, "{took:?}: {lines}");
        assert_eq!(policy.clone().within(20).decide(&context()).stance, Stance::Deny);
    }
}

#[test]
fn what_a_policy_prints_is_a_reason() {
    let word = decide("allow if { print(\"because\", input.decision.id); true }");
    assert_eq!(word.stance, Stance::Allow);
    assert_eq!(word.reasons, ["p.rego:3: because d-1"]);
    let word = decide("allow if { some x in input.decision; print(x, \"\\u001b[2J\"); false }");
    assert!(word.reasons.iter().all(|reason| !reason.contains('\u{1b}')), "{:?}", word.reasons);
}

#[test]
fn documents_are_read_and_nothing_stays_between_decisions() {
    let files = [
        ("p.rego", "package p\n\nallow if input.setting.subject.id in data.people.known\n"),
        ("people/data.json", r#"{"known": ["ada"]}"#),
    ];
    let policy = load(&files).unwrap();
    let mut other = context();
    std::sync::Arc::make_mut(&mut other.setting).subject.id = "eve".into();
    for _ in 0..3 {
        assert_eq!(policy.decide(&context()).stance, Stance::Allow);
        assert_eq!(policy.decide(&other).stance, Stance::Deny);
    }
}

#[test]
fn decisions_are_made_side_by_side() {
    let policy = crate::example::example();
    let contexts = crate::example::two_hundred();
    let alone: Vec<_> = contexts.iter().map(|context| policy.decide(context)).collect();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                assert!(contexts.iter().zip(&alone).all(|(context, word)| policy.decide(context) == *word))
            });
        }
    });
}

proptest! {
    /// The input is the context: all of it, as it is, also where the engine has read it.
    #[test]
    fn nothing_of_a_context_is_dropped_or_changed(seed: u64) {
        let context = any(&mut Dice::new(seed));
        let input = opa::input(&context);
        let back: DecisionContext = serde_json::from_value(input.clone()).unwrap();
        prop_assert_eq!(&back, &context);
        let engine = regorus::Value::from(input.clone()).to_json_str().unwrap();
        prop_assert_eq!(serde_json::from_str::<Value>(&engine).unwrap(), input);
    }
}
