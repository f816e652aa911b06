//! Thirty small exercises: a plan, an edit that is wrong, the check that says so, the mend,
//! the check that passes. All of it offline, in the sandbox.

use std::{fs, process::Command};

use code_assist_tests::{tree, workspace};
use dialects::Delivery;
use serde::Deserialize;

use crate::{
    scene::{CHAT, Scene},
    script::{accepts, edits, plans},
    server::Model,
};

/// A crate of one file with a mistake, and what a model does about it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exercise {
    task: String,
    code: String,
    /// What it changes, and what it makes of it at first and then.
    old: String,
    wrong: String,
    right: String,
}

fn exercises() -> Vec<(String, Exercise)> {
    let entries = fs::read_dir(workspace().join("tests/exercises")).unwrap();
    let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    found.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, toml::from_str(&fs::read_to_string(path).unwrap()).unwrap_or_else(|e| panic!("{path:?}: {e}")))
    };
    found.iter().map(read).collect()
}

/// Where the compiler lies, past whatever chooses one.
fn toolchain() -> String {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output().expect("a compiler");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The check: the tests of the one file, compiled and run.
fn check(toolchain: &str) -> String {
    format!(
        "{toolchain}/bin/rustc --edition 2024 -C debuginfo=0 --test src/lib.rs -o /tmp/tests && /tmp/tests"
    )
}

fn scene(exercise: &Exercise, model: &Model, toolchain: &str) -> Scene {
    let manifest = "[package]\nname = \"exercise\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    let more = format!("[roles]\nplan = [\"default\"]\n[sandbox]\nread_only = [\"{toolchain}\"]\n");
    let files = [("Cargo.toml", manifest), ("src/lib.rs", &*exercise.code)];
    Scene::new(&files).asking(CHAT, Delivery::Streamed, model, &more)
}

fn turns(exercise: &Exercise) -> Vec<crate::server::Turn> {
    vec![
        plans("correct it", &["src/lib.rs"]),
        edits("src/lib.rs", &exercise.old, &exercise.wrong),
        edits("src/lib.rs", &exercise.wrong, &exercise.right),
        accepts(),
    ]
}

#[test]
fn thirty_exercises_are_planned_edited_checked_and_mended() {
    let (toolchain, exercises) = (toolchain(), exercises());
    assert_eq!(exercises.len(), 30);
    let mut faults = Vec::new();
    for (name, exercise) in &exercises {
        let model = Model::start(CHAT, Delivery::Streamed, turns(exercise), None);
        let scene = scene(exercise, &model, &toolchain);
        let usual = ["--json", "run", &exercise.task, "--repo", "repository", "--config", "config.toml"];
        let check = check(&toolchain);
        let ran = scene.call(&[&usual[..], &["--mode", "proposed_change", "--check", &check]].concat());
        let asked = model.asked();
        let heard = asked.get(2).map(|asked| asked.body.to_string()).unwrap_or_default();
        let complained = heard.contains("failed with exit code");
        let right = exercise.code.replace(&exercise.old, &exercise.right);
        println!("{name:20} exit {:2} {} requests", ran.exit.unwrap_or(-1), asked.len());
        let good = ran.exit == Some(0)
            && asked.len() == 4
            && complained
            && scene.file("src/lib.rs") == right
            && ran.result["checks"][0]["outcome"] == "passed"
            && model.faults().is_empty();
        faults.extend((!good).then(|| format!("{name}: {:?} {heard} {}", model.faults(), ran.why())));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn who_never_gets_it_right_ends_within_its_budget() {
    let toolchain = toolchain();
    let (_, exercise) = exercises().into_iter().find(|(name, _)| name == "fibonacci").unwrap();
    for steps in [1_usize, 3] {
        // Each takes what the one before left, and none is right.
        let left = |at: usize| format!("    let (mut a, mut b) = (1, {});", at + 2);
        let before = |at: usize| if at == 0 { exercise.old.clone() } else { left(at - 1) };
        let script = (0..9).map(|at| edits("src/lib.rs", &before(at), &left(at)));
        let turns = std::iter::once(plans("correct it", &["src/lib.rs"])).chain(script).collect();
        let model = Model::start(CHAT, Delivery::Streamed, turns, None);
        let scene = scene(&exercise, &model, &toolchain);
        let before = tree(&scene.world.root());
        let ran = scene.run(&["--check", &check(&toolchain), "--steps", &steps.to_string()]);
        println!("{steps} steps: exit {:?} {} {} requests", ran.exit, ran.code(), model.asked().len());
        ran.assert(1, "check-failed", "never right");
        assert_eq!(model.asked().len(), 1 + steps, "the plan, and an edit for each step");
        assert_eq!(tree(&scene.world.root()), before, "the checkout is as it was");
    }
}
