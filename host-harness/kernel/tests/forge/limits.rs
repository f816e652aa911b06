//! A forge that takes no more requests for a while.

use std::time::{Duration, Instant};

use policy::Code;

use crate::{
    github::{
        Fault, Forge, Response, Server,
        fault::{On, What},
    },
    support::{change, config, made, open, sample, text},
};

#[tokio::test]
async fn a_short_wait_is_waited() {
    for what in [
        What::SecondaryLimit(Some(1)),
        What::PrimaryLimit(0),
        What::Answer(Response::error(429, "Slow").with("retry-after", 1)),
    ] {
        let (server, github) = sample();
        server.fail(Fault::once(On::All, what));
        let begin = Instant::now();
        github.issue(1).await.unwrap();
        let waited = begin.elapsed();
        assert!((Duration::from_millis(900)..Duration::from_secs(4)).contains(&waited), "{waited:?}");
    }
}

#[tokio::test]
async fn a_long_wait_is_told_with_when_to_come_back() {
    for what in [What::SecondaryLimit(Some(3600)), What::PrimaryLimit(3599)] {
        let (server, github) = sample();
        server.fail(Fault::always(On::All, what));
        let begin = Instant::now();
        let error = github.issue(1).await.unwrap_err();
        assert_eq!(error.code, Code::ForgeRateLimited);
        assert!(error.message.contains("for 3600 s") || error.message.contains("for 3599 s"), "{error}");
        assert!(error.message.contains("\nhint: come back at "), "{error}");
        assert!(begin.elapsed() < Duration::from_secs(10));
        assert_eq!(server.heard().len(), 1);
    }
}

#[tokio::test]
async fn a_limit_that_says_no_time_is_taken_for_a_minute() {
    let server = Server::start(Forge::sample());
    let mut config = config();
    config.limits.operation_seconds = 50;
    server.fail(Fault::always(On::All, What::SecondaryLimit(None)));
    let error = open(&server, &config).issue(1).await.unwrap_err();
    assert_eq!(error.code, Code::ForgeRateLimited);
    assert!(error.message.contains("for 60 s"), "{error}");
}

#[tokio::test]
async fn nothing_is_asked_while_nothing_is_left() {
    let (server, github) = sample();
    server.forge().remaining = 1;
    github.repository().await.unwrap();
    assert_eq!(server.heard().len(), 1);
    let error = github.issue(1).await.unwrap_err();
    assert_eq!(error.code, Code::ForgeRateLimited);
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn a_limit_at_any_write_is_waited_out_and_makes_nothing_twice() {
    for nth in 1..=8 {
        let (server, github) = sample();
        server.fail(Fault::once(On::Write(nth), What::SecondaryLimit(Some(0))));
        github.publish(&change(&server), Some(&text())).await.unwrap();
        assert_eq!(made(&server), (1, 1, 1));
    }
}

#[tokio::test]
async fn the_limit_of_graphql_is_another_one() {
    let (server, github) = sample();
    let body =
        serde_json::json!({ "errors": [{ "type": "RATE_LIMITED", "message": "API rate limit exceeded" }] });
    let limited = Response::json(200, &body)
        .with("x-ratelimit-remaining", 0)
        .with("x-ratelimit-reset", server.forge().reset_in(3000));
    server.fail(Fault::once(On::Path("POST", "/graphql"), What::Answer(limited)));
    assert_eq!(github.discussion(1).await.unwrap_err().code, Code::ForgeRateLimited);
    assert_eq!(github.discussion(1).await.unwrap_err().code, Code::ForgeRateLimited);
    assert_eq!(server.count("POST", "/graphql"), 1);
    github.repository().await.unwrap();
}

#[tokio::test]
async fn a_number_without_bounds_is_no_trouble() {
    for end in [i64::MAX as u64, u64::MAX, u64::MAX / 1000] {
        let (server, github) = sample();
        let endless = Response::error(403, "Slow").with("retry-after", end);
        server.fail(Fault::once(On::All, What::Answer(endless)));
        assert_eq!(github.issue(1).await.unwrap_err().code, Code::ForgeRateLimited);
        let endless =
            Response::error(403, "Slow").with("x-ratelimit-remaining", 0).with("x-ratelimit-reset", end);
        server.fail(Fault::once(On::All, What::Answer(endless)));
        assert_eq!(github.issue(1).await.unwrap_err().code, Code::ForgeRateLimited);
    }
}
