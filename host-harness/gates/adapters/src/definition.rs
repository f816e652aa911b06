use std::collections::BTreeMap;

use agent_contract::gate::{GateName, Severity};
use serde::Deserialize;

use crate::{format::Format, target::Output};

/// A tool as its file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Definition {
    /// Its name, which its rules begin with.
    pub name: String,
    /// The gates that it can serve.
    pub gates: Vec<GateName>,
    /// The program, as it is found on the path.
    pub program: String,
    /// How it proves who it is; every one of them has to be answered.
    pub identity: Vec<Ask>,
    /// The versions that this was written for.
    pub versions: String,
    /// Its arguments, with places to fill: `{root}`, `{beside}`, `{report}`, `{data}`,
    /// `{file}`, `{folder}`, `{files}`.
    pub arguments: Vec<String>,
    /// Arguments that go before the target where the operator gives `{rules}`.
    #[serde(default)]
    pub rules_arguments: Vec<String>,
    /// Whether it says nothing of use without the operator's rules.
    #[serde(default)]
    pub needs_rules: bool,
    /// What it sees of the environment, beyond a path.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// The folder that it starts in. Not the tree: there, most tools look for their configuration.
    #[serde(default = "beside")]
    pub directory: String,
    /// Files of ours that lie beside the tree.
    #[serde(default)]
    pub beside: BTreeMap<String, String>,
    /// The files that it takes one by one; where there are none, it takes the tree.
    #[serde(default)]
    pub files: Vec<String>,
    /// Hosts that it has to reach. Most need none.
    #[serde(default)]
    pub network: Vec<String>,
    /// Where its report comes out.
    pub output: Output,
    /// What its report is written in.
    pub format: Format,
    /// The name that a report in a common format has to bear.
    pub driver: Option<String>,
    /// What its exit codes mean.
    pub exit: Codes,
    /// What its words for severity mean.
    #[serde(default)]
    pub severity: BTreeMap<String, Severity>,
    /// What a severity that it does not give, or that is not in the list, means.
    pub severity_default: Severity,
    /// What to do about a finding that says nothing of it.
    pub remedy: String,
    /// A text that has to be in what it says on its error stream: the proof that it came to its end.
    pub ends_with_words: Option<String>,
    /// Whether its messages may hold the values of secrets; they are left out then.
    #[serde(default)]
    pub messages_hold_secrets: bool,
    /// What in the tree it obeys without a way to forbid it.
    #[serde(default)]
    pub obeys: Obeys,
    /// What it has to find in each run.
    pub canary: CanaryFile,
    /// Milliseconds that it has.
    #[serde(default = "five_minutes")]
    pub timeout_ms_max: u64,
}

fn beside() -> String {
    "{beside}".to_owned()
}

const fn five_minutes() -> u64 {
    300_000
}

/// A question to a program, and what its answer has to look like.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    pub arguments: Vec<String>,
    /// Its first group, where it has one, is the version.
    pub pattern: String,
}

/// Exit codes. One that is in both lists says nothing about findings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Codes {
    pub clean: Vec<i32>,
    pub found: Vec<i32>,
}

/// What in the tree has power over a tool.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Obeys {
    /// File names: such files are not laid out for it.
    #[serde(default)]
    pub names: Vec<String>,
    /// Words in files: its silence about such a file proves nothing.
    #[serde(default)]
    pub words: Vec<String>,
}

/// A known-bad file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CanaryFile {
    pub run: CanaryRun,
    pub path: String,
    /// What it holds, in pieces, so that no scanner trips over our own sources.
    pub content: Vec<String>,
    /// The rule that has to be found there, as the tool calls it; of a bill of materials,
    /// the component.
    pub rule: String,
}

/// How a canary is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CanaryRun {
    /// It lies in the tree in the very same run.
    Along,
    /// It lies in a folder of its own, and the same command is run over that: for tools
    /// that take one manifest at a time.
    Apart,
}
