//! Checks: what to run on the change, and what came of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{RepoPath, closed::closed_enum, limit, operation::FileMode, rules};

pub use crate::limit::{FIXED_BYTES_MAX, FIXED_FILES_MAX};

closed_enum! {
    /// A check that the Runner finds by itself from what the repository is built with.
    pub enum CheckPreset {
        /// Unit tests.
        Unit = "unit",
        /// Linters.
        Lint = "lint",
        /// Type checks.
        Typecheck = "typecheck",
        /// A build.
        Build = "build",
        /// Smoke tests.
        Smoke = "smoke",
        /// Dependencies agree with their lock file.
        Dependency = "dependency",
        /// Every preset that the repository has.
        All = "all",
    }
}

/// The checks of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Checks {
    /// Presets, found from the repository.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limit::PRESETS_MAX))]
    pub presets: Vec<CheckPreset>,
    /// Literal commands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limit::COMMANDS_MAX))]
    pub commands: Vec<CheckCommand>,
}

impl Checks {
    /// Whether no check was asked for.
    pub fn is_empty(&self) -> bool {
        self.presets.is_empty() && self.commands.is_empty()
    }
}

/// A literal check: a program and its arguments, no shell in between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = rules::command_into_schema)]
pub struct CheckCommand {
    /// The name by which the agent asks for it, unique in the request.
    #[schemars(length(min = 1, max = limit::CHECK_NAME_CHARS_MAX))]
    pub name: String,
    /// The program and its arguments.
    #[schemars(length(min = 1, max = limit::WORDS_MAX))]
    pub argv: Vec<String>,
    /// Seconds until it is killed. Absent: the Runner's own limit.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = limit::SECONDS_MAX))]
    pub timeout_seconds: Option<u64>,
    /// Whether what it changes is a fix, which the agent may then write: a formatter, or a
    /// linter that mends. Of any other check, what it writes is gone with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fixes: bool,
}

closed_enum! {
    /// How a check ended.
    pub enum CheckOutcome {
        /// It exited 0.
        Passed = "passed",
        /// It exited with another code, or by a signal.
        Failed = "failed",
        /// It was killed at its time limit.
        TimedOut = "timed_out",
        /// It could not be started.
        Unavailable = "unavailable",
        /// The run ended before it did.
        Interrupted = "interrupted",
    }
}

/// What came of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckResult {
    /// The name of the check.
    pub name: String,
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// How it ended.
    pub outcome: CheckOutcome,
    /// The exit code, where there was one.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// The signal that ended it, where one did.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
    /// The end of what it printed, both streams in order of arrival.
    pub output: String,
    /// Bytes printed that are not in `output`.
    pub output_bytes_dropped: u64,
    /// What the process was held in, and what of the sandbox was missing.
    pub sandbox: Vec<String>,
    /// What a check that fixes changed, created or deleted, by path; only where it ended by
    /// itself. Not told: what git ignores, and what the policy hides.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Vec<FixedFile>>,
}

/// A file as a check left it. The agent gets its content, as text where it is UTF-8; the
/// result of a run and its record hold the hash alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FixedFile {
    /// The file.
    pub path: RepoPath,
    /// The content, as text.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The content, as base 64.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// The SHA-256 of the content, in hexadecimal.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The mode, where it is executable or was until now.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub mode: Option<FileMode>,
    /// Whether there is no such file any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

impl FixedFile {
    /// The same, for whoever needs not hold the content.
    pub fn without_content(&self) -> Self {
        let (path, sha256) = (self.path.clone(), self.sha256.clone());
        Self { path, content: None, base64: None, sha256, mode: self.mode, deleted: self.deleted }
    }
}

impl CheckResult {
    /// Whether the check says that the change holds.
    pub fn passed(&self) -> bool {
        self.outcome == CheckOutcome::Passed
    }

    /// The same, for whoever needs not hold what it changed.
    pub fn without_contents(&self) -> Self {
        // Not cloned first: the contents are what is large.
        let fixed = self.fixed.as_ref().map(|files| files.iter().map(FixedFile::without_content).collect());
        Self {
            name: self.name.clone(),
            argv: self.argv.clone(),
            output: self.output.clone(),
            sandbox: self.sandbox.clone(),
            fixed,
            ..*self
        }
    }
}
