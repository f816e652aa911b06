//! What is told is so: when output is lost, when a trace is gone, when a repository is
//! not what it seems, when more was asked for than there is.

use code_assist_tests::AtHome as _;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const PATCH: &str = "*** Begin Patch\n*** Update File: a.txt\n@@\n-a\n+b\n*** End Patch\n";

struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(world.root()).unwrap();
        world.git(&["init", "-q", "-b", "main"]);
        world.write("a.txt", "a\n");
        world.commit();
        fs::write(world.path().join("good.patch"), PATCH).unwrap();
        world
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn root(&self) -> PathBuf {
        self.path().join("repository")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.root().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.root().join(name)).unwrap()
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .current_dir(self.root())
            .args(["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"])
            .args(["-c", "protocol.file.allow=always"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", "base"]);
    }

    fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_code-assist-under-test"));
        // A relative path, for nothing that works elsewhere may resolve it there.
        command.at_home(self.path()).env("CODE_ASSIST_STATE_DIR", "state");
        command
    }

    fn run(&self, more: &[&str]) -> Output {
        let mut command = self.program();
        command.args([
            "run",
            "--repo",
            "repository",
            "--proposal",
            "good.patch",
            "--mode",
            "proposed_change",
        ]);
        command.args(more).output().unwrap()
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn assert_exit(output: &Output, code: i32, words: &[&str]) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    words.iter().for_each(|word| assert!(said.contains(word), "`{word}` is not in: {said}"));
}

#[test]
fn a_commit_works_with_a_relative_state_directory() {
    let world = World::new();
    assert_exit(&world.run(&["--allow-commit", "--work-branch", "w"]), 0, &["on branch w"]);
    assert_eq!(world.git(&["show", "w:a.txt"]), "b\n");
}

#[test]
fn what_the_checks_saw_and_the_commit_does_not_hold_is_told() {
    let commit = ["--allow-commit", "--work-branch", "w", "--check", "true"];
    let told = "the checks saw what the checkout holds beyond its last commit";
    let world = World::new();
    let clean = world.run(&commit);
    assert_exit(&clean, 0, &[]);
    assert!(!said(&clean).contains(told));
    for (name, text) in [("unknown.txt", "x"), ("b.txt", "changed")] {
        let world = World::new();
        world.write("b.txt", "b");
        world.commit();
        world.write(name, text);
        assert_exit(&world.run(&commit), 0, &[told]);
    }
}

#[test]
fn a_commit_has_the_line_ends_that_git_keeps() {
    let world = World::new();
    world.git(&["config", "core.autocrlf", "true"]);
    world.write("a.txt", "a\r\nz\r\n");
    world.commit();
    assert_eq!(world.git(&["show", "main:a.txt"]), "a\nz\n");
    assert_exit(&world.run(&["--allow-commit", "--work-branch", "w"]), 0, &["+1 -1"]);
    assert_eq!(world.git(&["show", "w:a.txt"]), "b\nz\n");
    assert_exit(&world.run(&[]), 0, &[]);
    assert_eq!(world.read("a.txt"), "b\r\nz\r\n");
}

#[test]
fn a_submodule_is_not_written_from_above() {
    let (world, other) = (World::new(), World::new());
    world.git(&["submodule", "--quiet", "add", &other.root().display().to_string(), "sub"]);
    world.commit();
    fs::write(world.path().join("good.patch"), PATCH.replace("a.txt", "sub/a.txt")).unwrap();
    assert_exit(&world.run(&[]), 3, &["`sub` is a repository of its own", "path-nested"]);
    assert_eq!(world.read("sub/a.txt"), "a\n");
}

/// It is an empty folder, or none, and git would show nothing of what is written there.
#[test]
fn a_submodule_that_was_not_fetched_is_not_written_into() {
    for is_folder in [true, false] {
        let world = World::new();
        let commit = world.git(&["rev-parse", "HEAD"]);
        world.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{},sub", commit.trim())]);
        world.git(&["commit", "-qm", "sub"]);
        if is_folder {
            fs::create_dir(world.root().join("sub")).unwrap();
        }
        let patch = "*** Begin Patch\n*** Add File: sub/deep/f\n+x\n*** End Patch\n";
        fs::write(world.path().join("good.patch"), patch).unwrap();
        assert_exit(&world.run(&[]), 3, &["`sub` is a repository of its own", "path-nested"]);
        assert!(!world.root().join("sub/deep").exists());
    }
}

#[test]
fn more_than_this_runner_can_do_is_not_left_out_in_silence() {
    for allowance in [&["--allow-push"][..], &["--allow-push", "--allow-pull-request"], &["--allow-notify"]] {
        let world = World::new();
        let commit = ["--allow-commit", "--work-branch", "w"];
        assert_exit(&world.run(&[&commit[..], allowance].concat()), 5, &["primitive-unavailable"]);
        assert_eq!(world.git(&["branch", "--list", "w"]), "");
        assert_eq!(world.read("a.txt"), "a\n");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn lost_output_is_told_and_the_trace_is_whole() {
    for arguments in
        [&["run", "--json"][..], &["run"], &["schema", "request"], &["completions", "bash"], &["--help"]]
    {
        let world = World::new();
        let mut command = world.program();
        command.args(arguments);
        if arguments[0] == "run" {
            command.args(["--repo", "repository", "--proposal", "good.patch"]);
        }
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command.stdout(full).output().unwrap();
        assert_exit(&output, 5, &["standard output can't be written", "No space left"]);
        assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
        if arguments[0] == "run" {
            let verified = world.program().args(["audit", "verify"]).output().unwrap();
            assert_exit(&verified, 0, &["complete"]);
        }
    }
}

#[test]
fn a_trace_that_is_gone_is_missed_and_hides_no_other() {
    for (gone, told) in [
        ("DELETE FROM runs WHERE number = 1", "its trace is gone"),
        ("DELETE FROM records WHERE place >> 32 = 1", "records 0 to"),
    ] {
        let world = World::new();
        assert_exit(&world.run(&[]), 0, &[]);
        fs::write(world.path().join("good.patch"), PATCH.replace("+b", "+c").replace("-a", "-b")).unwrap();
        assert_exit(&world.run(&[]), 0, &[]);
        sql(&world, gone);
        fs::create_dir(world.path().join("state/runs/stray")).unwrap();
        let verified = world.program().args(["audit", "verify"]).output().unwrap();
        assert_exit(&verified, 6, &[told, "complete"]);
        let listed = world.program().args(["audit", "list"]).output().unwrap();
        assert_exit(&listed, 0, &["corrupt", "succeeded"]);
        assert_eq!(String::from_utf8_lossy(&listed.stdout).lines().count(), 2);
    }
}

/// Does something to the ledger.
fn sql(world: &World, statements: &str) {
    let db = rusqlite::Connection::open(world.path().join("state/ledger.db")).unwrap();
    db.execute_batch(statements).unwrap();
}

#[test]
fn there_is_nothing_to_recover_where_nothing_was_being_placed() {
    let world = World::new();
    assert_exit(&world.run(&["--mode", "dry_run"]), 2, &["--mode"]);
    let mut command = world.program();
    command.args(["run", "--repo", "repository", "--proposal", "good.patch"]);
    assert_exit(&command.output().unwrap(), 0, &[]);
    let recovered = world.program().args(["audit", "recover", "last"]).output().unwrap();
    assert_exit(&recovered, 2, &["was being placed"]);
}

#[test]
fn a_check_that_tampers_with_the_ledger_places_nothing() {
    for script in [
        "rm -f ../../../ledger.db*",
        ": > ../../../ledger.db; : > ../../../ledger.db-wal",
        ": > ../../../ledger.db-wal",
    ] {
        let world = World::new();
        let output = world.run(&["--unsandboxed", "--check", &format!("{script}; true")]);
        assert!(!output.status.success(), "{script}: {}", said(&output));
        assert_eq!(world.read("a.txt"), "a\n", "{script}");
    }
}

#[test]
fn a_log_that_was_cut_short_is_no_complete_one() {
    let world = World::new();
    assert_exit(&world.run(&[]), 0, &[]);
    sql(&world, "DELETE FROM log WHERE seq = (SELECT max(seq) FROM log)");
    let verified = world.program().args(["audit", "verify"]).output().unwrap();
    assert_exit(&verified, 6, &["cut off", "as after"]);
}

#[cfg(unix)]
#[test]
fn a_renamed_file_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    fs::set_permissions(world.root().join("a.txt"), fs::Permissions::from_mode(0o600)).unwrap();
    let rename = r#"[{"op":"rename","path":"a.txt","to":"new/b.txt"}]"#;
    fs::write(world.path().join("good.patch"), rename).unwrap();
    assert_exit(&world.run(&[]), 0, &[]);
    let mode = fs::metadata(world.root().join("new/b.txt")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn python_tests_that_are_none_do_not_pass() {
    let world = World::new();
    world.write("setup.py", "");
    world.write("tests/test_a.py", "def test_a():\n    assert False\n");
    assert_exit(&world.run(&["--check", "unit"]), 1, &["no test was run"]);
    world.write(
        "tests/test_a.py",
        "import unittest\nclass A(unittest.TestCase):\n    def test_a(self):\n        pass\n",
    );
    assert_exit(&world.run(&["--check", "unit"]), 0, &["unit passed"]);
}

#[test]
fn a_machine_is_told_of_bad_usage_in_json() {
    let world = World::new();
    let output = world.program().args(["run", "--json", "--bogus"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&told["error"]["code"], &told["error"]["exit_code"]), (&"usage".into(), &2.into()));
    let output =
        world.program().args(["run", "--json", "--repo", "nowhere", "--instruction", "x"]).output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["error"]["code"], "repository-unusable");
}
