//! Runs programs to their end: in a sandbox or, where a developer asked for that, bare;
//! an environment of named variables, limits, an output cap, and no process left behind.
//!
//! Between us and the program stands a process of our own, the holder. For a sandbox it
//! enters new namespaces and starts a second one in them, which builds what the program
//! sees, gives up every power and runs it. Each result says what held the program and
//! what was missing.

pub mod bench;
pub(crate) mod capture;
mod environment;
mod find;
mod hold;
mod run;
pub mod sandbox;
mod tree;
pub mod wasi;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

use agent_contract::check::CheckOutcome;
use serde::{Deserialize, Serialize};

pub use environment::allowed_environment;
pub use find::is_program;
pub use hold::hold;
pub use run::{run, run_all};
pub use sandbox::Sandbox;

use crate::workspace::fixes::Wrote;

/// A program to be run.
#[derive(Debug, Clone)]
pub struct Command {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Where it is run.
    pub place: Place,
    /// All that it sees of the environment.
    pub environment: BTreeMap<String, String>,
    /// What it may use.
    pub limits: Limits,
}

/// Where a program is run.
#[derive(Debug, Clone)]
pub enum Place {
    /// In a sandbox, or not at all.
    Sandboxed(Sandbox),
    /// In a folder of the machine, with all that the user may do.
    Bare(PathBuf),
}

/// What a program may use, wherever it runs. A sandbox has further bounds.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Wall time.
    pub wall: Duration,
    /// Bytes kept of what it prints.
    pub output_bytes: usize,
    /// Bytes that it may print before it is ended.
    pub output_bytes_max: u64,
}

/// A limit that ended a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// Processor time of all that it started.
    CpuTime,
    /// Memory of all that it started.
    Memory,
    /// Processes and threads.
    Processes,
    /// The size of one file.
    FileSize,
    /// Bytes that it printed.
    Output,
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::CpuTime => "processor time",
            Self::Memory => "memory",
            Self::Processes => "processes",
            Self::FileSize => "file size",
            Self::Output => "output",
        })
    }
}

/// How a program ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// What that means.
    pub outcome: CheckOutcome,
    /// The exit code, where there was one.
    pub exit_code: Option<i32>,
    /// The signal that ended it, where one did.
    pub signal: Option<i32>,
    /// Wall time.
    pub duration: Duration,
    /// What it printed, both streams together, made harmless for a terminal.
    pub output: String,
    /// Bytes that it printed beyond its limit, left out of the middle.
    pub output_bytes_dropped: u64,
    /// The limit that ended it, where one did; the end of its wall time is an outcome of its own.
    pub exceeded: Option<Limit>,
    /// What held it, and what of the sandbox was missing.
    pub sandbox: Vec<String>,
    /// What it wrote to the workspace, where that was to be noted and it ended by itself.
    pub wrote: Option<Wrote>,
}

impl Ended {
    /// The parts of the sandbox that did not hold it.
    pub fn missing(&self) -> Vec<&str> {
        self.sandbox.iter().filter_map(|part| part.strip_prefix(sandbox::MISSING)).collect()
    }
}

/// Ends programs from another thread. Every clone is the same.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    inner: Arc<(Mutex<bool>, Condvar)>,
}

impl Cancel {
    /// Ends every program that was given this.
    pub fn cancel(&self) {
        *self.inner.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.inner.1.notify_all();
    }

    /// Whether the end was called.
    pub fn is_cancelled(&self) -> bool {
        *self.inner.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for at most `time`, and says whether the end was called meanwhile.
    fn wait(&self, time: Duration) -> bool {
        let guard = self.inner.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.inner.1.wait_timeout_while(guard, time, |cancelled| !*cancelled);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
