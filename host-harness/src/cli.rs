//! What can be said on the command line.

mod audit;
mod decide;
mod scan;

use std::{ffi::OsString, path::PathBuf};

use agent_contract::{
    CapabilityName, RepoPath, RunMode, binding::BindingName, branch::BranchName, gate::GateName,
    proposal::ProposalFormat,
};
use clap::{Args, Parser, Subcommand, ValueHint};

pub use audit::{AuditArgs, AuditCommand, ReplayArgs, VerifyArgs};
pub use decide::{Allowance, ApprovalCommand, ExplainArgs, PolicyCommand, Rules};
pub use scan::{AdvisoriesCommand, ReportFormat, ScanArgs, WaiverCommand};

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
    /// Say what a run would do and what it needs, and do nothing of it.
    Plan(Box<PlanArgs>),
    /// Go on with a run that was interrupted, or that waited for an approval.
    Resume(Box<ResumeArgs>),
    /// Have the gates look into files: secrets, dependencies, code, containers, configuration.
    Scan(Box<ScanArgs>),
    /// Keep advisories about packages on this machine, for the gate of dependencies.
    #[command(subcommand)]
    Advisories(AdvisoriesCommand),
    /// Sign waivers of findings.
    #[command(subcommand)]
    Waiver(WaiverCommand),
    /// List the recipes: changes that need no model.
    Recipes {
        /// One of them, with all its parameters.
        name: Option<String>,
    },
    /// Say what the agent is: its name, its passes, what it imports.
    Describe(DescribeArgs),
    /// Check documents against the contract: requests, results and the rest.
    Validate(ValidateArgs),
    /// Print the JSON Schemas of the documents that outsiders see.
    Schema(SchemaArgs),
    /// Look at traces and verify them.
    Audit(AuditArgs),
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
    /// Read sources that come in and tell of them, able to do nothing else. For the program itself.
    #[command(hide = true)]
    ReadSources,
    /// Look into sources that come in by rules that come in, able to do nothing else. For the program itself.
    #[command(hide = true)]
    ScanSources,
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

/// What a plan is asked for.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// What the plan is for.
    #[command(flatten)]
    pub task: TaskArgs,
    /// How it is done.
    #[command(flatten)]
    pub manner: Manner,
    /// Write plan.json and plan.md into this folder.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
}

/// What a run is asked for.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Do what a plan says and no more: the plan.json of `code-assist plan`.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = REQUEST_FLAGS, conflicts_with = "request")]
    pub plan: Option<PathBuf>,
    /// What to do.
    #[command(flatten)]
    pub task: TaskArgs,
    /// How it is done.
    #[command(flatten)]
    pub manner: Manner,
    /// Write result.json and the artifacts of the run into this folder.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
}

/// Which run is gone on with, and how.
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// The run: its id, the beginning of it, or `last`.
    pub run: String,
    /// How it is done.
    #[command(flatten)]
    pub manner: Manner,
    /// Write result.json and the artifacts of the run into this folder.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
}

/// What is to be done.
#[derive(Debug, Args)]
pub struct TaskArgs {
    /// What to do, in words.
    #[arg(value_name = "INSTRUCTION", conflicts_with = "instruction")]
    pub words: Option<String>,
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
    /// A recipe that works the change out, without a model (see `code-assist recipes`).
    #[arg(long, value_name = "NAME", conflicts_with = "proposal")]
    pub recipe: Option<String>,
    /// A parameter of the recipe. Repeatable.
    #[arg(long = "set", value_name = "NAME=VALUE", requires = "recipe", value_parser = parameter)]
    pub parameters: Vec<(String, String)>,
    /// A document of the repository that may help. Repeatable.
    #[arg(long = "document", value_name = "PATH")]
    pub documents: Vec<RepoPath>,
    /// A check to run on the change: a preset (unit, lint, typecheck, build, smoke, dependency, all) or a command. Repeatable.
    #[arg(long = "check", value_name = "CHECK")]
    pub checks: Vec<String>,
    /// A command whose changes are taken, such as a formatter. Alone it is the task; for a
    /// recipe `--set check=COMMAND` names it. Repeatable.
    #[arg(long = "fix", value_name = "COMMAND")]
    pub fixes: Vec<String>,
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
    /// A gate that must pass. Repeatable.
    #[arg(long = "gate", value_name = "GATE")]
    pub gates: Vec<GateName>,
    /// Seconds that the run may take.
    #[arg(long, value_name = "SECONDS")]
    pub seconds: Option<u64>,
    /// Tokens that models may use, both ways together.
    #[arg(long, value_name = "COUNT")]
    pub tokens: Option<u64>,
    /// Money that models may cost, in millionths of a US dollar.
    #[arg(long, value_name = "MICROS")]
    pub micro_usd: Option<u64>,
    /// Rounds of changing and checking.
    #[arg(long, value_name = "COUNT")]
    pub steps: Option<u64>,
    /// Lines that the change may add and remove, together.
    #[arg(long, value_name = "COUNT")]
    pub changed_lines: Option<u64>,
}

/// How a run is done: under which rules, by whom.
#[derive(Debug, Args)]
pub struct Manner {
    /// Run the checks with all that you may do, instead of in the sandbox. Never production-ready.
    #[arg(long)]
    pub unsandboxed: bool,
    /// Which rules hold.
    #[command(flatten)]
    pub rules: Rules,
    /// A signed approval of a request that a policy says to ask for. Repeatable.
    #[arg(long = "approval", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub approvals: Vec<PathBuf>,
    /// The model to ask, by its name in the configuration, whatever its roles say. Repeatable: the next is the fallback.
    #[arg(long = "model", value_name = "NAME")]
    pub models: Vec<String>,
    /// Answer for the models from a recording, and ask none of them.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub replay_models: Option<PathBuf>,
    /// Keep what the models answer in this file, for `--replay-models`.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub record_models: Option<PathBuf>,
    /// Another agent, a component file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub component: Option<PathBuf>,
    /// The digest that the component must have.
    #[arg(long, value_name = "SHA256", requires = "component")]
    pub component_sha256: Option<String>,
}

/// What a request file says itself.
const REQUEST_FLAGS: [&str; 25] = [
    "words",
    "recipe",
    "parameters",
    "documents",
    "tokens",
    "micro_usd",
    "steps",
    "changed_lines",
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

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write `NAME=VALUE`")?;
    Ok((name.to_owned(), value.to_owned()))
}

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
