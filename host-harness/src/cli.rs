//! What can be said on the command line.

mod decide;

use std::{ffi::OsString, path::PathBuf};

use agent_contract::{
    CapabilityName, RepoPath, RunMode, binding::BindingName, branch::BranchName, gate::GateName,
    proposal::ProposalFormat,
};
use clap::{Args, Parser, Subcommand, ValueHint};

pub use decide::{Allowance, ApprovalCommand, ExplainArgs, PolicyCommand, Rules};

/// A coding agent that can do what it was granted and nothing else, and whose every
/// run can be proved.
#[derive(Debug, Parser)]
#[command(name = "code-assist", version, max_term_width = 100)]
pub struct Cli {
    /// Print JSON for machines: for a run its events, a line each, the result with the last.
    #[arg(long, global = true)]
    pub json: bool,
    /// Where traces are kept. Default: $CODE_ASSIST_STATE_DIR, or below $XDG_STATE_HOME, or ~/.local/state/code-assist.
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub state_dir: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show an allowed run and a denied one on a little repository made for it.
    Demo,
    /// Run the agent on a repository.
    Run(Box<RunArgs>),
    /// Say what the agent is: its name, its passes, what it imports.
    Describe(DescribeArgs),
    /// Check documents against the contract: requests, results and the rest.
    Validate(ValidateArgs),
    /// Print the JSON Schemas of the documents that outsiders see.
    Schema(SchemaArgs),
    /// Look at traces and verify them.
    Audit {
        /// What to do with them.
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Check policies, try them, and ask them what they would say.
    Policy {
        /// What to do with them.
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// Make, sign and read approvals.
    Approval {
        /// What to do with them.
        #[command(subcommand)]
        command: ApprovalCommand,
    },
    /// Take capabilities back from a run that is going on: the next call under them is denied.
    Revoke {
        /// The run: its id, the beginning of it, or `last`.
        run: String,
        /// The capability's id, as `audit show` has it. Default: all of the run.
        #[arg(long, value_name = "ID")]
        capability: Option<String>,
    },
    /// Say what deploying the repository to a target would do. Nothing of it is done.
    Deploy {
        /// The target, by its name in the configuration.
        target: String,
        /// The Runner's configuration, which names the targets.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        config: PathBuf,
        /// The repository.
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        repo: Option<PathBuf>,
    },
    /// Say whether this machine has what a run needs.
    Doctor {
        /// The Runner's configuration, whose sandbox is tried.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        config: Option<PathBuf>,
    },
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Place a change that a run wrote down. For the program itself.
    #[command(hide = true)]
    Place {
        /// What to do.
        journal: PathBuf,
    },
    /// Run a command and end all that it leaves behind. For the program itself.
    #[command(hide = true)]
    Hold {
        /// The program and its arguments.
        #[arg(last = true, required = true)]
        argv: Vec<OsString>,
    },
    /// Run a WASI command component on a folder. For the program itself.
    #[command(hide = true)]
    Wasi {
        /// Bytes of memory that it may use.
        #[arg(long)]
        memory_bytes: usize,
        /// The folder that it may read.
        folder: PathBuf,
        /// The component in that folder, and its arguments.
        #[arg(last = true, required = true)]
        argv: Vec<String>,
    },
}

/// What a run is asked for.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The whole request as a JSON file, `-` for standard input (see `code-assist schema request`).
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = REQUEST_FLAGS)]
    pub request: Option<PathBuf>,
    /// The repository or folder to work on.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub repo: Option<PathBuf>,
    /// How far the run may go: dry_run, proposed_change or production_change.
    #[arg(long, default_value = "dry_run", value_name = "MODE")]
    pub mode: RunMode,
    /// What to do, in words.
    #[arg(long, value_name = "TEXT")]
    pub instruction: Option<String>,
    /// The change itself, `-` for standard input.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub proposal: Option<PathBuf>,
    /// The notation of the proposal: auto, unified_diff, apply_patch, search_replace, json_edits or whole_files.
    #[arg(long, default_value = "auto", value_name = "FORMAT")]
    pub format: ProposalFormat,
    /// A check to run on the change: a preset (unit, lint, typecheck, build, smoke, dependency, all) or a command. Repeatable.
    #[arg(long = "check", value_name = "CHECK")]
    pub checks: Vec<String>,
    /// A file that the task is about. Repeatable.
    #[arg(long = "file", value_name = "PATH")]
    pub files: Vec<RepoPath>,
    /// The branch that the change starts from.
    #[arg(long, value_name = "BRANCH")]
    pub base_branch: Option<BranchName>,
    /// The branch that the change is committed to.
    #[arg(long, value_name = "BRANCH")]
    pub work_branch: Option<BranchName>,
    /// A capability that the agent may ask for; without any, what mode and task need. Repeatable.
    #[arg(long = "capability", value_name = "NAME")]
    pub capabilities: Vec<CapabilityName>,
    /// Let the change be committed to the work branch.
    #[arg(long)]
    pub allow_commit: bool,
    /// Let the work branch be pushed.
    #[arg(long)]
    pub allow_push: bool,
    /// Let a pull request be opened.
    #[arg(long)]
    pub allow_pull_request: bool,
    /// Let people be notified.
    #[arg(long)]
    pub allow_notify: bool,
    /// A binding of the configuration through which people are notified. Repeatable.
    #[arg(long = "notify", value_name = "BINDING")]
    pub notify: Vec<BindingName>,
    /// Build and start the repository's container, to see that it comes up.
    #[arg(long)]
    pub simulate: bool,
    /// Run the checks with all that you may do, instead of in the sandbox. Never production-ready.
    #[arg(long)]
    pub unsandboxed: bool,
    /// A gate that must pass. Repeatable.
    #[arg(long = "gate", value_name = "GATE")]
    pub gates: Vec<GateName>,
    /// Seconds that the run may take.
    #[arg(long, value_name = "SECONDS")]
    pub seconds: Option<u64>,
    /// Which rules hold.
    #[command(flatten)]
    pub rules: Rules,
    /// A signed approval of a request that a policy says to ask for. Repeatable.
    #[arg(long = "approval", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub approvals: Vec<PathBuf>,
    /// Write result.json, change.diff and changelog.md into this folder.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
    /// Another agent, a component file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub component: Option<PathBuf>,
    /// The digest that the component must have.
    #[arg(long, value_name = "SHA256", requires = "component")]
    pub component_sha256: Option<String>,
}

/// What a request file says itself.
const REQUEST_FLAGS: [&str; 17] = [
    "mode",
    "instruction",
    "proposal",
    "format",
    "checks",
    "files",
    "base_branch",
    "work_branch",
    "capabilities",
    "allow_commit",
    "allow_push",
    "allow_pull_request",
    "allow_notify",
    "gates",
    "notify",
    "simulate",
    "seconds",
];

/// What to say of the agent.
#[derive(Debug, Args)]
pub struct DescribeArgs {
    /// Everything that the component imports, a line each.
    #[arg(long)]
    pub imports: bool,
    /// The component's SHA-256.
    #[arg(long, conflicts_with = "imports")]
    pub digest: bool,
    /// Another agent, a component file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub component: Option<PathBuf>,
}

/// What to check.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// The documents, `-` for standard input.
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// What they are. Default: what their names say (`request.*.json`), else a request.
    #[arg(long, value_name = "DOCUMENT")]
    pub document: Option<String>,
}

/// Which schemas to print.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// The document; without it, the names of all.
    pub document: Option<String>,
    /// Write every schema into this folder.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "document")]
    pub write: Option<PathBuf>,
}

/// What to do with traces.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// List the runs, the newest last.
    List,
    /// Show the records of a run.
    Show {
        /// The run: its id, the beginning of it, or `last`.
        #[arg(default_value = "last")]
        run: String,
    },
    /// Verify the trace of a run, or of every run.
    Verify {
        /// The runs: an id, the beginning of one, or `last`. Default: all.
        runs: Vec<String>,
    },
    /// Finish placing a change whose placing was cut off.
    Recover {
        /// The run: its id, the beginning of it, or `last`.
        run: String,
    },
}
