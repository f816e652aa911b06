//! A run that dies at every point, and is repeated.

use std::time::Duration;

use policy::config::GithubUpdate;

use crate::{
    github::{
        Fault, Forge, Response, Server,
        fault::{On, What},
    },
    support::{BRANCH, change, config, made, open, text},
};

/// Three blobs, tree, commit, branch, pull request, labels.
const WRITES: usize = 8;

/// Publishes with a fault, then without one, and holds that all is there once.
async fn once_and_again(on: On, what: What, config: &GithubUpdate) -> bool {
    let server = Server::start(Forge::sample());
    server.fail(Fault::once(on, what));
    let change = change(&server);
    let first = open(&server, config).publish(&change, Some(&text())).await;
    server.mend();
    // Whoever comes again remembers nothing.
    let second = open(&server, config).publish(&change, Some(&text())).await.unwrap();
    assert_eq!(made(&server), (1, 1, 1));
    let forge = server.forge();
    assert_eq!(forge.branches[BRANCH], second.committed.commit.as_str());
    assert_eq!(forge.issues[&2].labels, ["agent"]);
    assert_eq!(second.pull_request.unwrap().number, 2);
    first.is_ok()
}

#[tokio::test]
async fn a_run_that_dies_after_any_write_makes_nothing_twice() {
    for nth in 1..=WRITES {
        assert!(!once_and_again(On::Write(nth), What::DieAfter, &config()).await, "{nth}");
    }
    assert!(once_and_again(On::Write(WRITES + 1), What::DieAfter, &config()).await);
}

#[tokio::test]
async fn a_run_that_dies_before_any_write_makes_nothing_twice() {
    for nth in 1..=WRITES {
        assert!(!once_and_again(On::Write(nth), What::DieBefore, &config()).await, "{nth}");
    }
}

#[tokio::test]
async fn a_run_that_dies_at_any_request_makes_nothing_twice() {
    let server = Server::start(Forge::sample());
    open(&server, &config()).publish(&change(&server), Some(&text())).await.unwrap();
    let requests = server.heard().len();
    assert!(requests > WRITES);
    for nth in 1..=requests {
        assert!(!once_and_again(On::Request(nth), What::DieAfter, &config()).await, "{nth}");
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_once_is_no_failure() {
    for nth in 1..=WRITES {
        let broken = Response::error(502, "Server Error");
        for what in [
            What::DropAfter,
            What::Drop,
            What::Truncate,
            What::AnswerAfter(broken.clone()),
            What::Answer(broken),
        ] {
            assert!(once_and_again(On::Write(nth), what, &config()).await, "{nth}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_no_json_makes_nothing_twice() {
    for nth in 1..=WRITES {
        once_and_again(On::Write(nth), What::WrongJson, &config()).await;
    }
}

#[tokio::test]
async fn an_answer_that_comes_too_late_makes_nothing_twice() {
    let mut hurried = config();
    hurried.limits.operation_seconds = 1;
    for nth in 1..=WRITES {
        let late = What::Slow(Duration::from_millis(1500));
        once_and_again(On::Write(nth), late, &hurried).await;
    }
}
