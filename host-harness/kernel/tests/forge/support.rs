//! What every test here needs.

use std::time::Duration;

use agent_contract::{
    RepoPath,
    branch::BranchName,
    operation::{FileMode, OperationKind},
};
use kernel::{
    forge::{
        ObjectId,
        github::{Change, Github, Onto, OperationId, Patience, PullRequestText, Signature},
    },
    net::{Binding, Credential, Keys},
    secret::Leaving,
    workspace::{HeldFile, Net},
};
use policy::{
    Blob, Config,
    config::{GithubEdition, GithubUpdate},
};

use crate::github::{Forge, Server};

pub const BRANCH: &str = "agent/fix-one";

/// What a binding to this machine needs beside that.
const HERE: &str = "
    allow = [{ methods = ['GET', 'POST', 'PATCH'], path = '/**' }]
    attempts = 1
    breaker = { failures = 1000, open_ms = 1 }
";

/// A binding to an address on this machine.
pub fn binding(url: &str, credential: Option<Credential>) -> Binding {
    let text = format!("[[bindings]]\nname = 'forge.github'\nurl = '{url}'\n{HERE}");
    Binding::open(&Config::parse(&text).unwrap().bindings[0], Keys { credential, ..Keys::default() }).unwrap()
}

/// The configuration for the sample.
pub fn config() -> GithubUpdate {
    GithubUpdate {
        repository: Some("octo/repo".to_owned()),
        edition: Some(GithubEdition::Cloud),
        web_host: Some("github.com".to_owned()),
        branches: vec!["agent/*".to_owned()],
        labels: vec!["agent".to_owned()],
        ..GithubUpdate::default()
    }
}

/// A forge with the sample, and the way to it.
pub fn sample() -> (Server, Github) {
    let server = Server::start(Forge::sample());
    let github = open(&server, &config());
    (server, github)
}

/// The way to a forge, with waits that a test can wait for.
pub fn open(server: &Server, config: &GithubUpdate) -> Github {
    open_as(server, config, None)
}

/// The same, with a credential.
pub fn open_as(server: &Server, config: &GithubUpdate, credential: Option<Credential>) -> Github {
    open_at(&server.url(), config, credential)
}

/// The same, at an address.
pub fn open_at(url: &str, config: &GithubUpdate, credential: Option<Credential>) -> Github {
    let github = Github::open(binding(url, credential), url, Leaving::default(), config).unwrap();
    github.with_patience(patience(config))
}

/// Waits that a test can wait for.
pub fn patience(config: &GithubUpdate) -> Patience {
    Patience { attempts: config.limits.attempts, first_wait: Duration::from_millis(4), seed: 1 }
}

pub fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

pub fn branch(text: &str) -> BranchName {
    BranchName::parse(text).unwrap()
}

pub fn id(text: &str) -> ObjectId {
    ObjectId::parse(text).unwrap()
}

pub fn file(content: &[u8]) -> HeldFile {
    HeldFile { blob: Blob::new(content.to_vec()), mode: FileMode::Plain }
}

/// A file that is written anew.
pub fn created(at: &str, content: &[u8]) -> Net {
    let after = Some(file(content));
    Net { path: path(at), kind: OperationKind::Create, from: None, before: None, after, replaced: None }
}

/// A file that is written over.
pub fn modified(at: &str, before: &[u8], after: &[u8]) -> Net {
    let (before, after) = (file(before), file(after));
    let replaced = Some(before.state());
    Net {
        path: path(at),
        kind: OperationKind::Modify,
        from: None,
        before: Some(before),
        after: Some(after),
        replaced,
    }
}

/// A file that goes away.
pub fn deleted(at: &str, before: &[u8]) -> Net {
    let before = file(before);
    let replaced = Some(before.state());
    Net {
        path: path(at),
        kind: OperationKind::Delete,
        from: None,
        before: Some(before),
        after: None,
        replaced,
    }
}

/// The sample's change: a line mended, a file added, a file with odd bytes.
pub fn change(server: &Server) -> Change {
    let forge = server.forge();
    let before = forge.read("main", "src/lib.rs").unwrap();
    Change {
        operation: OperationId::parse("run-1.op-1").unwrap(),
        parent: id(&forge.branches["main"]),
        branch: branch(BRANCH),
        onto: Onto::NewBranch,
        message: "Let one be one".to_owned(),
        trailers: vec![
            ("Code-Assist-Run".to_owned(), "0199aa3c".to_owned()),
            ("Code-Assist-Trace".to_owned(), "ab12".to_owned()),
        ],
        author: Signature {
            name: "AGenNext Code Assist".to_owned(),
            email: "code-assist@agennext.invalid".to_owned(),
            at_seconds: 1_795_273_407,
        },
        files: vec![
            modified("src/lib.rs", &before, b"pub fn one() -> u32 {\n    1\n}\n"),
            created("docs/new/one.md", b"One.\n"),
            created("src/deep/odd.bin", &[0, 255, 254]),
        ],
    }
}

pub fn text() -> PullRequestText {
    PullRequestText { title: "Let one be one".to_owned(), body: "Closes #1.".to_owned() }
}

/// How often the change is on the forge: branches beside `main`, commits, pull requests.
pub fn made(server: &Server) -> (usize, usize, usize) {
    let forge = server.forge();
    (forge.branches.len() - 1, forge.objects.commits() - 1, forge.pulls.len())
}
