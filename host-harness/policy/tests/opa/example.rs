//! The example policy, beside the same rules in plain Rust.

use std::{env, fs};

use agent_contract::{CapabilityName as Name, RunMode, gate::GateName};
use policy::{
    answer::Stance,
    context::{DecisionContext, SubjectKind},
    point::{
        opa,
        rego::{RegoPolicy, Source},
    },
};
use serde_json::json;

use crate::contexts::{Dice, likely};

const EXAMPLE: &str = include_str!("../../../../schemas/opa/example/code_assist.rego");

pub fn example() -> RegoPolicy {
    let source = Source { name: "code_assist.rego".into(), bytes: EXAMPLE.into() };
    RegoPolicy::load(vec![source], "data.code_assist.allow").unwrap()
}

pub fn two_hundred() -> Vec<DecisionContext> {
    let mut dice = Dice::new(3);
    (0..200).map(|_| likely(&mut dice)).collect()
}

fn allows(context: &DecisionContext) -> bool {
    permitted(context) && !forbidden(context)
}

fn looking(name: Name) -> bool {
    matches!(name, Name::RepoRead | Name::RepoDiff | Name::RepoCheck | Name::SecurityScan | Name::AuditWrite)
}

fn publishing(name: Name) -> bool {
    matches!(name, Name::RepoCommit | Name::RepoPush | Name::RepoOpenPr)
}

fn permitted(context: &DecisionContext) -> bool {
    let (setting, name) = (&context.setting, context.question.capability.name);
    let changing = setting.run_mode != RunMode::DryRun;
    match name {
        name if looking(name) => true,
        Name::RepoWrite => changing,
        name if publishing(name) => {
            changing && setting.branch.work.as_ref().is_none_or(|work| work.starts_with("code-assist/"))
        }
        Name::NotifySend => {
            setting.subject.kind != SubjectKind::Service
                && context.question.resource.id.starts_with("notify.")
        }
        _ => false,
    }
}

fn forbidden(context: &DecisionContext) -> bool {
    let (setting, question) = (&context.setting, &context.question);
    let (name, production) = (question.capability.name, setting.run_mode == RunMode::ProductionChange);
    let deployed = |path: &str| path == "deploy" || path.starts_with("deploy/");
    let ticket = setting.caller.opa.get("change_ticket").and_then(|ticket| ticket.as_str());
    let paths = question.capability.scope.paths.iter().flatten();
    let undeployable = name == Name::RepoWrite
        && paths.map(|path| path.as_str()).any(deployed)
        && !ticket.is_some_and(|ticket| ticket.starts_with("CHG-"));
    let gates = [GateName::AuditTrace, GateName::Secrets, GateName::Checks];
    let passed = |gate: &GateName| question.gates.get(gate).is_some_and(|status| status == "pass");
    let ungated = production && publishing(name) && !gates.iter().all(passed);
    let service = setting.subject.kind == SubjectKind::Service && production && !looking(name);
    undeployable || ungated || service || setting.agent.delegation_depth > 2
}

#[test]
fn the_example_decides_what_plain_rust_decides() {
    let policy = example();
    let contexts = two_hundred();
    for context in &contexts {
        let word = policy.decide(context);
        let expected = if allows(context) { Stance::Allow } else { Stance::Deny };
        assert_eq!(word.stance, expected, "{word:?}\n{}", opa::input(context));
        let code = word.objection.map(|objection| objection.code.as_str());
        assert!(code.is_none_or(|code| code == "point-denied"), "{code:?}\n{}", opa::input(context));
    }
    let allowed = contexts.iter().filter(|context| allows(context)).count();
    assert!((40..=160).contains(&allowed), "{allowed} of 200 are allowed");
}

/// Writes the contexts with what is decided on them, one a line, for another engine to
/// decide on. `CODE_ASSIST_OPA_CONTEXTS` names the file.
#[test]
fn the_contexts_can_be_written_for_another_engine() {
    let Some(file) = env::var_os("CODE_ASSIST_OPA_CONTEXTS") else {
        println!("skipped: CODE_ASSIST_OPA_CONTEXTS is not set");
        return;
    };
    let policy = example();
    let line = |context: &DecisionContext| {
        let allow = policy.decide(context).stance == Stance::Allow;
        json!({ "input": opa::input(context), "allow": allow }).to_string() + "\n"
    };
    fs::write(file, two_hundred().iter().map(line).collect::<String>()).unwrap();
}

/// The input in the guide is one that the Runner could ask about.
#[test]
fn the_guide_shows_a_real_input() {
    let guide = include_str!("../../../../docs/guides/opa.md");
    let shown = guide.split_once("```json\n").and_then(|(_, rest)| rest.split_once("```")).unwrap().0;
    let context: DecisionContext = serde_json::from_str(shown).unwrap();
    let same = agent_contract::document::parse_value(shown).unwrap();
    assert_eq!(opa::input(&context), same);
    assert_eq!(example().decide(&context).stance, Stance::Allow);
}
