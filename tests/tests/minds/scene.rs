//! A repository, a provider and the program that is run between them.

use std::{
    fs,
    process::{Command, Output},
    time::{Duration, Instant},
};

use code_assist_tests::{World, said};
use dialects::{Delivery, Provider};
use serde_json::Value;

use crate::server::Model;

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_code-assist-under-test");

/// What every provider knows the Runner by.
pub const KEY: &str = "planted-key-7Hq2LmX9vTz4Rw8Yb";

/// The variables in which keys are looked for.
const VARIABLES: [&str; 8] = [
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "GEMINI_API_KEY",
    "AZURE_OPENAI_API_KEY",
    "MISTRAL_API_KEY",
    "OPENROUTER_API_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
];

/// The provider that tests speak with where it does not matter which.
pub const CHAT: Provider = Provider { dialect: "openai-chat", flavour: "openai" };

/// Three files, one of which has a mistake.
pub const GREETER: &[(&str, &str)] = &[
    ("Cargo.toml", "[package]\nname = \"greeter\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    ("README.md", "# Greeter\n\nGreets the world.\n"),
    ("src/lib.rs", "pub fn greet() -> &'static str {\n    \"Hello, wrold\"\n}\n"),
];

/// What is to be done about it.
pub const TASK: &str = "Fix the typo in the greeting";

/// A repository with a configuration beside it.
pub struct Scene {
    pub world: World,
}

/// What came of a run.
pub struct Ran {
    pub exit: Option<i32>,
    pub result: Value,
    pub text: String,
    pub took: Duration,
}

impl Scene {
    /// A repository of these files, in one commit.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let world = World::new(PROGRAM);
        world.git(&["rm", "-q", "a.txt"]);
        for (name, text) in files {
            world.lay(&format!("repository/{name}"), text);
        }
        world.git(&["add", "-A"]);
        world.git(&["commit", "-qm", "files"]);
        Self { world }
    }

    /// The same with a model that answers, and more of a configuration.
    pub fn asking(self, provider: Provider, delivery: Delivery, model: &Model, more: &str) -> Self {
        self.world.lay("config.toml", &config(provider, delivery, &model.url, more));
        self
    }

    /// The program, about to be called.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.world.command(arguments);
        command.envs(VARIABLES.map(|name| (name, KEY))).env_remove("AWS_SESSION_TOKEN");
        command
    }

    /// Has the task done.
    pub fn run(&self, more: &[&str]) -> Ran {
        let usual = ["--json", "run", TASK, "--repo", "repository"];
        let manner = ["--mode", "proposed_change", "--config", "config.toml"];
        self.call(&[&usual[..], &manner[..], more].concat())
    }

    /// Calls the program, which prints JSON.
    pub fn call(&self, arguments: &[&str]) -> Ran {
        let start = Instant::now();
        let output = self.command(arguments).output().expect("the program");
        Ran::of(&output, start.elapsed())
    }

    /// A file of the repository; nothing where there is none.
    pub fn file(&self, name: &str) -> String {
        fs::read_to_string(self.world.root().join(name)).unwrap_or_default()
    }
}

impl Ran {
    /// What came of a call.
    pub fn of(output: &Output, took: Duration) -> Self {
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        let last: Value = serde_json::from_str(lines.lines().last().unwrap_or_default()).unwrap_or_default();
        let result = last["details"]["result"].clone();
        Self { exit: output.status.code(), result, text: said(output), took }
    }

    /// Why it ended, for whoever reads a failing test.
    pub fn why(&self) -> String {
        let told = &self.result["verdict"];
        let line = |line: &&str| !line.starts_with('{');
        format!("{told} {}", self.text.lines().filter(line).collect::<Vec<_>>().join("\n"))
    }

    /// The code of the first reason why it did not end well; empty where it did.
    pub fn code(&self) -> &str {
        if self.exit == Some(0) {
            return "";
        }
        self.result["verdict"]["reasons"][0]["code"].as_str().unwrap_or_default()
    }

    /// Holds exit and first reason against what was expected.
    #[track_caller]
    pub fn assert(&self, exit: i32, code: &str, name: &str) {
        assert_eq!((self.exit, self.code()), (Some(exit), code), "{name}: {}", self.why());
    }
}

/// The configuration for one model.
pub fn config(provider: Provider, delivery: Delivery, url: &str, more: &str) -> String {
    let (name, own) = match (provider.dialect, provider.flavour) {
        ("openai-responses", _) => ("openai", ""),
        ("openai-chat", "openai") => ("openai-chat", ""),
        ("openai-chat", flavour) => (flavour, ""),
        ("anthropic-messages", _) => ("anthropic", ""),
        ("gemini", _) => ("gemini", ""),
        _ => ("bedrock", "region = \"eu-central-1\"\n"),
    };
    let stream = delivery == Delivery::Streamed;
    format!(
        "[[models]]\nname = \"default\"\nprovider = \"{name}\"\nmodel = \"m\"\nurl = \"{url}\"\n\
         stream = {stream}\n{own}{more}"
    )
}
