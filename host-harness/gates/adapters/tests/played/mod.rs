//! Cases of tools' outputs, and a tree for them.
#![allow(dead_code, reason = "each test file takes a part of it")]

use std::{fs, path::Path};

use adapters::{Adapter, CanaryRun, Ended, Exit, Judged, Target, embedded};
use finding::{Found, Held};
use serde::Deserialize;

pub const ROOT: &str = "/place/tree";

/// What a tool wrote once, and what that has to come to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Case {
    pub exit: i32,
    #[serde(default)]
    pub files: Vec<String>,
    pub expect: Vec<String>,
    #[serde(default)]
    pub canary_exit: i32,
    #[serde(default)]
    pub stderr: String,
    pub output: String,
    #[serde(default)]
    pub canary: Option<String>,
}

impl Case {
    pub fn of(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("cases/{name}.toml"));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        toml::from_str(&text).unwrap()
    }

    pub fn tree(&self) -> Held {
        let first = ("README.md", "hello\n");
        self.files.iter().map(|file| (file.as_str(), "x\n")).chain([first]).collect()
    }

    /// The end of the tool's run, with another output where one is given.
    pub fn ended(&self, output: &str) -> Ended {
        self.end(output, Exit::Code(self.exit), ROOT)
    }

    pub fn end(&self, output: &str, exit: Exit, root: &str) -> Ended {
        let bytes = output.replace("{root}", root).into_bytes();
        let stderr = [self.stderr.as_bytes(), &bytes].concat();
        // In each place where a tool may write: which of them counts, its definition says.
        Ended { exit, stdout: bytes.clone(), stderr, report: Some(bytes) }
    }

    /// All ends of a plan: the given one, and the canary's own where that is run apart.
    pub fn ends(&self, adapter: &Adapter, first: Ended) -> Vec<Ended> {
        let mut ends = vec![first];
        if adapter.canary_run() == CanaryRun::Apart {
            let canary = self.canary.as_deref().expect("the canary's own output");
            ends.push(self.end(canary, Exit::Code(self.canary_exit), "/place/beside/canary"));
        }
        ends
    }
}

pub fn target(tree: &Held) -> Target<'_> {
    Target { tree, root: ROOT, beside: "/place/beside", data: Some("/data"), rules: Some("/rules") }
}

pub fn tools() -> Vec<(Adapter, Case)> {
    let tools = embedded().unwrap();
    tools.into_iter().map(|tool| (tool.clone(), Case::of(tool.name()))).collect()
}

/// A finding in a line.
pub fn said(found: &Found) -> String {
    let place = found.path.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
    let span = found.span.map(|span| format!(":{}:{}", span.line, span.column)).unwrap_or_default();
    format!("{} {} {place}{span}", found.rule, found.severity)
}

pub fn error(judged: Judged, what: &str) -> String {
    match judged {
        Judged::Error(reason) => reason,
        Judged::Findings(judgement) => panic!("{what} passes: {judgement:?}"),
    }
}
