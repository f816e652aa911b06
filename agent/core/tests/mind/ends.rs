//! Runs that come to no change, each with its own reason and within its bounds.

use agent_contract::{CapabilityName, Report, report::Conclusion};
use serde_json::{Value, json};

use crate::{
    rounds::GREETER,
    world::{World, answer, calls, edits, reviews, says, status},
};

fn ended(report: &Report) -> (Conclusion, &str) {
    (report.conclusion, report.reasons.first().map_or("", |reason| &reason.code))
}

/// A model that says the same for ever, and how the run ends.
fn ever(said: Value) -> (World, Report) {
    let mut world = World::new(GREETER, Vec::new());
    world.ever = Some(said);
    let report = world.run(json!({ "checks": { "presets": ["unit"] } }));
    (world, report)
}

/// Edits that each change what the one before left.
fn turned(path: &str, word: &str) -> Vec<Value> {
    let words: Vec<_> =
        std::iter::once(word.to_owned()).chain((0..9).map(|at| format!("turn-{at}"))).collect();
    words.windows(2).map(|pair| edits(path, &pair[0], &pair[1])).collect()
}

#[test]
fn every_way_to_fail_has_a_reason_and_an_end() {
    let withheld = answer(json!({ "role": "assistant", "content": "" }), "content_filter");
    let refused = answer(json!({ "role": "assistant", "content": null, "refusal": "I can't." }), "stop");
    let broken = json!({ "role": "assistant", "content": null, "tool_calls": [
        { "id": "c", "type": "function", "function": { "name": "edit", "arguments": "{\"edits\": [" } },
    ] });
    for (name, said, conclusion, code, requests) in [
        ("says no", says("The greeting is fine."), Conclusion::Failed, "model-no-change", 1),
        ("fits nowhere", edits("src/lib.rs", "never there", "x"), Conclusion::Failed, "edit-not-found", 3),
        (
            "reads for ever",
            calls(&[("read", json!({ "path": "README.md" }))]),
            Conclusion::Failed,
            "model-no-progress",
            4,
        ),
        (
            "wants a shell",
            calls(&[("shell", json!({ "argv": ["env"] }))]),
            Conclusion::Failed,
            "model-no-progress",
            4,
        ),
        ("broken arguments", answer(broken, "tool_calls"), Conclusion::Failed, "model-no-progress", 4),
        (
            "cut off",
            answer(json!({ "role": "assistant", "content": "I" }), "length"),
            Conclusion::Failed,
            "model-truncated",
            1,
        ),
        ("filtered", withheld, Conclusion::Failed, "model-filtered", 1),
        ("refuses", refused, Conclusion::Failed, "model-refused", 1),
        ("dead", status(500), Conclusion::Unavailable, "model-unavailable", 1),
        ("busy", status(429), Conclusion::Unavailable, "model-rate-limited", 1),
        ("overloaded", status(529), Conclusion::Unavailable, "model-overloaded", 1),
        ("unknown", status(401), Conclusion::Unavailable, "model-unauthorized", 1),
        (
            "no JSON",
            json!({ "status": 200, "content_type": "text/html", "headers": {}, "body": "hi" }),
            Conclusion::Unavailable,
            "model-malformed",
            2,
        ),
    ] {
        let (world, report) = ever(said);
        assert_eq!(ended(&report), (conclusion, code), "{name}: {report:#?}");
        assert_eq!(world.asked.len(), requests, "{name}");
        assert_eq!(world.text("src/lib.rs"), GREETER[2].1, "{name}: nothing is half-written");
    }
}

#[test]
fn a_change_that_never_holds_ends_with_its_check() {
    for (budgets, requests) in [(json!({}), 4), (json!({ "steps": 1 }), 1), (json!({ "steps": 2 }), 2)] {
        let script = turned("src/lib.rs", "wrold");
        let mut world = World::new(GREETER, script).checked(|_| Err("no".to_owned()));
        let report = world.run(json!({ "checks": { "presets": ["unit"] }, "budgets": budgets }));
        assert_eq!(ended(&report), (Conclusion::Failed, "check-failed"), "{report:#?}");
        assert_eq!(world.asked.len(), requests);
    }
}

#[test]
fn who_is_told_what_is_wrong_and_does_nothing_is_given_up() {
    let script = vec![edits("src/lib.rs", "wrold", "world"), says("It is fine.")];
    let mut world = World::new(GREETER, script).checked(|_| Err("no".to_owned()));
    let report = world.run(json!({ "checks": { "presets": ["unit"] } }));
    let codes: Vec<_> = report.reasons.iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(codes, ["check-failed", "model-no-progress"]);
}

#[test]
fn a_reviewer_who_never_accepts_ends_the_run() {
    let mut script = Vec::new();
    for edit in turned("README.md", "Greeter").into_iter().take(4) {
        script.push(edit);
        script.push(reviews(false, &["README.md: was not to change"]));
    }
    let mut world = World::new(GREETER, script).roles(&[], &["a"], &["b"]);
    let report = world.run(json!({}));
    assert_eq!(ended(&report), (Conclusion::Failed, "review-rejected"), "{report:#?}");
    assert_eq!(world.asked.len(), 8);
}

#[test]
fn a_reviewer_who_says_nothing_readable_is_no_reviewer() {
    let script = vec![edits("src/lib.rs", "wrold", "world"), says("fine"), says("really")];
    let mut world = World::new(GREETER, script).roles(&[], &["a"], &["b"]);
    let report = world.run(json!({}));
    assert_eq!(ended(&report), (Conclusion::Failed, "model-malformed"), "{report:#?}");
}

#[test]
fn what_the_runner_refuses_ends_the_run_as_refused() {
    let script = vec![edits("src/lib.rs", "wrold", "world")];
    let mut world = World::new(GREETER, script);
    world.walls = vec!["src/lib.rs"];
    assert_eq!(ended(&world.run(json!({}))), (Conclusion::Refused, "policy-denied"));
    for name in [CapabilityName::RepoRead, CapabilityName::ProtocolInvoke, CapabilityName::RepoCheck] {
        let mut world = World::new(GREETER, Vec::new());
        world.denied = vec![name];
        let report = world.run(json!({ "checks": { "presets": ["unit"] } }));
        assert_eq!(ended(&report), (Conclusion::Refused, "policy-denied"), "{name}");
        assert!(world.asked.is_empty(), "{name}: nobody is asked in vain");
    }
}

#[test]
fn without_a_model_there_is_nobody_to_ask() {
    let mut world = World::new(GREETER, Vec::new()).roles(&[], &[], &[]);
    assert_eq!(ended(&world.run(json!({}))), (Conclusion::Unavailable, "proposal-missing"));
}

#[test]
fn turns_and_lines_are_bounded() {
    let script = (0..100).map(|at| calls(&[("search", json!({ "text": format!("x{at}") }))])).collect();
    let mut world = World::new(GREETER, script);
    assert_eq!(ended(&world.run(json!({}))), (Conclusion::Failed, "model-turns"));
    assert_eq!(world.asked.len(), 40);

    let script = vec![edits("src/lib.rs", "wrold", "world"), says("Done.")];
    let mut world = World::new(GREETER, script);
    let report = world.run(json!({ "budgets": { "changed_lines": 1 } }));
    assert_eq!(ended(&report), (Conclusion::Failed, "budget-exceeded"));
}
