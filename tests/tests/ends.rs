//! What a run lets go of when it can't start, and when somebody ends it while it waits for
//! what lies beyond the machine.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use code_assist_tests::{
    World, assert_exit,
    played::{Asked, Played, Reply},
};
use serde_json::json;

const PROGRAM: &str = env!("CARGO_BIN_EXE_code-assist-under-test");
/// How long the other side takes to answer, far beyond what a person waits.
const AGES: Duration = Duration::from_secs(60);
const SOON: Duration = Duration::from_secs(10);

/// A Vault that a role logs in to.
fn vault(asked: &Asked) -> Reply {
    match asked.path.as_str() {
        "/v1/auth/approle/login" => Reply::json(json!({
            "auth": { "client_token": "hvs.for-one-run-5Tg6Yh", "lease_duration": 3600, "renewable": true },
        })),
        "/v1/secret/data/app" => Reply::json(json!({
            "data": { "data": { "token": "vault-kept-4Rf5Tg6Yh7Uj" }, "metadata": {
                "version": 1, "destroyed": false, "deletion_time": "", "created_time": "2026-01-01T00:00:00Z",
            } },
        })),
        _ => Reply::json(json!({})).status(204),
    }
}

#[test]
fn a_run_that_can_not_start_gives_back_what_a_vault_lent() {
    let vault = Played::start(vault);
    let world = World::new(PROGRAM);
    let opener = world.lay("outside/secret-id", "the-secret-id-9Zx8Cv7Bn6Mm");
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o600)).unwrap();
    let config = |sandbox: &str| {
        format!(
            "[vault]\naddress = \"{}\"\n\
             auth = {{ approle = {{ role_id = \"a-role\", secret_id = {{ file = \"{}\" }} }} }}\n\
             [[bindings]]\nname = \"model.default\"\nurl = \"https://model.example.org\"\n\
             credential = {{ vault = \"app#token\" }}\n{sandbox}",
            vault.url,
            opener.display()
        )
    };
    let lent = || {
        let asked = vault.asked();
        let count = |end: &str| asked.iter().filter(|asked| asked.path.ends_with(end)).count();
        (count("/approle/login"), count("/revoke-self"))
    };
    let check = ["--check", "true"];
    let refused = world.run(&config("[sandbox]\nread_only = [\"/no/such/folder\"]\n"), &check);
    assert_exit(&refused, 2, &["`read_only`", "/no/such/folder"]);
    assert_eq!((lent(), world.content().as_str()), ((1, 1), "a\n"));
    assert_exit(&world.run(&config(""), &check), 0, &[]);
    assert_eq!(lent(), (2, 2));
}

/// Runs the program, and interrupts it as soon as something is so.
fn interrupted(mut command: Command, when: impl Fn() -> bool) -> (Output, Duration) {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while !when() {
        assert!(start.elapsed() < SOON * 6, "it never came that far");
        std::thread::sleep(Duration::from_millis(5));
    }
    let sent = Instant::now();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    (child.wait_with_output().unwrap(), sent.elapsed())
}

#[test]
fn a_run_that_waits_for_an_answer_is_ended_at_once() {
    let model = Played::start(|_| Reply::json(json!({ "said": "late" })).after(AGES));
    let world = World::new(PROGRAM);
    world.lay(
        "config.toml",
        &format!(
            "[[bindings]]\nname = \"model.default\"\nurl = \"{}\"\ntimeout_ms = 120000\n\
             actions = {{ complete = {{ method = \"POST\", path = \"/v1/complete\" }} }}\n",
            model.url
        ),
    );
    let agent = format!("{}/out_prompts.wasm", env!("GUESTS"));
    let words = ["run", "--repo", "repository", "--config", "config.toml", "--component", &agent];
    let command = world.command(&[&words[..], &["--instruction", "wait"]].concat());
    let (ended, took) = interrupted(command, || !model.asked().is_empty());
    assert_exit(&ended, 130, &["interrupted"]);
    assert!(took < SOON, "{took:?}");
    assert_exit(&world.call(&["audit", "verify"]), 0, &[]);
}

#[test]
fn a_push_that_hangs_is_ended_at_once_and_says_what_is_not_known() {
    let world = World::new(PROGRAM);
    world.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
    let begun = world.path().join("begun");
    let hook =
        world.lay("bare.git/hooks/pre-receive", &format!("#!/bin/sh\n: >{}\nsleep 60\n", begun.display()));
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let bare = world.path().join("bare.git");
    world.lay(
        "config.toml",
        &format!(
            "[update]\npath = \"git\"\n[update.git]\nbranches = [\"code-assist/*\"]\n\
             [[update.git.remotes]]\nname = \"origin\"\nurl = \"file://{}\"\n",
            bare.display()
        ),
    );
    let words = ["run", "--repo", "repository", "--proposal", "good.patch", "--config", "config.toml"];
    let allowed = ["--mode", "proposed_change", "--allow-commit", "--allow-push"];
    let command = world.command(&[&words[..], &allowed].concat());
    let (ended, took) = interrupted(command, || begun.exists());
    assert_exit(&ended, 130, &["whether remote `origin` took branch", "is not known", "run it again"]);
    assert!(took < SOON, "{took:?}");
    assert_exit(&world.call(&["audit", "verify"]), 0, &[]);
    fs::remove_file(hook).unwrap();
    let again = world.call(&[&words[..], &allowed].concat());
    assert_exit(&again, 0, &[]);
}
