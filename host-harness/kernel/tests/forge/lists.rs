//! Lists that come in pages.

use policy::Code;

use crate::{
    github::{
        Fault, Forge, Response, Server,
        fault::{On, What},
        forge::Said,
    },
    support::{config, open, sample},
};

fn talked_about(comments: usize) -> Server {
    let server = Server::start(Forge::sample());
    let said = (0..comments).map(|at| Said::new("monalisa", &format!("comment {at}")));
    server.forge().issues.get_mut(&1).unwrap().comments = said.collect();
    server
}

#[tokio::test]
async fn all_pages_are_read_in_order() {
    let server = talked_about(250);
    let task = open(&server, &config()).issue(1).await.unwrap();
    assert_eq!(server.count("GET", "/issues/1/comments"), 3);
    let texts: Vec<_> = task.comments.iter().map(|comment| comment.body.text.clone()).collect();
    let expected: Vec<_> = (0..250).map(|at| format!("comment {at}")).collect();
    assert_eq!(texts, expected);
    assert_eq!(task.comments_left_out, 0);
}

#[tokio::test]
async fn so_many_pages_are_read_and_the_rest_is_told() {
    let server = talked_about(250);
    let mut config = config();
    config.limits.pages = 2;
    let task = open(&server, &config).issue(1).await.unwrap();
    assert_eq!((task.comments.len(), task.comments_left_out), (200, 50));
    assert_eq!(server.count("GET", "/issues/1/comments"), 2);
}

#[tokio::test]
async fn a_next_page_elsewhere_is_not_read() {
    let elsewhere = talked_about(250);
    let (server, github) = sample();
    server.forge().issues.get_mut(&1).unwrap().comments = vec![Said::new("a", "b")];
    let link = format!("<{}/repositories/1/issues/1/comments?page=2>; rel=\"next\"", elsewhere.url());
    let page = Response::json(200, &serde_json::json!([])).with("link", link);
    server.fail(Fault::once(On::Path("GET", "/issues/1/comments"), What::Answer(page)));
    assert_eq!(github.issue(1).await.unwrap_err().code, Code::ForgeRedirect);
    assert!(elsewhere.heard().is_empty());
}

#[tokio::test]
async fn every_page_is_asked_of_the_path_that_is_known() {
    let server = talked_about(150);
    open(&server, &config()).issue(1).await.unwrap();
    assert!(server.heard().iter().all(|asked| asked.path.starts_with("/repos/octo/repo/")));
}
