//! A repository, laid into a folder.

use std::{fs, path::Path};

use kernel::forge::{Hydrated, LinkFate, github::Revision};
use policy::Code;

use crate::{
    github::{
        Fault, Forge, Response, Server,
        fault::{On, What},
    },
    support::{branch, change, config, id, open, path, sample, text},
};

async fn laid(server: &Server, into: &Path) -> Result<Hydrated, Code> {
    let github = open(server, &config());
    github.hydrate_repository(&Revision::Base, into).await.map_err(|error| error.code)
}

#[tokio::test]
async fn files_are_laid_with_their_content_and_modes() {
    for cuts_trees in [false, true] {
        let (server, _) = sample();
        server.forge().cuts_trees = cuts_trees;
        let folder = tempfile::tempdir().unwrap();
        let found = laid(&server, folder.path()).await.unwrap();
        assert_eq!((found.files, found.branch), (4, Some(branch("main"))));
        assert_eq!(found.commit.as_str(), server.forge().branches["main"]);
        assert_eq!(fs::read(folder.path().join("src/deep/data.bin")).unwrap(), [0, 159, 146, 150]);
        assert_eq!(found.listing.get(&path("run.sh")).unwrap().kind.mode(), "100755");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
            assert_eq!((mode("run.sh") & 0o100, mode("README.md") & 0o111), (0o100, 0));
        }
    }
}

#[tokio::test]
async fn links_and_submodules_are_told() {
    let (server, _) = sample();
    let links: &[(&str, &str, &[u8])] = &[
        ("in", "120000", b"src/lib.rs"),
        ("src/up", "120000", b"../README.md"),
        ("out", "120000", b"../../etc/passwd"),
        ("etc", "120000", b"/etc"),
        ("git", "120000", b".git/config"),
        ("vendor", "160000", b""),
    ];
    server.forge().lay("main", links, "Links");
    let folder = tempfile::tempdir().unwrap();
    let found = laid(&server, folder.path()).await.unwrap();
    let fates: Vec<_> = found.links.iter().map(|link| (link.path.as_str(), link.fate)).collect();
    use LinkFate::{Laid, LeftOut};
    assert_eq!(fates, [("etc", LeftOut), ("git", LeftOut), ("in", Laid), ("out", LeftOut), ("src/up", Laid)]);
    assert_eq!(found.submodules, [path("vendor")]);
    assert!(!folder.path().join("vendor").exists());
    assert!(folder.path().join("out").symlink_metadata().is_err());
    assert_eq!(fs::read(folder.path().join("src/up")).unwrap(), b"# A repository\n");
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_is_refused() {
    for name in [".git/config", "a/.GIT/hooks/post-checkout", "a\\b", "c:x", "a/..", "../x", "GIT~1/x"] {
        let (server, _) = sample();
        server.forge().lay("main", &[(name, "100644", b"x")], "Odd");
        let folder = tempfile::tempdir().unwrap();
        for cuts_trees in [false, true] {
            server.forge().cuts_trees = cuts_trees;
            assert_eq!(laid(&server, folder.path()).await.unwrap_err(), Code::RepositoryUnusable, "{name}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[tokio::test]
async fn content_that_is_not_what_its_id_says_is_refused() {
    let (server, _) = sample();
    let folder = tempfile::tempdir().unwrap();
    server.fail(Fault::always(On::Path("GET", "/git/blobs/"), What::Answer(Response::raw(b"evil".to_vec()))));
    assert_eq!(laid(&server, folder.path()).await.unwrap_err(), Code::ForgeObject);
}

#[tokio::test]
async fn a_tree_that_is_not_what_its_id_says_is_refused() {
    let (server, _) = sample();
    let folder = tempfile::tempdir().unwrap();
    let other = server.forge().objects.add(crate::github::objects::Object::Blob(b"evil".to_vec()));
    let row = serde_json::json!({ "path": "README.md", "mode": "100644", "type": "blob", "sha": other });
    let tree = serde_json::json!({ "sha": "x", "tree": [row], "truncated": false });
    server.fail(Fault::always(On::Path("GET", "/git/trees/"), What::Answer(Response::json(200, &tree))));
    assert_eq!(laid(&server, folder.path()).await.unwrap_err(), Code::ForgeObject);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn what_is_too_much_is_refused_before_it_is_fetched() {
    let cases: [fn(&mut policy::config::GithubLimits); 3] =
        [|limits| limits.files = 3, |limits| limits.file_bytes = 10, |limits| limits.repository_bytes = 20];
    for narrow in cases {
        for cuts_trees in [false, true] {
            let (server, _) = sample();
            server.forge().cuts_trees = cuts_trees;
            let mut config = config();
            narrow(&mut config.limits);
            let folder = tempfile::tempdir().unwrap();
            let error = open(&server, &config).hydrate_repository(&Revision::Base, folder.path()).await;
            let error = error.unwrap_err();
            assert_eq!(error.code, Code::ForgeTooLarge);
            assert!(error.message.contains("hint: raise"), "{error}");
            assert_eq!(server.count("GET", "/git/blobs"), 0);
        }
    }
}

#[tokio::test]
async fn the_same_content_is_fetched_once() {
    let (server, _) = sample();
    let copies: Vec<_> = (0..30).map(|at| format!("copies/{at}")).collect();
    let files: Vec<_> = copies.iter().map(|path| (path.as_str(), "100644", b"same".as_slice())).collect();
    server.forge().lay("main", &files, "Copies");
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(laid(&server, folder.path()).await.unwrap().files, 34);
    assert_eq!(server.count("GET", "/git/blobs"), 5);
}

#[tokio::test]
async fn an_empty_repository_and_a_full_folder_are_refused() {
    let server = Server::start(Forge::new("octo", "repo"));
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(laid(&server, folder.path()).await.unwrap_err(), Code::ForgeMissing);
    let (server, github) = sample();
    let commit = Revision::Commit(id(&"a".repeat(40)));
    let error = github.hydrate_repository(&commit, folder.path()).await.unwrap_err();
    assert_eq!(error.code, Code::ForgeMissing);
    fs::write(folder.path().join("mine"), "mine").unwrap();
    assert_eq!(laid(&server, folder.path()).await.unwrap_err(), Code::RepositoryUnusable);
    assert_eq!(fs::read(folder.path().join("mine")).unwrap(), b"mine");
}

#[tokio::test]
async fn an_empty_repository_answers_409_to_what_is_asked_of_git() {
    let server = Server::start(Forge::new("octo", "repo"));
    let folder = tempfile::tempdir().unwrap();
    let commit = Revision::Commit(id(&"a".repeat(40)));
    let error = open(&server, &config()).hydrate_repository(&commit, folder.path()).await.unwrap_err();
    assert_eq!(error.code, Code::ForgeConflict);
    assert!(error.message.contains("Git Repository is empty."), "{error}");
}

#[tokio::test]
async fn branches_and_pull_requests_are_laid_as_they_are() {
    let (server, github) = sample();
    github.publish(&change(&server), Some(&text())).await.unwrap();
    for revision in [Revision::Branch(branch("agent/fix-one")), Revision::PullRequest(2)] {
        let folder = tempfile::tempdir().unwrap();
        github.hydrate_repository(&revision, folder.path()).await.unwrap();
        assert_eq!(fs::read(folder.path().join("docs/new/one.md")).unwrap(), b"One.\n");
    }
}
