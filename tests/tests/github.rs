//! The update path over GitHub's API, through the program, against a forge on this machine.

#[path = "../../host-harness/kernel/tests/common/github/mod.rs"]
mod github;

use std::process::Output;

use code_assist_tests::{World, assert_exit};
use github::{
    Fault, Forge, Server,
    fault::{On, What},
};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_code-assist-under-test");
const TOKEN: &str = "ghs_planted9Kq2LmX7vTz4Rw8Yb";
const CHANGE: &str = "*** Begin Patch\n*** Update File: src/lib.rs\n@@\n-    2\n+    1\n*** End Patch\n";

fn world(server: &Server) -> World {
    let world = World::new(PROGRAM);
    world.lay("change.patch", CHANGE);
    world.lay(
        "config.toml",
        &format!(
            "[update]\npath = \"github\"\n[update.github]\nrepository = \"octo/repo\"\nedition = \"cloud\"\n\
             web_host = \"github.com\"\nbranches = [\"code-assist/*\"]\n[[bindings]]\nname = \"forge.github\"\n\
             url = \"{}\"\nallow = [{{ methods = [\"GET\", \"POST\"], path = \"/**\" }}]\n\
             breaker = {{ failures = 1000, open_ms = 1 }}\ncredential = {{ env = \"FORGE_TOKEN\" }}\n",
            server.url()
        ),
    );
    world
}

fn run(world: &World, target: &str, more: &[&str]) -> Output {
    let usual = ["--json", "run", "--repo", target, "--proposal", "change.patch", "--config", "config.toml"];
    let mode = ["--mode", "proposed_change"];
    let mut command = world.command(&[&usual[..], &mode[..], more].concat());
    command.env("FORGE_TOKEN", TOKEN).output().unwrap()
}

const ISSUE: &str = "https://github.com/octo/repo/issues/1";
const ALLOW: [&str; 3] = ["--allow-commit", "--allow-push", "--allow-pull-request"];

fn result(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let last: Value = serde_json::from_str(text.lines().last().unwrap_or_default()).unwrap_or_default();
    last["details"]["result"].clone()
}

/// Branches but the base, and pull requests.
fn made(server: &Server) -> (Vec<String>, usize) {
    let forge = server.forge();
    (forge.branches.keys().filter(|name| *name != "main").cloned().collect(), forge.pulls.len())
}

#[test]
fn from_an_issue_to_a_pull_request_through_the_program() {
    let mut forge = Forge::sample();
    forge.token = Some(TOKEN.to_owned());
    let server = Server::start(forge);
    let world = world(&server);
    let ran = run(&world, ISSUE, &ALLOW);
    assert_exit(&ran, 0, &["octo/repo#1"]);
    let result = result(&ran);
    assert_eq!(result["placement"], "remote_branch");
    assert_eq!(result["published"]["pull_request"], 2);
    let (branches, pulls) = made(&server);
    assert_eq!((branches.len(), pulls), (1, 1));
    assert_eq!(result["published"]["branch"], branches[0].as_str());
    assert!(result["summary"].as_str().unwrap().contains("`one` is two"), "{result}");
    let again = run(&world, ISSUE, &ALLOW);
    assert_exit(&again, 0, &[]);
    assert_eq!(made(&server), (branches, 1));
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(!text.contains(TOKEN), "{text}");
    assert!(std::fs::read_dir(world.path().join("state/fetched")).unwrap().next().is_none());
}

#[test]
fn a_run_that_breaks_off_anywhere_is_finished_by_the_next() {
    let writes = {
        let server = Server::start(Forge::sample());
        assert_exit(&run(&world(&server), ISSUE, &ALLOW), 0, &[]);
        server.heard().iter().filter(|asked| asked.method == "POST").count() as u64
    };
    assert!(writes >= 4, "{writes}");
    for number in 1..=writes {
        let server = Server::start(Forge::sample());
        let world = world(&server);
        server.fail(Fault::once(On::Write(number as _), What::DieAfter));
        assert_exit(&run(&world, ISSUE, &ALLOW), 1, &[]);
        server.mend();
        assert_exit(&run(&world, ISSUE, &ALLOW), 0, &[]);
        let (branches, pulls) = made(&server);
        assert_eq!((branches.len(), pulls), (1, 1), "after write {number}");
    }
}

#[test]
fn without_the_allowances_nothing_is_written_there() {
    let server = Server::start(Forge::sample());
    let world = world(&server);
    let dry = ["--json", "run", "--repo", ISSUE, "--proposal", "change.patch", "--config", "config.toml"];
    let output = world.command(&dry).env("FORGE_TOKEN", TOKEN).output().unwrap();
    assert_exit(&output, 0, &[]);
    assert_eq!(result(&output)["placement"], "nowhere");
    assert!(server.heard().iter().all(|asked| asked.method == "GET"));
    let homeless = run(&world, ISSUE, &[]);
    assert_exit(&homeless, 5, &["nowhere to go"]);
    assert_eq!(result(&homeless)["placement"], "nowhere");
    let kept = run(&world, ISSUE, &["--allow-commit"]);
    assert!(kept.status.code() != Some(0), "{kept:?}");
    let elsewhere = run(&world, "https://github.com/octo/other/issues/1", &ALLOW);
    assert_exit(&elsewhere, 5, &["can't be fetched", "octo/repo"]);
    let base = run(&world, ISSUE, &[&ALLOW[..], &["--work-branch", "main"]].concat());
    assert!(matches!(base.status.code(), Some(2 | 3)), "{base:?}");
    assert_eq!(made(&server), (Vec::new(), 0));
}
