//! Bad input: one line that says what, where and how to mend it, exit 2, nothing changed.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use code_assist_tests::{AtHome as _, tree};

const PATCH: &str = "*** Begin Patch\n*** Update File: a.txt\n@@\n-a\n+b\n*** End Patch\n";

struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(world.path().join("repository")).unwrap();
        for (name, text) in [
            ("repository/a.txt", "a\n"),
            ("good.patch", PATCH),
            ("empty.patch", " \n"),
            ("prose.patch", "please fix the bug\n"),
            ("hollow.patch", "*** Begin Patch\n*** End Patch\n"),
            ("broken.patch", "*** Begin Patch\n*** Frobnicate File: a\n*** End Patch\n"),
            ("no-json.json", "hello"),
            ("duplicate.json", r#"{"version":"1.0","instruction":"a","mode":"dry_run","mode":"dry_run"}"#),
            (
                "unknown.json",
                r#"{"version":"1.0","instruction":"a","mode":"dry_run","allowances":{"merge":true}}"#,
            ),
            ("missing.json", r#"{"version":"1.0","mode":"dry_run"}"#),
            ("mode.json", r#"{"version":"1.0","instruction":"a","mode":"yolo"}"#),
            (
                "url.json",
                r#"{"version":"1.0","instruction":"a","mode":"dry_run","target":{"url":"http://x/y"}}"#,
            ),
            ("bad.toml", "[limits]\nmemory = 1\n"),
            ("zero.toml", "[checks]\n\nseconds = 0\n"),
        ] {
            fs::write(world.path().join(name), text).unwrap();
        }
        world.git(&["init", "-q", "--bare", "bare"]);
        world.git(&["init", "-q", "-b", "main", "worktree"]);
        fs::create_dir(world.path().join("worktree/inside")).unwrap();
        world
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn git(&self, arguments: &[&str]) {
        assert!(Command::new("git").current_dir(self.path()).args(arguments).status().unwrap().success());
    }

    fn key(&self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_code-assist-under-test"));
        command.at_home(self.path()).args(["--state-dir", "elsewhere", "audit", "key"]);
        assert!(command.output().unwrap().status.success());
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_code-assist-under-test"));
        command.at_home(self.path()).env("CODE_ASSIST_STATE_DIR", self.path().join("state"));
        command.arg("run").args(arguments).output().unwrap()
    }
}

/// Arguments, and what the line must say.
const TABLE: &[(&[&str], &[&str])] = &[
    (&["--repo", "nowhere", "--proposal", "good.patch"], &["nowhere", "No such file"]),
    (&["--repo", "good.patch", "--proposal", "good.patch"], &["good.patch", "Not a directory"]),
    (&["--repo", "repository", "--proposal", "nowhere.patch"], &["nowhere.patch", "No such file"]),
    (&["--repo", "repository", "--proposal", "empty.patch"], &["--proposal empty.patch: ", "empty"]),
    (
        &["--repo", "repository", "--proposal", "prose.patch"],
        &["--proposal prose.patch: ", "no known format", "unified diff"],
    ),
    (
        &["--repo", "repository", "--proposal", "hollow.patch"],
        &["--proposal hollow.patch: ", "without a single edit"],
    ),
    (
        &["--repo", "repository", "--proposal", "broken.patch"],
        &["--proposal broken.patch: ", "line 2", "Frobnicate"],
    ),
    (&["--repo", "repository", "--request", "no-json.json"], &["no-json.json", "line 1 column 1"]),
    (&["--repo", "repository", "--request", "duplicate.json"], &["duplicate.json", "/mode", "duplicate key"]),
    (
        &["--repo", "repository", "--request", "unknown.json"],
        &["unknown.json", "/allowances/merge", "unknown field"],
    ),
    (
        &["--repo", "repository", "--request", "missing.json"],
        &["missing.json", "/instruction", "missing field"],
    ),
    (&["--repo", "repository", "--request", "mode.json"], &["mode.json", "/mode", "yolo", "dry_run"]),
    (&["--request", "url.json"], &["url.json", "/target/url", "https"]),
    (
        &["--repo", "repository", "--proposal", "good.patch", "--check", "no-such-check"],
        &["no-such-check", "unit, lint"],
    ),
    (&["--repo", "repository", "--proposal", "good.patch", "--check", "unit"], &["unit", "Cargo.toml"]),
    (
        &["--repo", "repository", "--proposal", "good.patch", "--config", "bad.toml"],
        &["bad.toml", "line 2", "memory"],
    ),
    (
        &["--repo", "repository", "--proposal", "good.patch", "--state-dir", "repository/state"],
        &["inside the repository", "--state-dir"],
    ),
    (
        &["--repo", "repository", "--proposal", "good.patch", "--allow-commit"],
        &["--allow-commit: ", "dry_run"],
    ),
    (
        &["--repo", "repository", "--proposal", "good.patch", "--mode", "proposed_change", "--allow-push"],
        &["push", "commit"],
    ),
    (
        &["--repo", "repository", "--proposal", "good.patch", "--base-branch", "m", "--work-branch", "m"],
        &["--work-branch: ", "base branch"],
    ),
    (
        &["--repo", "repository", "--proposal", "good.patch", "--state-dir", "/dev/full/x"],
        &["state directory", "--state-dir"],
    ),
    (&["--repo", "repository"], &["nothing to do", "in words", "--proposal", "--recipe"]),
    (&["--repo", "repository", "--bogus"], &["--bogus", "--help"]),
    (&["--repo", "repository", "--format", "bogus"], &["bogus", "--format"]),
    (&["--repo", "repository", "--file", "../x"], &["../x", "--file"]),
    (&["--repo", "repository", "--mode", "dry_run", "--mode", "dry_run"], &["--mode", "multiple times"]),
    (&["--repo", "repository", "--proposal", "good.patch", "--seconds", "0"], &["--seconds: ", "1 to 86400"]),
    (
        &["--repo", "repository", "--proposal", "good.patch", "--check", "true", "--check", "true"],
        &["--check: ", "two commands"],
    ),
    (
        &[
            "--repo",
            "repository",
            "--proposal",
            "good.patch",
            "--mode",
            "proposed_change",
            "--work-branch",
            "w",
        ],
        &["--allow-commit: ", "work branch `w`"],
    ),
    (&["--repo", "https://user:s3cret@host/o/r", "--proposal", "good.patch"], &["--repo", "address"]),
    (
        &["--repo", "repository", "--proposal", "good.patch", "--output", "good.patch"],
        &["good.patch", "exists"],
    ),
    (&["--repo", "bare", "--proposal", "good.patch"], &["bare", "bare git repository", "clone"]),
    (&["--repo", "worktree/.git", "--proposal", "good.patch"], &["inside a `.git`"]),
    (&["--repo", "worktree/.git/hooks", "--proposal", "good.patch"], &["inside a `.git`"]),
    (
        &["--repo", "worktree/inside", "--proposal", "good.patch", "--state-dir", "worktree/state"],
        &["inside the repository", "--state-dir"],
    ),
    (
        &["--repo", "worktree", "--proposal", "good.patch", "--work-branch", "main"],
        &["--work-branch: ", "checked out"],
    ),
    (
        &["--repo", "repository", "--proposal", "good.patch", "--config", "zero.toml"],
        &["zero.toml", "line 3", "seconds"],
    ),
    (
        &["--repo", "repository", "--proposal", "good.patch", "--component", "good.patch"],
        &["good.patch", "component"],
    ),
];

#[test]
fn bad_input_gets_one_line_and_changes_nothing() {
    let mut faults = Vec::new();
    for (arguments, words) in TABLE {
        let world = World::new();
        let before = tree(&world.path().join("repository"));
        let output = world.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let lines = said.trim_end().lines().count();
        let worded = words.iter().all(|word| said.contains(word));
        let worded = worded && !said.contains("s3cret");
        if output.status.code() != Some(2) || lines != 1 || !worded || !said.starts_with("error: ") {
            faults.push(format!("{arguments:?}: exit {:?}: {said}", output.status.code()));
        }
        if tree(&world.path().join("repository")) != before {
            faults.push(format!("{arguments:?}: it changed something"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_target_that_needs_a_binding_is_unavailable() {
    let world = World::new();
    fs::write(
        world.path().join("issue.json"),
        r#"{"version":"1.0","instruction":"a","mode":"dry_run","target":{"url":"https://github.com/o/r/issues/5"}}"#,
    )
    .unwrap();
    let output = world.run(&["--request", "issue.json"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&output.stderr).contains("github.com"));
}

/// The state directory fills up while the run works: nothing is placed.
#[cfg(target_os = "linux")]
#[test]
fn a_full_state_directory_ends_the_run_and_changes_nothing() {
    for blocks in [0, 1, 2, 4] {
        let world = World::new();
        let before = tree(&world.path().join("repository"));
        // The key of the machine is no matter of the state directory.
        world.key();
        let program = env!("CARGO_BIN_EXE_code-assist-under-test");
        let script = format!(
            "ulimit -f {blocks}; exec {program} run --repo repository --proposal good.patch --mode proposed_change"
        );
        let output = Command::new("bash")
            .at_home(world.path())
            .env("CODE_ASSIST_STATE_DIR", world.path().join("state"))
            .args(["-c", &script])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{blocks}: {said}");
        assert!(said.lines().count() == 1 && said.contains("state directory"), "{blocks}: {said}");
        assert_eq!(tree(&world.path().join("repository")), before);
    }
}
