//! What can be said of gates.

use std::path::PathBuf;

use agent_contract::gate::{GateName, Severity};
use clap::{Args, Subcommand, ValueEnum, ValueHint};

/// What the gates look into, and how they tell of it.
#[derive(Debug, Args)]
pub struct ScanArgs {
    /// A folder or a file.
    #[arg(default_value = ".", value_hint = ValueHint::AnyPath)]
    pub path: PathBuf,
    /// A gate that looks. Default: all that look into files.
    #[arg(long = "gate", value_name = "NAME")]
    pub gates: Vec<GateName>,
    /// Only what the checkout changed since this revision; what was there before is told apart.
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,
    /// Look into what is staged for the next commit, and not into what the checkout holds.
    /// Without `--since`, since `HEAD`.
    #[arg(long, conflicts_with_all = ["ignored", "history"])]
    pub staged: bool,
    /// Look for secrets in every version of every file in the history, too.
    #[arg(long)]
    pub history: bool,
    /// Look into what git ignores, too.
    #[arg(long)]
    pub ignored: bool,
    /// Rules for secrets in place of ours: a file in our form or in gitleaks'.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub rules: Vec<PathBuf>,
    /// A known tool that looks, too, where the search path has it: `semgrep`. May be repeated.
    #[arg(long = "tool", value_name = "NAME")]
    pub tools: Vec<String>,
    /// The least severity that fails, where it is less than the configuration's.
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,
    /// How the findings are told. Default: for people, or with `--json` for machines.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<ReportFormat>,
    /// The Runner's configuration.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
}

/// How findings are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people.
    Text,
    /// The results of the gates, as `schemas/gate-result.json` has them.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Markdown, for a comment on a pull request.
    Markdown,
    /// Annotations of GitHub Actions.
    Github,
    /// OpenVEX, of the vulnerabilities that the `dependencies` gate finds; nothing where there is none.
    Openvex,
}

/// What to do with advisories.
#[derive(Debug, Subcommand)]
pub enum AdvisoriesCommand {
    /// Take in archives or folders: OSV as zip or JSON, RustSec's database as tar or folder.
    Import {
        /// The archives or folders. What was imported before is replaced.
        #[arg(required_unless_present = "indexes", value_hint = ValueHint::AnyPath)]
        sources: Vec<PathBuf>,
        /// What tells which versions were yanked: a folder such as Cargo's `registry/index`, with
        /// every file in it, or one file of lines of JSON. May be repeated.
        #[arg(long = "index", value_name = "PATH", value_hint = ValueHint::AnyPath)]
        indexes: Vec<PathBuf>,
        /// The SHA-256 that the only archive has to have.
        #[arg(long, value_name = "SHA256")]
        sha256: Option<String>,
        /// The day that the data is of, as `YYYY-MM-DD`. Default: that of its newest advisory.
        #[arg(long, value_name = "DAY")]
        date: Option<String>,
        /// Leave out files that should be advisories and can't be read. Every result of the
        /// dependencies gate tells that they are missing.
        #[arg(long)]
        allow_unread: bool,
        /// The Runner's configuration, which may name the place.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        config: Option<PathBuf>,
    },
    /// Fetch archives by a binding of the configuration, and take them in.
    Update {
        /// Paths of archives below the binding's address. Default: `sources` of the configuration.
        paths: Vec<String>,
        /// The binding. Default: that of the configuration.
        #[arg(long, value_name = "NAME")]
        binding: Option<String>,
        /// The SHA-256 that the only archive has to have.
        #[arg(long, value_name = "SHA256")]
        sha256: Option<String>,
        /// The day that the data is of, as `YYYY-MM-DD`. Default: that of its newest advisory.
        #[arg(long, value_name = "DAY")]
        date: Option<String>,
        /// Leave out files that should be advisories and can't be read, as `import` does.
        #[arg(long)]
        allow_unread: bool,
        /// The Runner's configuration.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        config: Option<PathBuf>,
    },
    /// Say what is there, and how old it is.
    Show {
        /// The Runner's configuration, which may name the place.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        config: Option<PathBuf>,
    },
}

/// What to do with waivers.
#[derive(Debug, Subcommand)]
pub enum WaiverCommand {
    /// Sign the waivers of a TOML file and print the envelope.
    Sign {
        /// The waivers: `[[waivers]]` with fingerprint, reason, owner and expires.
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// The file with the secret key, as `approval key` makes one.
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        key: PathBuf,
        /// Who signs, as the configuration names the approver.
        #[arg(long = "as", value_name = "NAME")]
        name: String,
    },
}
