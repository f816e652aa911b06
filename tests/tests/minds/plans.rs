//! Plans and what is done of them, runs that are gone on with, recordings, recipes.

use std::{fs, process::Stdio};

use code_assist_tests::{assert_exit, tree};
use dialects::{
    Delivery,
    answers::{Trouble, trouble},
};

use crate::{
    scene::{CHAT, GREETER, Ran, Scene, TASK},
    script::{accepts, calls, edits, plans},
    server::{Model, Turn},
};

fn asking(model: &Model, more: &str) -> Scene {
    Scene::new(GREETER).asking(CHAT, Delivery::Streamed, model, more)
}

fn fixes() -> Turn {
    edits("src/lib.rs", "wrold", "world")
}

fn planned(scene: &Scene) -> Ran {
    let words = ["--json", "plan", TASK, "--repo", "repository", "--mode", "proposed_change"];
    scene.call(&[&words[..], &["--config", "config.toml", "--output", "planned"]].concat())
}

/// Does what a plan says.
fn follow(scene: &Scene, plan: &str) -> Ran {
    let words = ["--json", "run", "--plan", plan, "--repo", "repository", "--config", "config.toml"];
    scene.call(&words)
}

#[test]
fn a_plan_is_made_alone_and_then_followed() {
    let turns = vec![plans("correct the greeting", &["src/lib.rs"]), fixes(), accepts()];
    let model = Model::start(CHAT, Delivery::Streamed, turns, None);
    let scene = asking(&model, "");
    let before = tree(&scene.world.root());
    let plan = planned(&scene);
    plan.assert(0, "", "plan");
    assert_eq!(plan.result["verdict"]["reasons"][0]["code"], "plan-only");
    assert_eq!(tree(&scene.world.root()), before);
    assert_eq!(model.asked().len(), 1);
    let markdown = fs::read_to_string(scene.world.path().join("planned/plan.md")).unwrap();
    for line in ["# Plan: Fix the typo", "1. correct the greeting (`src/lib.rs`)", "- `repo.write`: "] {
        assert!(markdown.contains(line), "{line}: {markdown}");
    }
    let ran = follow(&scene, "planned/plan.json");
    ran.assert(0, "", "run --plan");
    assert!(scene.file("src/lib.rs").contains("world"));
    assert_eq!(model.asked().len(), 3, "the plan is not made again");
    assert!(model.asked()[1].body.to_string().contains("1. correct the greeting"));
    assert_eq!(model.faults(), [""; 0]);
}

#[test]
fn nothing_is_done_beyond_the_plan() {
    for (name, turn, exit, code) in [
        ("the planned file", fixes(), 0, ""),
        ("a planned new file", edits("src/more.rs", "", "pub fn more() {}\n"), 0, ""),
        ("another file", edits("README.md", "Greets", "Greets all of"), 3, "scope-path"),
        ("a new file", edits("src/new.rs", "", "pub fn new() {}\n"), 3, "scope-path"),
    ] {
        let turns = vec![plans("correct the greeting", &["src/lib.rs", "src/more.rs"]), turn, accepts()];
        let model = Model::start(CHAT, Delivery::Streamed, turns, None);
        let scene = asking(&model, "");
        planned(&scene).assert(0, "", name);
        let before = tree(&scene.world.root());
        let ran = follow(&scene, "planned/plan.json");
        println!("{name:20} exit {:?} {}", ran.exit, ran.code());
        ran.assert(exit, code, name);
        assert_eq!(tree(&scene.world.root()) == before, exit != 0, "{name}");
    }
}

#[test]
fn an_interrupted_run_goes_on_where_it_was() {
    let looks = calls(&[("search", serde_json::json!({ "text": "wrold" }))]);
    let model = Model::start(CHAT, Delivery::Streamed, vec![looks, Turn::Hangs, fixes(), accepts()], None);
    let scene = asking(&model, "");
    let usual = ["run", TASK, "--repo", "repository", "--mode", "proposed_change", "--config", "config.toml"];
    let mut command = scene.command(&usual);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    model.wait_for(2);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(scene.file("src/lib.rs"), GREETER[2].1);
    let resumed = scene.call(&["--json", "resume", "last", "--config", "config.toml"]);
    resumed.assert(0, "", "resume");
    assert!(scene.file("src/lib.rs").contains("world"));
    let asked = model.asked();
    assert_eq!(asked.len(), 4, "the first is not asked again");
    assert_eq!(asked[1].body, asked[2].body, "what had no answer is asked as it was");
    let records = scene.world.records();
    let earlier = records.iter().filter(|record| record["body"]["done"]["answered_in"].is_string());
    assert_eq!(earlier.count(), 1);
    assert_exit(&scene.world.call(&["audit", "verify"]), 0, &[]);
    let again = scene.call(&["--json", "resume", "last", "--config", "config.toml"]);
    assert_eq!(again.exit, Some(2), "{}", again.text);
    assert!(again.text.contains("it succeeded"), "{}", again.text);
}

#[test]
fn what_a_provider_failed_at_is_asked_for_again() {
    let looks = calls(&[("search", serde_json::json!({ "text": "wrold" }))]);
    let refused = Turn::Answers(trouble(CHAT, Trouble::Unauthorized));
    let model = Model::start(CHAT, Delivery::Streamed, vec![looks, refused, fixes(), accepts()], None);
    let scene = asking(&model, "");
    scene.run(&[]).assert(5, "model-unauthorized", "the provider refuses");
    scene.call(&["--json", "resume", "last", "--config", "config.toml"]).assert(0, "", "resume");
    assert!(scene.file("src/lib.rs").contains("world"));
    assert_eq!(model.asked().len(), 4, "the first is not asked again, the second is");
}

#[test]
fn a_run_that_waited_for_an_approval_goes_on_with_it() {
    let model = Model::start(CHAT, Delivery::Streamed, vec![fixes(), accepts()], None);
    let scene = Scene::new(GREETER);
    let made = scene.world.call(&["approval", "key", "key"]);
    let trusted = String::from_utf8(made.stdout).unwrap().replace("user:NAME", "user:alice");
    let ask = "[[policy.rules]]\nname = \"people-look\"\neffect = \"ask\"\nreason = \"people look\"\n\
               capabilities = [\"repo.write\"]\npaths = [\"src/**\"]\n";
    let more = format!("{ask}\n[identity]\nsubject = \"user:dev\"\n{trusted}");
    let scene = scene.asking(CHAT, Delivery::Streamed, &model, &more);
    let waits = scene.run(&[]);
    waits.assert(3, "approval-needed", "it waits");
    assert_eq!((model.asked().len(), scene.file("src/lib.rs")), (1, GREETER[2].1.to_owned()));
    let at = waits.text.find("approval sign ").expect("what to sign") + "approval sign ".len();
    let digest = &waits.text[at..at + 64];
    let signed = scene.world.call(&["approval", "sign", digest, "--key", "key", "--as", "user:alice"]);
    scene.world.lay("yes.json", &String::from_utf8(signed.stdout).unwrap());
    let words = ["--json", "resume", "last", "--config", "config.toml", "--approval", "yes.json"];
    scene.call(&words).assert(0, "", "it goes on");
    assert!(scene.file("src/lib.rs").contains("world"));
    assert_eq!(model.asked().len(), 2, "only the review is asked for");
}

#[test]
fn what_was_recorded_is_replayed_and_never_ready_for_production() {
    let model = Model::start(CHAT, Delivery::Streamed, vec![fixes(), accepts()], None);
    let scene = asking(&model, "");
    let asked = scene.run(&["--record-models", "talk.jsonl"]);
    asked.assert(0, "", "recorded");
    assert_eq!(asked.result["models"][0]["recorded"], false, "{}", asked.result["models"]);
    scene.world.lay("repository/src/lib.rs", GREETER[2].1);
    let replayed = scene.run(&["--replay-models", "talk.jsonl"]);
    replayed.assert(0, "", "replayed");
    assert!(scene.file("src/lib.rs").contains("world"));
    assert_eq!(model.asked().len(), 2, "nobody is asked");
    assert_eq!(replayed.result["models"][0]["recorded"], true);
    assert_eq!(replayed.result["models"][0]["requests"], 0);
    assert_eq!(replayed.result["verdict"]["production_ready"], false, "{}", replayed.result["verdict"]);
    assert_eq!(asked.result["diff"], replayed.result["diff"]);
    let other = scene.run(&["--replay-models", "talk.jsonl", "--file", "README.md"]);
    assert_eq!(other.exit, Some(1), "another talk is not answered: {}", other.text);
    assert!(other.text.contains("model-recording-ended"), "{}", other.text);
}

#[test]
fn recipes_are_listed_and_need_no_model() {
    let scene = Scene::new(GREETER);
    let listed = scene.world.call(&["recipes"]);
    assert_exit(&listed, 0, &["rename", "header"]);
    assert!(String::from_utf8_lossy(&listed.stdout).lines().count() >= 6);
    assert_exit(&scene.world.call(&["recipes", "no-such"]), 2, &["there is no recipe `no-such`"]);
}
