//! From an issue to a pull request.

use std::process::Command;

use kernel::forge::github::{Github, Made, Onto, Revision};
use policy::{Code, config::Limits};

use crate::{
    github::{Server, objects::Object},
    support::{
        BRANCH, branch, change, config, created, deleted, id, made, modified, open, path, sample, text,
    },
};

#[tokio::test]
async fn a_run_goes_from_an_issue_to_a_pull_request() {
    let (server, github) = sample();
    let task = github.issue(1).await.unwrap();
    assert_eq!(task.body.text, "It should be 1.");
    let folder = tempfile::tempdir().unwrap();
    let laid = github.hydrate_repository(&Revision::Base, folder.path()).await.unwrap();
    let mut workspace = kernel::Workspace::open(folder.path(), &Limits::default()).unwrap();
    assert!(workspace.changes().unwrap().is_empty());
    let change = change(&server);
    assert_eq!(change.parent, laid.commit);

    let published = github.publish(&change, Some(&text())).await.unwrap();
    let pull = published.pull_request.unwrap();
    assert_eq!((pull.number, pull.reference.as_str(), pull.made), (2, "octo/repo#2", Made::Now));
    assert!(pull.is_draft);
    assert_eq!(published.base_moved_to, None);
    assert_eq!(made(&server), (1, 1, 1));

    let forge = server.forge();
    assert_eq!(forge.read(BRANCH, "src/lib.rs").unwrap(), b"pub fn one() -> u32 {\n    1\n}\n");
    assert_eq!(forge.read(BRANCH, "docs/new/one.md").unwrap(), b"One.\n");
    assert_eq!(forge.read(BRANCH, "src/deep/odd.bin").unwrap(), [0, 255, 254]);
    assert_eq!(forge.read(BRANCH, "run.sh").unwrap(), b"#!/bin/sh\n");
    let commit = forge.objects.commit(&forge.branches[BRANCH]).unwrap();
    assert_eq!(
        commit.message,
        "Let one be one\n\nCode-Assist-Run: 0199aa3c\nCode-Assist-Trace: ab12\nCode-Assist-Operation: run-1.op-1\n"
    );
    assert_eq!((commit.author.at, commit.author.name.as_str()), (1_795_273_407, "AGenNext Code Assist"));
    let issue = &forge.issues[&2];
    assert_eq!(issue.labels, ["agent"]);
    let body = issue.body.as_deref().unwrap();
    assert!(body.starts_with("Closes #1.\n\nCode-Assist-Run: 0199aa3c\n"), "{body}");
    assert!(body.contains("<!-- code-assist-operation: run-1.op-1 -->"), "{body}");
}

#[tokio::test]
async fn each_operation_has_both_hashes_before_and_after() {
    let (server, github) = sample();
    let published = github.publish(&change(&server), None).await.unwrap();
    let record = serde_json::to_value(&published.committed.operations).unwrap();
    assert_eq!(record[0]["path"], "src/lib.rs");
    assert_eq!(record[0]["before"]["git"], "ed46be8123b806a6d700fafa3efa4290be8c5632");
    assert_eq!(record[0]["before"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(record[0]["after"]["sha256"], policy::blob::sha256(b"pub fn one() -> u32 {\n    1\n}\n"));
    assert_eq!(record[0]["after"]["mode"], "100644");
    assert_eq!(record[1]["kind"], "create");
    assert!(record[1].get("before").is_none());
    assert_eq!(published.pull_request, None);
}

#[tokio::test]
async fn files_are_renamed_deleted_and_given_modes() {
    let (server, github) = sample();
    let mut change = change(&server);
    let mut moved = modified("bin/run", b"#!/bin/sh\n", b"#!/bin/sh\n");
    moved.kind = agent_contract::operation::OperationKind::Rename;
    moved.from = Some(path("run.sh"));
    moved.replaced = None;
    moved.before.as_mut().unwrap().mode = agent_contract::operation::FileMode::Executable;
    moved.after.as_mut().unwrap().mode = agent_contract::operation::FileMode::Executable;
    let data = server.forge().read("main", "src/deep/data.bin").unwrap();
    // A folder comes to be where a file was, and the other way round.
    change.files = vec![
        moved,
        deleted("src/deep/data.bin", &data),
        created("src/deep", b"now a file"),
        deleted("README.md", b"# A repository\n"),
        created("README.md/inside", b"now a folder"),
    ];
    github.publish(&change, None).await.unwrap();
    let forge = server.forge();
    let commit = forge.objects.commit(&forge.branches[BRANCH]).unwrap();
    let files: Vec<_> =
        forge.objects.flat(&commit.tree).into_iter().filter(|(_, row)| row.mode != "040000").collect();
    let found: Vec<_> = files.iter().map(|(path, row)| (path.as_str(), row.mode.as_str())).collect();
    assert_eq!(
        found,
        [
            ("README.md/inside", "100644"),
            ("bin/run", "100755"),
            ("src/deep", "100644"),
            ("src/lib.rs", "100644")
        ]
    );
}

#[tokio::test]
async fn a_branch_that_is_there_is_moved_on_when_it_is_at_the_parent() {
    let (server, github) = sample();
    let head = server.forge().lay(BRANCH, &[("src/lib.rs", "100644", b"// work\n")], "Work");
    let mut change = change(&server);
    change.parent = id(&head);
    change.onto = Onto::ExistingBranch;
    change.files = vec![modified("src/lib.rs", b"// work\n", b"// done\n")];
    let published = github.publish(&change, None).await.unwrap();
    assert_eq!(server.forge().branches[BRANCH], published.pushed.commit.as_str());
    assert_eq!(github.publish(&change, None).await.unwrap().pushed.made, Made::Before);
}

#[tokio::test]
async fn a_base_that_moved_meanwhile_is_told_and_nothing_is_overwritten() {
    let (server, github) = sample();
    let change = change(&server);
    let head = server.forge().lay("main", &[("other.txt", "100644", b"other")], "Meanwhile");
    let published = github.publish(&change, Some(&text())).await.unwrap();
    assert_eq!(published.base_moved_to, Some(id(&head)));
    assert_eq!(server.forge().branches["main"], head);
}

#[tokio::test]
async fn git_itself_finds_no_fault_in_what_was_made() {
    let (server, github) = sample();
    let published = github.publish(&change(&server), None).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", folder.path());
        command.arg("-C").arg(folder.path()).args(arguments).output().unwrap()
    };
    assert!(git(&["init", "-q", "."]).status.success());
    for (sha, object) in &server.forge().objects.objects {
        write_loose(folder.path(), sha, object);
    }
    let commit = published.committed.commit.as_str();
    assert!(git(&["update-ref", "refs/heads/made", commit]).status.success());
    let checked = git(&["fsck", "--strict", "--full"]);
    assert!(checked.status.success(), "{checked:?}");
    let trailers = git(&["log", "-1", "--format=%(trailers:key=Code-Assist-Operation,valueonly)", "made"]);
    assert_eq!(String::from_utf8_lossy(&trailers.stdout).trim(), "run-1.op-1");
}

/// Writes an object with the git command, which names it itself.
fn write_loose(root: &std::path::Path, sha: &str, object: &Object) {
    use std::{io::Write as _, process::Stdio};
    let (kind, content) = crate::github::objects::bytes(object);
    let mut child = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["hash-object", "-w", "--literally", "-t", kind, "--stdin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&content).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), sha);
}

#[tokio::test]
async fn a_second_operation_does_not_take_the_first_one_for_its_own() {
    let (server, github) = sample();
    let first = change(&server);
    github.publish(&first, Some(&text())).await.unwrap();
    let mut second = first.clone();
    second.operation = kernel::forge::github::OperationId::parse("run-2.op-1").unwrap();
    assert_eq!(github.publish(&second, None).await.unwrap_err().code, Code::BranchExists);
    let mut forged = first.clone();
    forged.files.push(created("extra.txt", b"x"));
    assert_eq!(github.publish(&forged, None).await.unwrap_err().code, Code::BranchExists);
    assert_eq!(made(&server).0, 1);
}

#[tokio::test]
async fn an_unchanged_answer_is_not_sent_again() {
    let (server, github) = sample();
    github.repository().await.unwrap();
    let counted = server.forge().counted;
    assert_eq!(github.repository().await.unwrap().reference, "octo/repo");
    assert_eq!(server.forge().counted, counted);
    assert!(server.heard()[1].header("if-none-match").is_some());
    server.forge().archived = true;
    assert!(github.repository().await.unwrap().is_archived);
}

#[tokio::test]
async fn branches_are_looked_at() {
    let (server, github) = sample();
    server.forge().protected.insert("main".to_owned());
    let main = github.branch(&branch("main")).await.unwrap();
    assert_eq!(main.head.as_str(), server.forge().branches["main"]);
    assert!(main.is_protected);
    assert_eq!(github.branch(&branch("none")).await.unwrap_err().code, Code::ForgeMissing);
    assert_eq!(github.base().await.unwrap(), branch("main"));
}

#[tokio::test]
async fn the_steps_can_be_taken_one_by_one() {
    let (server, github) = sample();
    let change = change(&server);
    let committed = github.commit(&change).await.unwrap();
    assert_eq!(made(&server), (0, 1, 0));
    let pushed = github.push(&change, &committed).await.unwrap();
    assert_eq!((pushed.branch.as_str(), made(&server)), (BRANCH, (1, 1, 0)));
    github.open_pull_request(&change, &text()).await.unwrap();
    assert_eq!(made(&server), (1, 1, 1));
}

#[test]
fn an_address_is_told_to_be_the_repository_or_not() {
    let server = Server::start(crate::github::Forge::sample());
    let github: Github = open(&server, &config());
    for (url, is_at) in [
        ("https://github.com/octo/repo", true),
        ("https://github.com/Octo/Repo/issues/1", true),
        ("https://github.com/octo/repo/pull/2", true),
        ("https://github.com/octo/repo/tree/agent/x", true),
        ("https://github.com/octo/other", false),
        ("https://github.com/other/repo", false),
        ("https://github.example/octo/repo", false),
    ] {
        let target = agent_contract::target::TargetUrl::parse(url).unwrap();
        assert_eq!(github.is_at(&target), is_at, "{url}");
    }
}
