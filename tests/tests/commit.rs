//! A commit: on a branch of its own, with the run in its trailers, past index and
//! working tree.

use code_assist_tests::AtHome as _;
use std::{fs, path::Path, process::Command};

fn git(root: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("repository");
    fs::create_dir(&root).unwrap();
    git(&root, &["init", "-q", "-b", "main"]);
    fs::write(root.join("a.txt"), "one\n").unwrap();
    fs::write(root.join("b.txt"), "two\n").unwrap();
    git(&root, &["add", "."]);
    git(&root, &["commit", "-qm", "base"]);
    fs::write(
        folder.path().join("p.patch"),
        "*** Begin Patch\n*** Update File: a.txt\n@@\n-one\n+ONE\n*** Add File: c.txt\n+c\n*** End Patch\n",
    )
    .unwrap();
    folder
}

fn run(folder: &Path, more: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_code-assist-under-test"))
        .at_home(folder)
        .env("CODE_ASSIST_STATE_DIR", folder.join("state"))
        .args(["run", "--repo", "repository", "--proposal", "p.patch", "--mode", "proposed_change"])
        .args(["--instruction", "Shout the first line", "--allow-commit"])
        .args(more)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn a_commit_goes_to_a_branch_of_its_own() {
    let folder = repository();
    let root = folder.path().join("repository");
    // A hook that must never run.
    let hooks = root.join(".git/hooks");
    fs::create_dir_all(&hooks).unwrap();
    for hook in ["pre-commit", "post-commit", "reference-transaction"] {
        fs::write(hooks.join(hook), format!("#!/bin/sh\ntouch {}/ran\n", folder.path().display())).unwrap();
        #[cfg(unix)]
        fs::set_permissions(hooks.join(hook), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let (code, text) = run(folder.path(), &["--work-branch", "agent/shout"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(!folder.path().join("ran").exists());
    fs::remove_dir_all(&hooks).unwrap();
    assert_eq!(git(&root, &["status", "--porcelain"]), "");
    assert_eq!(git(&root, &["symbolic-ref", "--short", "HEAD"]), "main");
    assert_eq!(git(&root, &["show", "agent/shout:a.txt"]), "ONE");
    assert_eq!(git(&root, &["show", "agent/shout:c.txt"]), "c");
    assert_eq!(git(&root, &["rev-parse", "agent/shout^"]), git(&root, &["rev-parse", "main"]));
    let message = git(&root, &["log", "-1", "--format=%B", "agent/shout"]);
    assert!(message.starts_with("Shout the first line\n\nCode-Assist-Run: run-"), "{message}");
    git(&root, &["fsck", "--strict"]);
}

/// Every setting by which a repository may name a command for git to run.
const COMMANDS: &[&str] = &[
    "core.fsmonitor",
    "core.sshCommand",
    "core.pager",
    "core.editor",
    "core.askPass",
    "core.alternateRefsCommand",
    "core.gitProxy",
    "credential.helper",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "gpg.program",
    "gpg.ssh.program",
    "merge.evil.driver",
    "sequence.editor",
    "uploadpack.packObjectsHook",
];

#[test]
fn a_hostile_repository_has_no_command_run_by_our_git() {
    let folder = repository();
    let root = folder.path().join("repository");
    fs::write(root.join(".gitattributes"), "* filter=evil diff=evil merge=evil\n").unwrap();
    let evil = folder.path().join("evil");
    fs::write(&evil, format!("#!/bin/sh\necho \"$0 $*\" >>{}/ran\n", folder.path().display())).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&evil, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    for name in COMMANDS {
        git(&root, &["config", name, &evil.display().to_string()]);
    }
    let more = [
        ("commit.gpgSign", "true"),
        ("core.hooksPath", "."),
        ("remote.origin.url", "ext::sh -c evil"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.partialClonefilter", "blob:none"),
        ("extensions.partialClone", "origin"),
        ("core.repositoryFormatVersion", "1"),
    ];
    for (name, value) in more {
        git(&root, &["config", name, value]);
    }
    fs::copy(&evil, root.join("reference-transaction")).unwrap();
    let (code, text) = run(folder.path(), &["--work-branch", "agent/shout"]);
    assert_eq!(code, Some(0), "{text}");
    let ran = fs::read_to_string(folder.path().join("ran")).unwrap_or_default();
    assert_eq!(ran, "", "{text}");
    // The same repository does run them for those who let it.
    let _ = Command::new("git").arg("-C").arg(&root).args(["status"]).output();
    assert!(folder.path().join("ran").exists());
}

#[test]
fn a_branch_that_is_there_is_not_moved() {
    let folder = repository();
    let root = folder.path().join("repository");
    git(&root, &["branch", "agent/shout"]);
    let before = git(&root, &["rev-parse", "agent/shout"]);
    let (code, text) = run(folder.path(), &["--work-branch", "agent/shout"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("branch-exists"), "{text}");
    assert_eq!(git(&root, &["rev-parse", "agent/shout"]), before);
}

#[test]
fn what_the_user_has_not_committed_does_not_slip_into_a_commit() {
    let folder = repository();
    let root = folder.path().join("repository");
    fs::write(root.join("a.txt"), "one\nmine\n").unwrap();
    let (code, text) = run(folder.path(), &["--work-branch", "agent/shout"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("base-uncommitted") && text.contains("a.txt"), "{text}");
    assert_eq!(git(&root, &["branch", "--list", "agent/*"]), "");
}

#[test]
fn uncommitted_changes_in_the_base_are_told_apart() {
    let folder = repository();
    let root = folder.path().join("repository");
    fs::write(root.join("a.txt"), "one\nmine\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_code-assist-under-test"))
        .current_dir(folder.path())
        .args(["--json", "--state-dir", "state", "run", "--repo", "repository", "--proposal", "p.patch"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let files = last["details"]["result"]["changed_files"].as_array().unwrap().clone();
    let told: Vec<_> = files
        .iter()
        .map(|file| (file["path"].as_str().unwrap(), file["uncommitted_in_base"].as_bool().unwrap()))
        .collect();
    assert_eq!(told, [("a.txt", true), ("c.txt", false)]);
    assert_eq!(last["details"]["result"]["base_branch"], "main");
}
