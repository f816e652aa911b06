//! A forge that fails.

use std::time::{Duration, Instant};

use kernel::{
    forge::github::Github,
    net::{Carrier, Credential},
};
use policy::Code;

use crate::{
    github::{
        Fault, Forge, Response, Server,
        fault::{On, What},
    },
    support::{change, config, open, open_as, sample, text},
};

#[tokio::test]
async fn reading_is_tried_again_while_it_may_help() {
    let broken = Response::error(503, "Service Unavailable");
    for what in [What::Answer(broken), What::Drop, What::Truncate] {
        let (server, github) = sample();
        server.fail(Fault { on: On::Path("GET", "/issues/1"), what, times: 2 });
        github.issue(1).await.unwrap();
        assert_eq!(server.count("GET", "/issues/1"), 3);
    }
}

#[tokio::test]
async fn what_stays_broken_is_told_after_the_last_attempt() {
    let (server, github) = sample();
    server.fail(Fault::always(On::All, What::Answer(Response::error(500, "Server Error"))));
    let error = github.repository().await.unwrap_err();
    assert_eq!(error.code, Code::ForgeBroken);
    assert_eq!(server.heard().len(), 4);
    server.mend();
    server.fail(Fault::always(On::All, What::Truncate));
    assert!(github.repository().await.unwrap_err().message.starts_with("`GET /repos/octo/repo`: "));
}

#[tokio::test]
async fn a_slow_answer_ends_with_the_operation() {
    let server = Server::start(Forge::sample());
    let mut config = config();
    config.limits.operation_seconds = 1;
    server.fail(Fault::always(On::All, What::Slow(Duration::from_secs(4))));
    let begin = Instant::now();
    let error = open(&server, &config).repository().await.unwrap_err();
    assert_eq!(error.code, Code::CallTimeout);
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn an_answer_of_another_form_is_told() {
    let (server, github) = sample();
    server.fail(Fault::once(On::All, What::WrongJson));
    assert_eq!(github.repository().await.unwrap_err().code, Code::ForgeMalformed);
    let odd = Response::json(200, &serde_json::json!({ "full_name": 1 }));
    server.fail(Fault::once(On::All, What::Answer(odd)));
    assert_eq!(github.repository().await.unwrap_err().code, Code::ForgeMalformed);
}

#[tokio::test]
async fn each_documented_status_has_its_code_and_is_not_tried_again() {
    for (status, code) in [
        (400, Code::ForgeStatus),
        (401, Code::ForgeUnauthorized),
        (403, Code::ForgeForbidden),
        (404, Code::ForgeMissing),
        (409, Code::ForgeConflict),
        (410, Code::ForgeMissing),
        (422, Code::ForgeInvalid),
        (451, Code::ForgeBlocked),
    ] {
        let (server, github) = sample();
        server.fail(Fault::always(On::All, What::Answer(Response::error(status, "Said so"))));
        let error = github.repository().await.unwrap_err();
        assert_eq!(error.code, code, "{status}");
        assert!(error.message.contains("Said so"), "{error}");
        assert_eq!(server.heard().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let elsewhere = Server::start(Forge::sample());
    for status in [301, 302, 307, 308] {
        let (server, github) = sample();
        let to = format!("{}/repos/octo/repo", elsewhere.url());
        let redirect = Response::error(status, "Moved Permanently").with("location", to);
        server.fail(Fault::always(On::All, What::Answer(redirect)));
        let error = github.repository().await.unwrap_err();
        assert_eq!(error.code, Code::ForgeRedirect);
        assert!(error.message.contains("renamed or transferred"), "{error}");
    }
    assert!(elsewhere.heard().is_empty());
}

#[tokio::test]
async fn a_repository_that_answers_by_another_name_is_told() {
    let (server, github) = sample();
    let other = serde_json::json!({ "full_name": "octo/new", "default_branch": "main" });
    server.fail(Fault::once(On::All, What::Answer(Response::json(200, &other))));
    let error = github.repository().await.unwrap_err();
    assert_eq!(error.code, Code::ForgeRedirect);
    assert!(error.message.contains("`octo/new`"), "{error}");
}

const TOKEN: &str = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";

fn with_token(server: &Server) -> Github {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), TOKEN).unwrap();
    let credential = Credential::from_file(Carrier::Bearer, file.path()).unwrap();
    open_as(server, &config(), Some(credential))
}

#[tokio::test]
async fn the_missing_permission_is_named_and_the_token_is_not() {
    let server = Server::start(Forge::sample());
    server.forge().token = Some(TOKEN.to_owned());
    let github = with_token(&server);
    github.issue(1).await.unwrap();
    assert_eq!(server.heard()[0].header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    let refused = Response::error(403, "Resource not accessible by personal access token");
    let refused = refused.with("x-accepted-github-permissions", "contents=write");
    server.fail(Fault::once(On::Path("POST", "/git/blobs"), What::Answer(refused)));
    let error = github.publish(&change(&server), Some(&text())).await.unwrap_err();
    assert_eq!(error.code, Code::ForgeForbidden);
    assert!(error.message.ends_with("hint: it takes a token with `contents=write`"), "{error}");
    let said = format!("{error} {error:?} {github:?}");
    assert!(!said.contains(TOKEN), "{said}");
}

#[tokio::test]
async fn a_credential_that_is_not_known_is_told_without_it() {
    let server = Server::start(Forge::sample());
    server.forge().token = Some("another".to_owned());
    let error = with_token(&server).repository().await.unwrap_err();
    assert_eq!(error.code, Code::ForgeUnauthorized);
    assert!(!format!("{error:?}").contains(TOKEN));
}
