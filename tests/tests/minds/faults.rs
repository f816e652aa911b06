//! What goes wrong, with nobody at the terminal: each ends in time, says what it was, and
//! leaves the checkout as it was.

use std::time::Duration;

use code_assist_tests::tree;
use dialects::{
    Delivery,
    answers::{Trouble, trouble},
};
use serde_json::json;

use crate::{
    scene::{CHAT, GREETER, Ran, Scene},
    script::{calls, edits, says},
    server::{Model, Turn},
};

const DENIED: &str = "[[policy.rules]]\neffect = \"deny\"\nreason = \"not this one\"\n\
                      capabilities = [\"repo.write\"]\npaths = [\"src/**\"]\n";

/// A fault.
struct Fault {
    name: &'static str,
    /// What the model says at first, and then for ever.
    says: (Option<Turn>, Turn),
    /// More of the configuration, and of the command line.
    config: &'static str,
    more: &'static [&'static str],
    /// Exit code and reason, and words that the verdict holds.
    ends: (i32, &'static str, &'static str),
}

fn fault(name: &'static str, ever: Turn, ends: (i32, &'static str, &'static str)) -> Fault {
    Fault { name, says: (None, ever), config: "", more: &[], ends }
}

fn faults() -> Vec<Fault> {
    let right = || edits("src/lib.rs", "wrold", "world");
    let never = edits("src/lib.rs", "never there", "x");
    let looks = calls(&[("read", json!({ "path": "README.md" }))]);
    let shell = calls(&[("shell", json!({ "command": "env" }))]);
    let dead = Turn::Answers(trouble(CHAT, Trouble::Failed));
    vec![
        fault("the edit matches nowhere", never, (1, "edit-not-found", "3 edits in a row")),
        fault("500 for ever", dead, (5, "model-unavailable", "500")),
        fault("the provider hangs", Turn::Hangs, (5, "model-unavailable", "net-")),
        Fault {
            says: (Some(right()), says("It is fine.")),
            more: &["--check", "exit 3"],
            ..fault("the check exits 3", right(), (1, "check-failed", "exited 3"))
        },
        fault("a tool that it was not given", shell, (1, "model-no-progress", "(shell)")),
        fault("the model loops", looks, (1, "model-no-progress", "again and again")),
        Fault {
            config: DENIED,
            ..fault("the path is denied", right(), (3, "policy-denied", "not this one"))
        },
    ]
}

fn tried(scene: &Scene, name: &str, more: &[&str]) -> (Ran, bool) {
    let before = tree(&scene.world.root());
    let ran = scene.run(more);
    println!(
        "{name:30} exit {:2} {:20} {:6.2} s",
        ran.exit.unwrap_or(-1),
        if ran.code().is_empty() { "-" } else { ran.code() },
        ran.took.as_secs_f64()
    );
    let untouched = tree(&scene.world.root()) == before;
    (ran, untouched)
}

/// All of it with the settings that somebody has who sets nothing.
#[test]
fn every_fault_ends_in_time_and_says_what_it_was() {
    let mut wrong = Vec::new();
    for Fault { name, says: (first, ever), config, more, ends: (exit, code, words) } in faults() {
        let model = Model::start(CHAT, Delivery::Streamed, first.into_iter().collect(), Some(ever));
        let scene = Scene::new(GREETER).asking(CHAT, Delivery::Streamed, &model, config);
        let (ran, untouched) = tried(&scene, name, more);
        let told = (ran.exit, ran.code()) == (Some(exit), code)
            && ran.result["verdict"].to_string().contains(words)
            && ran.result["outcome"] != "succeeded";
        let in_time = ran.took < Duration::from_secs(30);
        let good = told && in_time && untouched && model.faults_beyond_calls().is_empty();
        wrong.extend(
            (!good).then(|| format!("{name}: {untouched} {:?} {}", model.faults_beyond_calls(), ran.why())),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Nothing at all listens there, or nothing is configured.
#[test]
fn a_provider_that_is_not_there_is_unavailable() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let scene = Scene::new(GREETER);
    let config = crate::scene::config(CHAT, Delivery::Streamed, &format!("http://{gone}"), "");
    scene.world.lay("config.toml", &config);
    let (ran, untouched) = tried(&scene, "nothing listens", &[]);
    ran.assert(5, "model-unavailable", "nothing listens");
    assert!(untouched && ran.took < Duration::from_secs(30));
    scene.world.lay("config.toml", "");
    let (ran, _) = tried(&scene, "no model", &[]);
    ran.assert(5, "primitive-unavailable", "no model");
    assert!(ran.why().contains("[[models]]"), "{}", ran.why());
}
