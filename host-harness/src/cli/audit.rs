//! The words of `audit`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

/// What to do with traces.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// The Runner's configuration: its `[ledger]` says whose signatures are gone by.
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// A key that signatures are gone by: a verifier key, base64, or a file of either or in PEM.
    #[arg(long = "key", global = true, value_name = "KEY")]
    pub keys: Vec<String>,
    /// What to do.
    #[command(subcommand)]
    pub command: AuditCommand,
}

/// What to do with traces.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// List the runs, the newest last.
    List,
    /// Show the records of a run.
    Show {
        /// The run: its id, the beginning of it, or `last`; or the file of an export.
        #[arg(default_value = "last")]
        run: String,
        /// What a record names by this hash, instead.
        #[arg(long, value_name = "SHA256")]
        payload: Option<String>,
    },
    /// Verify the trace of a run, of every run, of an export, or a proof.
    Verify(VerifyArgs),
    /// Prove that a record is in a run, that a run is in the log, or that the log only grew.
    Prove {
        /// The run: its id, the beginning of it, or `last`. Default with `--since`: none.
        run: Option<String>,
        /// A record of the run, by its number.
        #[arg(long, value_name = "NUMBER", requires = "run")]
        record: Option<u64>,
        /// An earlier checkpoint of the log, which it must have grown from.
        #[arg(long, value_name = "FILE", conflicts_with_all = ["run", "record"], value_hint = ValueHint::FilePath)]
        since: Option<PathBuf>,
    },
    /// Write a run into one file that needs nothing else to be verified.
    Export {
        /// The run: its id, the beginning of it, or `last`.
        #[arg(default_value = "last")]
        run: String,
        /// The file; `-` for standard output. Default: the run's id with `.tar`, here.
        #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: Option<PathBuf>,
    },
    /// Take a run of another store in. It must verify.
    Import {
        /// The file of an export.
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Run the agent again on what it was answered, and find what differs. Nothing is touched.
    Replay(ReplayArgs),
    /// Say where two runs differ.
    Diff {
        /// A run, or the file of an export.
        one: String,
        /// Another.
        other: String,
    },
    /// Write a report for people: one HTML page.
    Report {
        /// The run: its id, the beginning of it, or `last`; or the file of an export.
        #[arg(default_value = "last")]
        run: String,
        /// The file; `-` for standard output. Default: the run's id with `.html`, here.
        #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: Option<PathBuf>,
    },
    /// Print what a run comes to in numbers, as Prometheus reads them.
    Metrics {
        /// The run: its id, the beginning of it, or `last`; or the file of an export.
        #[arg(default_value = "last")]
        run: String,
    },
    /// Remove the runs that need not be kept any more.
    Prune {
        /// Days that runs are kept for. Default: as the configuration says, else 30.
        #[arg(long, value_name = "DAYS")]
        older_than: Option<u64>,
        /// Say what would be removed, and remove nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Keep a run whatever its age.
    Hold {
        /// The run: its id, the beginning of it, or `last`.
        run: String,
        /// Why.
        #[arg(long, required_unless_present = "release", value_name = "TEXT")]
        reason: Option<String>,
        /// Keep it no longer than others.
        #[arg(long, conflicts_with = "reason")]
        release: bool,
    },
    /// Take a payload out of the store. Its hash stays, and the log says why it is gone.
    Redact {
        /// The payload.
        sha256: String,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Print the key that verifies what is signed here.
    Key {
        /// As `openssl` reads it.
        #[arg(long)]
        pem: bool,
    },
    /// Finish placing a change whose placing was cut off.
    Recover {
        /// The run: its id, the beginning of it, or `last`.
        run: String,
    },
}

/// What is verified.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Runs (an id, the beginning of one, `last`) or files of exports. Default: all runs.
    pub runs: Vec<String>,
    /// An earlier checkpoint of the log, which it must have grown from.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub since: Option<PathBuf>,
    /// A proof instead: of C2SP's forms, or of RFC 6962's hashes in JSON. A proof that the log
    /// only grew wants `--since`.
    #[arg(long, value_name = "FILE", conflicts_with = "runs", value_hint = ValueHint::FilePath)]
    pub proof: Option<PathBuf>,
    /// What the proof is of, byte for byte. Default: what it brings along.
    #[arg(long, value_name = "FILE", requires = "proof", value_hint = ValueHint::FilePath)]
    pub leaf: Option<PathBuf>,
}

/// What is run again.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The run: its id, the beginning of it, or `last`; or the file of an export.
    #[arg(default_value = "last")]
    pub run: String,
    /// The agent. Default: the one that is part of this program.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub component: Option<PathBuf>,
    /// Another request than the one that is recorded.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub request: Option<PathBuf>,
}
