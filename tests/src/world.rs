//! A repository with a state directory beside it, and the program to run on it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

use crate::AtHome as _;

/// A change of the repository's one file.
pub const PATCH: &str = "*** Begin Patch\n*** Update File: a.txt\n@@\n-a\n+b\n*** End Patch\n";

/// A repository of one file, and a state directory.
pub struct World {
    folder: tempfile::TempDir,
    program: PathBuf,
}

impl World {
    /// A fresh one, for a program.
    pub fn new(program: &str) -> Self {
        let world = Self { folder: tempfile::tempdir().expect("a folder"), program: program.into() };
        fs::create_dir(world.root()).expect("a folder");
        world.git(&["init", "-q", "-b", "main"]);
        world.lay("repository/a.txt", "a\n");
        world.git(&["add", "-A"]);
        world.git(&["commit", "-qm", "base"]);
        world.lay("good.patch", PATCH);
        world
    }

    /// The folder around everything.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The repository.
    pub fn root(&self) -> PathBuf {
        self.path().join("repository")
    }

    /// Writes a file.
    pub fn lay(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(&path)).expect("a folder");
        fs::write(&path, text).expect("a file");
        path
    }

    /// The repository's one file.
    pub fn content(&self) -> String {
        fs::read_to_string(self.root().join("a.txt")).expect("the file")
    }

    /// Calls git in the repository.
    pub fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .current_dir(self.root())
            .args(["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"])
            .args(arguments)
            .output()
            .expect("git");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The program, about to be called.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.at_home(self.path()).env("CODE_ASSIST_STATE_DIR", "state").args(arguments);
        command
    }

    /// Calls the program.
    pub fn call(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program")
    }

    /// Runs the change in the working tree, with a configuration.
    pub fn run(&self, config: &str, more: &[&str]) -> Output {
        self.lay("config.toml", config);
        let usual = ["run", "--repo", "repository", "--proposal", "good.patch"];
        let mode = ["--mode", "proposed_change", "--config", "config.toml"];
        self.call(&[&usual[..], &mode[..], more].concat())
    }

    /// The records of the last run.
    pub fn records(&self) -> Vec<Value> {
        let output = self.call(&["audit", "show"]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().map(|line| serde_json::from_str(line).expect("a record")).collect()
    }
}

/// Everything that a program printed.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Holds what a program came to against what was expected.
#[track_caller]
pub fn assert_exit(output: &Output, code: i32, words: &[&str]) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    words.iter().for_each(|word| assert!(said.contains(word), "`{word}` is not in: {said}"));
}
