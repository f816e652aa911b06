//! What a task is about, as the agent gets it.

use agent_contract::target::UrlKind;
use policy::Code;
use serde_json::json;

use crate::{
    github::{
        Fault, Forge, Response, Server,
        fault::{On, What},
        forge::{Discussion, Issue, Said},
    },
    support::{change, config, open, sample, text},
};

fn said(body: &str) -> Said {
    Said::new("hubot", body)
}

#[tokio::test]
async fn an_issue_arrives_marked_as_untrusted() {
    let (server, github) = sample();
    let mut issue = server.forge().issues[&1].clone();
    issue.labels = vec!["bug".to_owned()];
    issue.comments = vec![said("Me too."), Said { author: String::new(), ..said("Gone.") }];
    server.forge().issues.insert(1, issue);
    let task = serde_json::to_value(github.issue(1).await.unwrap()).unwrap();
    assert_eq!(
        task,
        json!({
            "trust": "untrusted",
            "source": "issue",
            "reference": "octo/repo#1",
            "state": "open",
            "title": { "text": "`one` is two" },
            "author": { "login": "monalisa", "association": "MEMBER" },
            "labels": [{ "text": "bug" }],
            "body": { "text": "It should be 1." },
            "comments": [
                { "author": { "login": "hubot", "association": "NONE" }, "at": "2026-01-02T03:04:05Z", "body": { "text": "Me too." } },
                { "author": { "login": "ghost", "association": "NONE" }, "at": "2026-01-02T03:04:05Z", "body": { "text": "Gone." } },
            ],
            "comments_left_out": 0,
            "files_left_out": 0,
        })
    );
}

#[tokio::test]
async fn texts_are_bounded_each_and_together_and_the_cut_is_told() {
    let server = Server::start(Forge::sample());
    let issue = Issue {
        title: "Long".to_owned(),
        body: Some("x".repeat(100)),
        state: "open".to_owned(),
        comments: (0..20).map(|_| said(&"y".repeat(40))).collect(),
        ..Issue::default()
    };
    server.forge().issues.insert(1, issue);
    let mut config = config();
    (config.limits.text_bytes, config.limits.context_bytes) = (60, 200);
    let task = open(&server, &config).issue(1).await.unwrap();
    assert_eq!((task.body.text.len(), task.body.bytes_cut), (60, 40));
    let sizes: Vec<_> = task.comments.iter().map(|comment| comment.body.text.len()).collect();
    assert_eq!(sizes, [40, 40, 40, 16]);
    assert_eq!((task.comments[3].body.bytes_cut, task.comments_left_out), (24, 16));
}

#[tokio::test]
async fn what_hides_or_turns_text_is_made_harmless() {
    let (server, github) = sample();
    let mut issue = server.forge().issues[&1].clone();
    issue.title = "a\u{202e}b".to_owned();
    issue.body = Some("\u{1b}]0;x\u{7}\u{e0049}\u{e0067}".to_owned());
    issue.author = "mona\u{202e}lisa".to_owned();
    server.forge().issues.insert(1, issue);
    let task = github.issue(1).await.unwrap();
    assert_eq!(task.title.text, "a[U+202E]b");
    assert_eq!(task.body.text, "[U+001B]]0;x[U+0007][U+E0049][U+E0067]");
    assert_eq!((task.body.characters_named, task.author.login.as_str()), (4, "monalisa"));
}

#[tokio::test]
async fn a_pull_request_brings_its_files_and_reviews() {
    let (server, github) = sample();
    github.publish(&change(&server), Some(&text())).await.unwrap();
    let review = Said { path: Some("src/lib.rs".to_owned()), line: Some(2), ..said("Why?") };
    server.forge().pulls.get_mut(&2).unwrap().reviews = vec![review];
    server.forge().issues.get_mut(&2).unwrap().comments = vec![said("Looks good.")];
    let task = github.task(&UrlKind::PullRequest(2)).await.unwrap().unwrap();
    let task = serde_json::to_value(task).unwrap();
    assert_eq!((&task["source"], &task["trust"]), (&json!("pull_request"), &json!("untrusted")));
    assert_eq!(task["comments"][0]["body"]["text"], "Looks good.");
    assert_eq!(task["comments"][1]["path"]["text"], "src/lib.rs");
    assert_eq!(task["comments"][1]["line"], 2);
    let files: Vec<_> = task["files"].as_array().unwrap().iter().map(|file| &file["path"]["text"]).collect();
    assert_eq!(files, ["docs/new/one.md", "src/deep/odd.bin", "src/lib.rs"]);
    assert_eq!((&task["comments_left_out"], &task["files_left_out"]), (&json!(0), &json!(0)));
}

#[tokio::test]
async fn a_discussion_comes_over_graphql_with_all_its_pages() {
    let (server, github) = sample();
    let reply = Said { replies: vec![said("a reply")], ..said("with a reply") };
    let comments = std::iter::once(reply).chain((0..120).map(|at| said(&format!("{at}")))).collect();
    let found = Discussion {
        title: "How?".to_owned(),
        body: "Please \u{202e}explain.".to_owned(),
        author: "monalisa".to_owned(),
        association: "CONTRIBUTOR".to_owned(),
        comments,
    };
    server.forge().discussions.insert(7, found);
    let task = github.task(&UrlKind::Discussion(7)).await.unwrap().unwrap();
    assert_eq!((task.reference.as_str(), task.comments.len()), ("octo/repo#7", 122));
    assert_eq!(task.comments[1].body.text, "a reply");
    assert_eq!(task.body.text, "Please [U+202E]explain.");
    assert_eq!(task.author.association, "CONTRIBUTOR");
    assert_eq!(server.count("POST", "/graphql"), 3);
    assert_eq!(serde_json::to_value(task).unwrap()["source"], "discussion");
}

#[tokio::test]
async fn what_is_not_there_is_told() {
    let (server, github) = sample();
    assert_eq!(github.issue(77).await.unwrap_err().code, Code::ForgeMissing);
    assert_eq!(github.pull_request(1).await.unwrap_err().code, Code::ForgeMissing);
    assert_eq!(github.discussion(77).await.unwrap_err().code, Code::ForgeMissing);
    server.forge().issues.get_mut(&1).unwrap().locked = true;
    assert_eq!(github.issue(1).await.unwrap_err().code, Code::ForgeMissing);
    assert_eq!(github.task(&UrlKind::Repository).await.unwrap(), None);
    let moved = Response::error(301, "Moved Permanently").with("location", "/repositories/2/issues/3");
    server.fail(Fault::once(On::Path("GET", "/issues/5"), What::Answer(moved)));
    assert_eq!(github.issue(5).await.unwrap_err().code, Code::ForgeRedirect);
}

#[tokio::test]
async fn a_pull_request_is_not_taken_for_an_issue() {
    let (server, github) = sample();
    github.publish(&change(&server), Some(&text())).await.unwrap();
    assert_eq!(github.issue(2).await.unwrap_err().code, Code::ForgeMissing);
}
