//! What no change may do, and what another one did first.

use std::sync::Arc;

use kernel::{
    forge::github::{Change, Github, Onto},
    secret::{Known, Leaving},
};
use policy::Code;

use crate::{
    github::{
        Fault, Forge, Server,
        fault::{On, What},
    },
    support::{
        BRANCH, binding, branch, change, config, created, deleted, id, made, modified, open, sample, text,
    },
};

/// The code of what comes of a change, and that nothing was made of it.
async fn refused(server: &Server, change: &Change) -> Code {
    let before = made(server);
    let error = open(server, &config()).publish(change, Some(&text())).await.unwrap_err();
    assert_eq!(made(server), before, "{error}");
    error.code
}

#[tokio::test]
async fn base_branches_are_never_written_to() {
    let (server, _) = sample();
    server.forge().lay("develop", &[("x", "100644", b"x")], "Develop");
    let mut config = config();
    config.branches = vec!["**".to_owned()];
    config.base = Some("develop".to_owned());
    for base in ["main", "develop"] {
        for onto in [Onto::NewBranch, Onto::ExistingBranch] {
            let change = Change { branch: branch(base), onto, ..change(&server) };
            let error = open(&server, &config).publish(&change, None).await.unwrap_err();
            assert_eq!(error.code, Code::HardBaseBranch);
        }
    }
    assert!(server.heard().iter().all(|asked| !asked.is_write()));
}

#[tokio::test]
async fn other_branches_than_the_configured_ones_are_refused() {
    let (server, _) = sample();
    let change = Change { branch: branch("release/1"), ..change(&server) };
    assert_eq!(refused(&server, &change).await, Code::ForgeBranch);
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn a_repository_that_takes_no_change_is_told() {
    let (server, _) = sample();
    let change = change(&server);
    server.forge().archived = true;
    assert_eq!(refused(&server, &change).await, Code::RepositoryUnusable);
    server.forge().archived = false;
    server.forge().read_only = true;
    assert_eq!(refused(&server, &change).await, Code::ForgeForbidden);
    server.forge().read_only = false;
    server.forge().disabled = true;
    assert_eq!(refused(&server, &change).await, Code::ForgeForbidden);
}

#[tokio::test]
async fn a_branch_of_somebody_else_is_left_alone() {
    let (server, _) = sample();
    let theirs = server.forge().lay(BRANCH, &[("theirs", "100644", b"x")], "Theirs");
    assert_eq!(refused(&server, &change(&server)).await, Code::BranchExists);
    assert_eq!(server.count("POST", "/"), 0);
    assert_eq!(server.forge().branches[BRANCH], theirs);
}

#[tokio::test]
async fn a_branch_that_somebody_makes_meanwhile_is_left_alone() {
    let (server, github) = sample();
    let theirs = |forge: &mut Forge| drop(forge.lay(BRANCH, &[("theirs", "100644", b"x")], "Theirs"));
    server.fail(Fault::once(On::Path("POST", "/git/refs"), What::Meanwhile(Arc::new(theirs))));
    let error = github.publish(&change(&server), Some(&text())).await.unwrap_err();
    assert_eq!(error.code, Code::BranchExists);
    assert_eq!(server.forge().read(BRANCH, "theirs").unwrap(), b"x");
    assert!(server.forge().pulls.is_empty());
}

#[tokio::test]
async fn a_branch_that_moves_meanwhile_is_not_moved_back() {
    let (server, github) = sample();
    let head = server.forge().lay(BRANCH, &[("src/lib.rs", "100644", b"// work\n")], "Work");
    let files = vec![modified("src/lib.rs", b"// work\n", b"// done\n")];
    let change = Change { parent: id(&head), onto: Onto::ExistingBranch, files, ..change(&server) };
    let theirs = |forge: &mut Forge| drop(forge.lay(BRANCH, &[("theirs", "100644", b"x")], "Theirs"));
    server.fail(Fault::once(On::Path("PATCH", "/git/refs"), What::Meanwhile(Arc::new(theirs))));
    let error = github.publish(&change, None).await.unwrap_err();
    assert_eq!(error.code, Code::BaseMoved);
    assert!(error.message.contains("not moved by force"), "{error}");
    assert_eq!(server.forge().read(BRANCH, "theirs").unwrap(), b"x");
    // And once more, now that it is known before.
    assert_eq!(github.publish(&change, None).await.unwrap_err().code, Code::BaseMoved);
    let patches: Vec<_> = server.heard().into_iter().filter(|asked| asked.method == "PATCH").collect();
    assert_eq!(patches.len(), 1);
    assert_eq!(patches[0].json().unwrap()["force"], false);
}

#[tokio::test]
async fn a_conflict_that_the_forge_tells_of_is_told() {
    let (server, github) = sample();
    let conflict = crate::github::Response::error(409, "Reference update failed");
    server.fail(Fault::always(On::Path("POST", "/git/refs"), What::Answer(conflict)));
    assert_eq!(github.publish(&change(&server), None).await.unwrap_err().code, Code::ForgeConflict);
    assert_eq!(made(&server).0, 0);
}

#[tokio::test]
async fn a_file_that_is_not_as_it_was_read_is_not_overwritten() {
    let (server, _) = sample();
    let data = server.forge().read("main", "src/deep/data.bin").unwrap();
    for files in [
        vec![modified("src/lib.rs", b"something else\n", b"mine\n")],
        vec![created("README.md", b"mine\n")],
        vec![modified("none.txt", b"was\n", b"mine\n")],
        vec![deleted("run.sh", b"#!/bin/sh\n")],
        vec![deleted("src/deep/none", &data)],
    ] {
        let change = Change { files, ..change(&server) };
        assert_eq!(refused(&server, &change).await, Code::BaseMoved);
    }
    assert_eq!(server.count("POST", "/"), 0);
}

#[tokio::test]
async fn links_and_submodules_are_not_written_to_nor_through() {
    let (server, _) = sample();
    let links: &[(&str, &str, &[u8])] = &[("link", "120000", b"src"), ("vendor", "160000", b"")];
    server.forge().lay("main", links, "Links");
    for (at, code) in [
        ("link", Code::PathLink),
        ("vendor", Code::PathNested),
        ("link/x", Code::ArgumentMalformed),
        ("vendor/x", Code::ArgumentMalformed),
        ("README.md/x", Code::ArgumentMalformed),
    ] {
        let change = Change { files: vec![created(at, b"x")], ..change(&server) };
        assert_eq!(refused(&server, &change).await, code, "{at}");
    }
}

#[tokio::test]
async fn a_folder_whose_files_stay_is_not_replaced() {
    let (server, _) = sample();
    let whole = server.forge().read("main", "src/lib.rs").unwrap();
    for files in [vec![created("src", b"x")], vec![created("src", b"x"), deleted("src/lib.rs", &whole)]] {
        let change = Change { files, ..change(&server) };
        assert_eq!(refused(&server, &change).await, Code::ArgumentMalformed);
    }
}

#[tokio::test]
async fn nothing_is_no_change() {
    let (server, _) = sample();
    let empty = Change { files: Vec::new(), ..change(&server) };
    assert_eq!(refused(&server, &empty).await, Code::NothingChanged);
    let same = vec![modified("README.md", b"# A repository\n", b"# A repository\n")];
    let same = Change { files: same, ..change(&server) };
    assert_eq!(refused(&server, &same).await, Code::NothingChanged);
}

#[tokio::test]
async fn words_that_could_be_taken_for_something_else_are_refused() {
    let (server, github) = sample();
    let cases: [fn(&mut Change); 7] = [
        |change| change.message = " \n".to_owned(),
        |change| change.message = "a\u{1b}[31m".to_owned(),
        |change| change.trailers = vec![("A".to_owned(), "b\nC: d".to_owned())],
        |change| change.trailers = vec![("A B".to_owned(), "b".to_owned())],
        |change| change.author.name = "a <b>".to_owned(),
        |change| change.author.email = "a\nb".to_owned(),
        |change| change.author.name = String::new(),
    ];
    for spoil in cases {
        let mut change = change(&server);
        spoil(&mut change);
        assert_eq!(refused(&server, &change).await, Code::ArgumentMalformed);
    }
    for (title, body) in [
        ("", ""),
        ("a\nb", ""),
        (&*"x".repeat(257), ""),
        ("a", &*"x".repeat(60_001)),
        ("a", "<!-- code-assist-operation: x -->"),
    ] {
        let text = kernel::forge::github::PullRequestText { title: title.to_owned(), body: body.to_owned() };
        let error = github.publish(&change(&server), Some(&text)).await.unwrap_err();
        assert_eq!(error.code, Code::ArgumentMalformed);
    }
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn a_parent_that_the_forge_does_not_have_is_told() {
    let (server, _) = sample();
    let change = Change { parent: id(&"b".repeat(40)), ..change(&server) };
    assert_eq!(refused(&server, &change).await, Code::ForgeMissing);
}

#[tokio::test]
async fn no_request_merges_or_forces() {
    let (server, github) = sample();
    github.publish(&change(&server), Some(&text())).await.unwrap();
    for asked in server.heard() {
        assert!(!asked.path.contains("merge"), "{}", asked.path);
        assert!(matches!(asked.method.as_str(), "GET" | "POST" | "PATCH"), "{}", asked.method);
        let forced = asked.json().is_some_and(|body| body["force"] == true);
        assert!(!forced, "{}", asked.path);
    }
}

/// In a file that is no text it would leave as base64, in which nobody would find it.
#[tokio::test]
async fn a_secret_in_a_file_does_not_leave() {
    const SECRET: &str = "hunter2-hunter2-hunter2-hunter2";
    let (server, _) = sample();
    let known = Known::default();
    known.learn("DEPLOY_KEY", &SECRET.to_owned().into());
    let config = config();
    let url = server.url();
    let github = Github::open(binding(&url, None), &url, Leaving::new(known), &config).unwrap();
    for content in [SECRET.as_bytes().to_vec(), [b"\xff\xfex", SECRET.as_bytes()].concat()] {
        let change = Change { files: vec![created("notes.bin", &content)], ..change(&server) };
        let error = github.publish(&change, None).await.unwrap_err();
        assert_eq!(error.code, Code::SecretLeaving);
        assert!(error.message.contains("`notes.bin`") && error.message.contains("`DEPLOY_KEY`"), "{error}");
        assert!(!error.message.contains(SECRET));
    }
    assert_eq!(server.count("POST", "/"), 0);
}
