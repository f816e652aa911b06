//! Plans, and what is done of them.

use agent_contract::{
    CapabilityName,
    plan::{PlanSource, Standing},
    report::Conclusion,
};
use serde_json::json;

use crate::{
    rounds::GREETER,
    world::{World, edits, path, says},
};

fn plan() -> serde_json::Value {
    says(
        &json!({
            "steps": [{ "what": "correct the greeting", "files": ["src/lib.rs"] }],
            "files": ["src/lib.rs", "../outside"],
            "risks": ["a test may expect the old words"],
        })
        .to_string(),
    )
}

#[test]
fn a_plan_can_be_had_alone() {
    let mut world = World::new(GREETER, vec![plan()]);
    world.denied = vec![CapabilityName::RepoCheck];
    let report = world.run(json!({ "until": "plan", "checks": { "presets": ["unit"] } }));
    assert_eq!(report.conclusion, Conclusion::Planned, "{report:#?}");
    let plan = report.plan.unwrap();
    assert_eq!(plan.source, PlanSource::Model);
    assert_eq!(plan.files.len(), 1, "what is no path of the repository is none of the files");
    let check = plan.capabilities.iter().find(|planned| planned.capability == CapabilityName::RepoCheck);
    assert_eq!(check.unwrap().standing, Standing::Refused);
    let invoke = plan.capabilities.iter().find(|one| one.capability == CapabilityName::ProtocolInvoke);
    let bindings = invoke.and_then(|planned| planned.scope.bindings.clone()).unwrap();
    assert_eq!(bindings, ["models", "memory", "model.a"], "who follows it may ask the model");
    let write = plan.capabilities.iter().find(|one| one.capability == CapabilityName::RepoWrite);
    let paths = write.and_then(|planned| planned.scope.paths.clone()).unwrap();
    assert_eq!(paths, [path("src/lib.rs")], "and change what it names");
    assert_eq!(world.text("src/lib.rs"), GREETER[2].1);
    let markdown = plan.markdown();
    for line in [
        "# Plan: Fix the greeting",
        "1. correct the greeting (`src/lib.rs`)",
        "- `repo.check`: see whether the change holds (refused: `repo.check` is denied)",
    ] {
        assert!(markdown.contains(line), "{line}: {markdown}");
    }
}

#[test]
fn a_model_that_is_named_for_plans_plans_before_the_change() {
    let script = vec![plan(), edits("src/lib.rs", "wrold", "world")];
    let mut world = World::new(GREETER, script).roles(&["b"], &["a"], &[]);
    assert_eq!(world.run(json!({})).conclusion, Conclusion::Proposed);
    assert_eq!(world.bindings, ["model.b", "model.a"]);
    assert!(world.asked[1].to_string().contains("1. correct the greeting"));
    assert!(world.notes.iter().any(|(kind, note)| kind == "plan" && note["source"] == "model"));
}

#[test]
fn an_agreed_plan_is_followed_and_not_made_again() {
    let script = vec![edits("src/lib.rs", "wrold", "world")];
    let mut world = World::new(GREETER, script).roles(&["b"], &["a"], &[]);
    let agreed = json!({ "sha256": "0".repeat(64), "steps": [{ "what": "only the greeting" }] });
    assert_eq!(world.run(json!({ "plan": agreed })).conclusion, Conclusion::Proposed);
    assert_eq!(world.bindings, ["model.a"]);
    assert!(world.asked[0].to_string().contains("1. only the greeting"));
}
