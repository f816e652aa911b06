//! What came of a run, told by the Runner from its own records.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    RepoPath, RunMode,
    branch::BranchName,
    check::CheckResult,
    closed::closed_enum,
    gate::GateResult,
    operation::{FileState, Operation, OperationKind},
    plan::Plan,
    report::Reason,
    request::Version,
};

closed_enum! {
    /// How a run ended. Each has an exit code of its own.
    pub enum Outcome {
        /// The task succeeded.
        Succeeded = "succeeded",
        /// The task failed: an edit, a check, a budget, a trap of the agent.
        Failed = "failed",
        /// The request or the machine's set-up can't be used.
        Invalid = "invalid",
        /// Policy refused a step that the task needed.
        Refused = "refused",
        /// A required gate did not pass.
        GateFailed = "gate_failed",
        /// Something required is not there.
        Unavailable = "unavailable",
        /// Trace, component or workspace are not what they must be.
        Integrity = "integrity",
        /// A person or a signal ended it.
        Interrupted = "interrupted",
        /// A bug in the Runner.
        Bug = "bug",
    }
}

impl Outcome {
    /// The exit code of the program.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Succeeded => 0,
            Self::Failed => 1,
            Self::Invalid => 2,
            Self::Refused => 3,
            Self::GateFailed => 4,
            Self::Unavailable => 5,
            Self::Integrity => 6,
            Self::Bug => 70,
            Self::Interrupted => 130,
        }
    }
}

/// The Runner's judgement of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// Whether the change was shown to be fit for production.
    pub production_ready: bool,
    /// Why the run ended as it did, and why the change is not ready, in the order of weight.
    pub reasons: Vec<Reason>,
}

/// A state of the repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// The commit, where the repository has one.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// SHA-256 over path, mode and content of the files that the run changed, in this state.
    pub changed_files_sha256: String,
}

/// A file that the run changed, from base to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangedFile {
    /// The file.
    pub path: RepoPath,
    /// What became of it.
    pub kind: OperationKind,
    /// Where it was before, for a rename.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub from: Option<RepoPath>,
    /// Its state in the base.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub before: Option<FileState>,
    /// Its state at the end.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub after: Option<FileState>,
    /// Whether the base already held changes to it that are in no commit.
    pub uncommitted_in_base: bool,
    /// Lines added.
    pub lines_added: u64,
    /// Lines removed.
    pub lines_removed: u64,
}

closed_enum! {
    /// Where the change is now.
    pub enum Placement {
        /// Only in the artifacts of the run.
        Nowhere = "nowhere",
        /// In the working tree of the checkout.
        WorkingTree = "working_tree",
        /// In a commit on the work branch.
        WorkBranch = "work_branch",
        /// In a commit on a branch of the forge, and nowhere on this machine.
        RemoteBranch = "remote_branch",
    }
}

closed_enum! {
    /// How a change leaves the machine. There is no third way.
    pub enum UpdatePath {
        /// The git command, to a remote.
        Git = "git",
        /// The API of GitHub.
        Github = "github",
    }
}

/// Where beyond the machine the change is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The way that it took.
    pub path: UpdatePath,
    /// The remote's name, or the repository on the forge.
    pub remote: String,
    /// The branch there.
    pub branch: BranchName,
    /// The commit.
    pub commit: String,
    /// What makes a repeated run harmless: it stands in the commit too.
    pub operation: String,
    /// The number of the pull request.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<u64>,
}

/// Something that the run left behind, by its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// What it is.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// What a run used of a model, as its answers told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelUse {
    /// The binding.
    pub binding: String,
    /// The model's own name.
    pub model: String,
    /// Whether the answers were recorded beforehand, and no model was asked.
    pub recorded: bool,
    /// Requests, each attempt counted.
    pub requests: u64,
    /// Tokens, both ways together.
    pub tokens: u64,
    /// Money, in millionths of a US dollar.
    pub micro_usd: u64,
}

/// Where the proof lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TraceReference {
    /// Records before the one that holds this result.
    pub records: u64,
    /// The hash of the last of them.
    pub head: String,
}

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunResult {
    /// The version of the contract.
    pub version: Version,
    /// The Runner's id of the run.
    pub run_id: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The exit code of the program.
    pub exit_code: u8,
    /// The Runner's judgement.
    pub verdict: Verdict,
    /// The mode that was in force.
    pub mode: RunMode,
    /// The digest of the component that ran.
    pub component_sha256: String,
    /// The capabilities that were issued.
    pub capability_ids: Vec<String>,
    /// The branch that the change starts from.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub base_branch: Option<BranchName>,
    /// The branch that the change was committed to.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub work_branch: Option<BranchName>,
    /// The base.
    pub before: Revision,
    /// The end.
    pub after: Revision,
    /// Where the change is now.
    pub placement: Placement,
    /// Where beyond the machine it is.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub published: Option<Published>,
    /// What changed, from base to end.
    pub changed_files: Vec<ChangedFile>,
    /// Every operation, in order.
    pub operations: Vec<Operation>,
    /// What came of the checks.
    pub checks: Vec<CheckResult>,
    /// What came of the gates.
    pub gates: Vec<GateResult>,
    /// The change as a unified diff.
    pub diff: String,
    /// The entry for the changelog, in Markdown.
    pub changelog: String,
    /// What the agent did, in its own words.
    pub summary: String,
    /// What the run left behind.
    pub artifacts: Vec<Artifact>,
    /// What a person should look at.
    pub warnings: Vec<String>,
    /// What could be done next.
    pub next_steps: Vec<String>,
    /// The plan, where one was asked for.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// What the models were asked and what it cost, one entry for each that was asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelUse>,
    /// Where the proof lies.
    pub trace: TraceReference,
}
