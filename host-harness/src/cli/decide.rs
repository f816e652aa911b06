//! Words for policies and approvals.

use std::path::PathBuf;

use agent_contract::{CapabilityName, RepoPath, RunMode, branch::BranchName};
use clap::{Args, Subcommand, ValueHint};

/// Which rules are meant.
#[derive(Debug, Clone, Default, Args)]
pub struct Rules {
    /// The Runner's configuration, a TOML file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// The local policy, a TOML file of its own, in place of the configuration's.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub policy: Option<PathBuf>,
}

/// What to do with policies.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Print the local policy that holds where none is given.
    Show,
    /// Check a policy with its examples, and that every decision point can be opened.
    Check(Rules),
    /// Run a folder of cases against a policy.
    Test {
        /// The folder; every `.toml` file in it holds cases.
        #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
        /// Which rules are meant.
        #[command(flatten)]
        rules: Rules,
    },
    /// Say whether the agent may do something here, and why. Nothing is run.
    Explain(Box<ExplainArgs>),
    /// Propose the least policy that would have allowed a denied run.
    Learn {
        /// The run: its id, the beginning of it, or `last`.
        #[arg(default_value = "last")]
        run: String,
        /// Which rules are meant.
        #[command(flatten)]
        rules: Rules,
    },
}

/// What is asked about.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The capability.
    #[arg(long, value_name = "NAME")]
    pub capability: CapabilityName,
    /// The path.
    #[arg(long, value_name = "PATH")]
    pub path: Option<RepoPath>,
    /// The check.
    #[arg(long, value_name = "CHECK", conflicts_with = "path")]
    pub check: Option<String>,
    /// The binding.
    #[arg(long, value_name = "BINDING", conflicts_with_all = ["path", "check"])]
    pub binding: Option<String>,
    /// The run mode.
    #[arg(long, default_value = "dry_run", value_name = "MODE")]
    pub mode: RunMode,
    /// A request whose allowances, capabilities and branches hold, a JSON file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["mode", "base_branch", "work_branch", "allow"])]
    pub request: Option<PathBuf>,
    /// The repository or folder. Default: the one that this is called in.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub repo: Option<PathBuf>,
    /// The branch that the change starts from.
    #[arg(long, value_name = "BRANCH")]
    pub base_branch: Option<BranchName>,
    /// The branch that the change is committed to.
    #[arg(long, value_name = "BRANCH")]
    pub work_branch: Option<BranchName>,
    /// An allowance of the request: commit, push, pull_request or notify. Repeatable.
    #[arg(long, value_name = "ALLOWANCE")]
    pub allow: Vec<Allowance>,
    /// Which rules are meant.
    #[command(flatten)]
    pub rules: Rules,
}

/// What a request can allow beyond a change in the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Allowance {
    /// The change may be committed.
    Commit,
    /// The work branch may be pushed.
    Push,
    /// A pull request may be opened.
    PullRequest,
    /// People may be notified.
    Notify,
}

/// What to do with approvals.
#[derive(Debug, Subcommand)]
pub enum ApprovalCommand {
    /// Make a key to sign approvals with, and print its public half.
    Key {
        /// The file that the secret half goes to.
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Sign an approval of one request and print it.
    Sign {
        /// The digest of the request, as a refusal shows it.
        digest: String,
        /// The file with the secret key.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        key: PathBuf,
        /// Who approves, as the configuration names the approver.
        #[arg(long = "as", value_name = "NAME")]
        name: String,
        /// How long it holds.
        #[arg(long, default_value_t = 3600, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=2_592_000))]
        seconds: u64,
    },
    /// Say what an approval is for, and whether its signature holds.
    Show {
        /// The approval.
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// The Runner's configuration, which names the approvers.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        config: Option<PathBuf>,
    },
}
