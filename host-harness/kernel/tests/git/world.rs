//! A repository, a remote, and a plain git to look at both with.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use agent_contract::{RepoPath, branch::BranchName, operation::FileMode};
use kernel::{
    KernelError,
    git::{self, Branched, Commit, NewBranch, NewCommit, Push, Pushed, Trailers},
    process::Cancel,
    secret::Leaving,
    workspace::HeldFile,
};
use policy::{Blob, config::GitUpdate};
use secrecy::SecretString;

/// As long as those are in a state directory, and longer than a socket's path may be.
const SCRATCH: &str =
    "scratch-of-a-run-in-the-state-directory-of-somebody-with-a-long-name-and-a-deep-home-folder-too";

/// A repository with a commit, and a bare one that has it too.
pub struct World {
    folder: tempfile::TempDir,
    /// When its commits are made.
    pub time_ms: std::cell::Cell<u64>,
    /// What ends its pushes.
    pub cancel: Cancel,
}

impl World {
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// One whose repository is made with these options of `git init`.
    pub fn with(options: &[&str]) -> Self {
        let world = Self {
            folder: tempfile::tempdir().unwrap(),
            time_ms: std::cell::Cell::new(1_700_000_000_000),
            cancel: Cancel::default(),
        };
        for folder in ["repository", "home", SCRATCH] {
            fs::create_dir(world.path(folder)).unwrap();
        }
        world.git(&[&["init", "-q", "-b", "main"], options].concat());
        world.write("a.txt", "one\n");
        world.write("folder/b.txt", "two\n");
        world.git(&["add", "."]);
        world.git(&["commit", "-qm", "base"]);
        let remote = world.path("remote.git");
        world.git(&[&["init", "-q", "--bare", "-b", "main"], options, &[remote.to_str().unwrap()]].concat());
        world.git(&["push", "-q", remote.to_str().unwrap(), "main"]);
        world
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn root(&self) -> PathBuf {
        self.path("repository")
    }

    /// The run's own folder.
    pub fn scratch(&self) -> PathBuf {
        self.path(SCRATCH)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.root().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A program that leaves a mark.
    pub fn evil(&self) -> String {
        let path = self.path("evil");
        if !path.exists() {
            let text = format!("#!/bin/sh\necho \"$0 $*\" >>{}\nexit 0\n", self.mark().display());
            fs::write(&path, text).unwrap();
            executable(&path);
        }
        path.to_str().unwrap().to_owned()
    }

    pub fn mark(&self) -> PathBuf {
        self.path("mark")
    }

    /// Plain git in the repository, whatever comes of it.
    pub fn plain(&self, arguments: &[&str]) -> Output {
        self.plain_in(&self.root(), arguments)
    }

    pub fn plain_in(&self, folder: &Path, arguments: &[&str]) -> Output {
        Command::new("timeout")
            .args(["-k", "1", "3", "git"])
            .args(arguments)
            .current_dir(folder)
            .env("HOME", self.path("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .envs(["AUTHOR", "COMMITTER"].map(|role| (format!("GIT_{role}_NAME"), "Somebody")))
            .envs(["AUTHOR", "COMMITTER"].map(|role| (format!("GIT_{role}_EMAIL"), "somebody@example.org")))
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap()
    }

    /// Plain git that must succeed; what it printed.
    pub fn git(&self, arguments: &[&str]) -> String {
        let output = self.plain(arguments);
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// The same in the remote.
    pub fn remote(&self, arguments: &[&str]) -> String {
        let folder = self.path("remote.git");
        self.git(&[&["-C", folder.to_str().unwrap()], arguments].concat())
    }

    /// A configuration that lets `code-assist/*` go to the remote.
    pub fn update(&self) -> GitUpdate {
        let url = format!("file://{}", self.path("remote.git").display());
        self.configured(&format!(
            "branches = [\"code-assist/*\"]\n[[remotes]]\nname = \"origin\"\nurl = \"{url}\""
        ))
    }

    /// The configuration `[update.git]` of this text.
    pub fn configured(&self, text: &str) -> GitUpdate {
        let text = text
            .replace("\n[[remotes]]", "\n[[update.git.remotes]]")
            .replace("\n[signing]", "\n[update.git.signing]");
        policy::Config::parse(&format!("[update.git]\n{text}\n")).unwrap().update.git
    }

    pub fn commit(&self, files: &[(&str, Option<&str>)]) -> Result<NewCommit, KernelError> {
        self.commit_with(&self.update(), "op-1", files)
    }

    pub fn commit_with(
        &self,
        update: &GitUpdate,
        operation: &str,
        files: &[(&str, Option<&str>)],
    ) -> Result<NewCommit, KernelError> {
        let parent = git::head(&self.root())?.and_then(|head| head.commit).expect("a commit");
        let files: Vec<_> = files.iter().map(|(path, text)| (path_of(path), text.map(held))).collect();
        git::commit(&Commit {
            root: &self.root(),
            parent: &parent,
            message: "Shout\n\nBecause nobody listens.",
            trailers: Trailers { run: "run-1", trace: "sha256:abc", operation },
            time_ms: self.time_ms.get(),
            update,
            files: &files,
            scratch: &self.scratch(),
        })
    }

    pub fn branch(&self, name: &str, commit: &str) -> Result<Branched, KernelError> {
        self.branch_signed(&self.update(), name, commit)
    }

    pub fn branch_signed(
        &self,
        update: &GitUpdate,
        name: &str,
        commit: &str,
    ) -> Result<Branched, KernelError> {
        git::create_branch(&NewBranch {
            root: &self.root(),
            branch: &branch(name),
            commit,
            signing: update.signing.as_ref(),
            scratch: &self.scratch(),
        })
    }

    pub fn push(&self, name: &str, commit: &str) -> Result<Pushed, KernelError> {
        self.push_with(&self.update(), name, commit, None)
    }

    pub fn push_with(
        &self,
        update: &GitUpdate,
        name: &str,
        commit: &str,
        credential: Option<&SecretString>,
    ) -> Result<Pushed, KernelError> {
        self.push_past(&Leaving::default(), update, (name, commit), credential)
    }

    /// A push past what looks at all that leaves.
    pub fn push_past(
        &self,
        leaving: &Leaving,
        update: &GitUpdate,
        (name, commit): (&str, &str),
        credential: Option<&SecretString>,
    ) -> Result<Pushed, KernelError> {
        git::push(&Push {
            root: &self.root(),
            update,
            remote: "origin",
            branch: &branch(name),
            base: Some(&branch("main")),
            commit,
            credential,
            leaving,
            scratch: &self.scratch(),
            cancel: &self.cancel,
        })
    }

    /// The push of a process that is going to be killed.
    pub fn push_from(folder: &str, name: &str, commit: &str) {
        let url = format!("file://{folder}/remote.git");
        let text = format!(
            "[update.git]\nbranches = [\"**\"]\n[[update.git.remotes]]\nname = \"origin\"\nurl = \"{url}\""
        );
        let folder = Path::new(folder);
        let _ = git::push(&Push {
            root: &folder.join("repository"),
            update: &policy::Config::parse(&text).unwrap().update.git,
            remote: "origin",
            branch: &branch(name),
            base: None,
            commit,
            credential: None,
            leaving: &Leaving::default(),
            scratch: &folder.join(SCRATCH),
            cancel: &Cancel::default(),
        });
    }

    /// The commit and the branch of a process that is going to be killed.
    pub fn commit_from(folder: &Path, name: &str, files: u32) -> Result<String, KernelError> {
        let root = folder.join("repository");
        let file = |number: u32| (path_of(&format!("many/{number}.txt")), Some(held(&number.to_string())));
        let made = git::commit(&Commit {
            root: &root,
            parent: &git::head(&root)?.and_then(|head| head.commit).expect("a commit"),
            message: "Many files",
            trailers: Trailers { run: "run-1", trace: "sha256:abc", operation: "op-1" },
            time_ms: 1_700_000_000_000,
            update: &GitUpdate::default(),
            files: &(0..files).map(file).collect::<Vec<_>>(),
            scratch: &folder.join(SCRATCH),
        })?;
        let (branch, scratch) = (branch(name), folder.join(SCRATCH));
        let new =
            NewBranch { root: &root, branch: &branch, commit: &made.id, signing: None, scratch: &scratch };
        git::create_branch(&new).map(|_| made.id)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// That nothing of ours is left behind.
    pub fn is_clean(&self) -> bool {
        fs::read_dir(self.scratch()).unwrap().next().is_none()
    }
}

pub fn branch(name: &str) -> BranchName {
    BranchName::parse(name).unwrap()
}

pub fn path_of(path: &str) -> RepoPath {
    RepoPath::parse(path).unwrap()
}

pub fn held(text: &str) -> HeldFile {
    HeldFile { blob: Blob::new(text.as_bytes().to_vec()), mode: FileMode::Plain }
}

pub fn executable(path: &Path) {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

/// The code that an operation fails with.
pub fn code<T: std::fmt::Debug>(result: Result<T, KernelError>) -> &'static str {
    result.unwrap_err().code.as_str()
}
