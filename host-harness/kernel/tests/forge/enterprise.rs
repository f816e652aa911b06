//! GitHub Enterprise Server, whose APIs lie at other paths.

use kernel::forge::github::Revision;
use policy::{Code, config::GithubUpdate};

use crate::{
    github::{
        Forge, Server,
        forge::{Discussion, Said},
    },
    support::{change, config, made, open_at, text},
};

fn enterprise() -> GithubUpdate {
    GithubUpdate { edition: None, ..config() }
}

fn forge() -> Server {
    let server = Server::start(Forge::sample());
    let said = (0..130).map(|at| Said::new("hubot", &format!("{at}"))).collect();
    server.forge().issues.get_mut(&1).unwrap().comments = said;
    server.forge().discussions.insert(9, Discussion { title: "Why".to_owned(), ..Discussion::default() });
    server
}

#[tokio::test]
async fn the_whole_path_runs_below_api_v3() {
    for below in ["", "/api", "/api/v3"] {
        let server = forge();
        let github = open_at(&format!("{}{below}", server.url()), &enterprise(), None);
        assert_eq!(github.issue(1).await.unwrap().comments.len(), 130);
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(github.hydrate_repository(&Revision::Base, folder.path()).await.unwrap().files, 4);
        github.publish(&change(&server), Some(&text())).await.unwrap();
        assert_eq!(made(&server), (1, 1, 1));
        assert!(server.heard().iter().all(|asked| asked.path.starts_with("/api/v3/repos/octo/repo")));
    }
}

#[tokio::test]
async fn graphql_lies_beside_it() {
    for below in ["", "/api"] {
        let server = forge();
        let github = open_at(&format!("{}{below}", server.url()), &enterprise(), None);
        assert_eq!(github.discussion(9).await.unwrap().title.text, "Why");
        assert_eq!(server.heard()[0].path, "/api/graphql");
    }
}

#[tokio::test]
async fn graphql_out_of_reach_is_told() {
    let server = forge();
    let github = open_at(&format!("{}/api/v3", server.url()), &enterprise(), None);
    let error = github.discussion(9).await.unwrap_err();
    assert_eq!(error.code, Code::PrimitiveUnavailable);
    assert!(error.message.contains("\nhint: "), "{error}");
    assert!(server.heard().is_empty());
}
