//! The update path over the git command, through the program: to a bare repository here.

use std::{fs, process::Command};

use code_assist_tests::{World, assert_exit};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_code-assist-under-test");
const ALLOW: [&str; 2] = ["--allow-commit", "--allow-push"];

/// A world with a bare repository beside it that holds the base.
fn world() -> World {
    let world = World::new(PROGRAM);
    world.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
    world
}

fn config(world: &World, more: &str) -> String {
    let bare = world.path().join("bare.git");
    format!(
        "[update]\npath = \"git\"\n[update.git]\nbranches = [\"code-assist/*\"]\n{more}\n\
         [[update.git.remotes]]\nname = \"origin\"\nurl = \"file://{}\"\n",
        bare.display()
    )
}

/// Branch and commit of everything that the remote holds.
fn held(world: &World) -> Vec<String> {
    let bare = world.path().join("bare.git");
    let output = Command::new("git")
        .arg("--git-dir")
        .arg(&bare)
        .args(["for-each-ref", "--format=%(refname) %(objectname)"])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

fn published(output: &std::process::Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let last: Value = serde_json::from_str(text.lines().last().unwrap_or_default()).unwrap_or_default();
    last["details"]["result"]["published"].clone()
}

#[test]
fn a_change_is_pushed_after_the_verdict_and_a_repeated_run_pushes_nothing_twice() {
    let world = world();
    let ran = world.run(&config(&world, ""), &[&ALLOW[..], &["--json"]].concat());
    assert_exit(&ran, 0, &[]);
    let first = published(&ran);
    let branch = first["branch"].as_str().unwrap().to_owned();
    let pushed = held(&world);
    assert!(
        pushed.contains(&format!("refs/heads/{branch} {}", first["commit"].as_str().unwrap())),
        "{pushed:?}"
    );
    let message = world.git(&["log", "-1", "--format=%B", &branch]);
    for trailer in ["Code-Assist-Run: ", "Code-Assist-Trace: ", "Code-Assist-Operation: op-"] {
        assert!(message.contains(trailer), "{message}");
    }
    world.git(&["fsck", "--strict", "--full"]);
    let again = world.run(&config(&world, ""), &[&ALLOW[..], &["--json"]].concat());
    assert_exit(&again, 0, &[]);
    assert_eq!(published(&again)["commit"], first["commit"]);
    assert_eq!(held(&world), pushed);
    assert_eq!(world.content(), "a\n");
}

#[test]
fn what_the_configuration_does_not_name_is_not_pushed_to() {
    let world = world();
    let before = held(&world);
    let refused = |config: &str, more: &[&str], words: &[&str]| {
        assert_exit(&world.run(config, &[&ALLOW[..], more].concat()), 3, words);
        assert_eq!(held(&world), before);
    };
    let plain = config(&world, "");
    refused(&plain, &["--work-branch", "feature/x"], &["branch-forbidden", "feature/x"]);
    let base = [&ALLOW[..], &["--work-branch", "main"]].concat();
    assert_exit(&world.run(&plain.replace("code-assist/*", "*"), &base), 2, &["base branch"]);
    let nowhere = "[update]\npath = \"git\"\n[update.git]\nbranches = [\"code-assist/*\"]\n";
    assert_exit(&world.run(nowhere, &ALLOW), 2, &["remotes"]);
    let unready = plain.replace("file:///", "https://git.example.org/") + "ca_file = \"no-such.pem\"\n";
    assert_exit(&world.run(&unready, &ALLOW), 2, &["`origin`", "`ca_file`", "no-such.pem"]);
    assert_exit(&world.run("[update]\npath = \"svn\"\n", &ALLOW), 2, &["update-unknown", "git", "github"]);
    assert_exit(&world.run("", &ALLOW), 5, &["primitive-unavailable"]);
    assert_eq!(held(&world), before);
}

#[test]
fn a_branch_that_moved_there_is_left_alone() {
    let world = world();
    let config = config(&world, "");
    let more = [&ALLOW[..], &["--work-branch", "code-assist/x"]].concat();
    world.git(&["commit", "-q", "--allow-empty", "-m", "somebody else"]);
    world.git(&["push", "-q", "../bare.git", "HEAD:refs/heads/code-assist/x"]);
    world.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let before = held(&world);
    assert_exit(&world.run(&config, &more), 1, &["remote-moved"]);
    assert_eq!(held(&world), before);
}

#[test]
fn the_repositorys_own_word_for_a_remote_is_never_read() {
    let world = world();
    let mark = world.path().join("sprung");
    let evil = format!("touch {}", mark.display());
    let bare = world.path().join("elsewhere.git");
    world.git(&["config", "remote.origin.url", &format!("file://{}", bare.display())]);
    world.git(&["config", "remote.origin.pushurl", &format!("ext::sh -c '{evil}'")]);
    world.git(&["config", "core.sshCommand", &evil]);
    world.git(&["config", "credential.helper", &format!("!{evil}")]);
    world.git(&["config", &format!("url.file://{}.insteadOf", bare.display()), "file://"]);
    for hook in ["pre-push", "pre-commit", "post-commit", "reference-transaction", "post-index-change"] {
        let path = world.root().join(".git/hooks").join(hook);
        fs::write(&path, format!("#!/bin/sh\n{evil}\n")).unwrap();
        Command::new("chmod").arg("+x").arg(&path).status().unwrap();
    }
    assert_exit(&world.run(&config(&world, ""), &ALLOW), 0, &[]);
    assert_eq!(held(&world).len(), 2);
    assert!(!mark.exists() && !bare.exists());
}

#[test]
fn a_repeated_run_is_the_same_however_its_folder_is_called() {
    let world = world();
    world.lay("config.toml", &config(&world, ""));
    let absolute = world.root().display().to_string();
    for repo in ["repository", "./repository/", "repository/../repository", &absolute, "again"] {
        if repo == "again" {
            world.git(&["clone", "-q", "../bare.git", "../again"]);
        }
        let words = ["run", "--repo", repo, "--proposal", "good.patch", "--config", "config.toml"];
        let ran = world.call(&[&words[..], &["--mode", "proposed_change"], &ALLOW].concat());
        assert_exit(&ran, 0, &[]);
        assert_eq!(held(&world).len(), 2, "{repo}: {:?}", held(&world));
    }
}

#[test]
fn a_secret_leaves_in_no_name() {
    let world = world();
    let value = "Zx9kQw7LmP2vRt5y";
    world.lay("repository/.gitignore", ".env\n");
    world.git(&["add", "."]);
    world.git(&["commit", "-qm", "ignore"]);
    world.git(&["push", "-q", "../bare.git", "main"]);
    world.lay("repository/.env", &format!("API_KEY={value}\n"));
    let (config, before) = (config(&world, ""), held(&world));
    let refused = |more: &[&str]| {
        let ran = world.run(&config, &[&ALLOW[..], more].concat());
        assert_exit(&ran, 3, &["`.env`"]);
        assert_eq!(held(&world), before);
    };
    refused(&["--work-branch", &format!("code-assist/{value}")]);
    let named = format!("*** Begin Patch\n*** Add File: n-{value}.txt\n+x\n*** End Patch\n");
    world.lay("good.patch", &named);
    refused(&[]);
    world.lay("good.patch", &named.replace(value, "harmless"));
    assert_exit(&world.run(&config, &ALLOW), 0, &[]);
}
