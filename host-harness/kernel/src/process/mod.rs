//! Runs programs to their end: a folder, an environment of named variables, a time
//! limit, an output cap, and no process left behind.
//!
//! What holds a program today is a process of our own between us and it, a session of
//! its own and the end of its whole tree. Namespaces and limits on memory are not here
//! yet; every result says so.

mod capture;
mod environment;
mod find;
mod hold;
mod run;
mod tree;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

use agent_contract::check::CheckOutcome;

pub use environment::allowed_environment;
pub use find::is_program;
pub use hold::hold;
pub use run::{run, run_all};

/// A program to be run.
#[derive(Debug, Clone)]
pub struct Command {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Where it is run.
    pub folder: PathBuf,
    /// All that it sees of the environment.
    pub environment: BTreeMap<String, String>,
    /// What it may use.
    pub limits: Limits,
}

/// What a program may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Wall time.
    pub wall: Duration,
    /// Bytes kept of what it prints.
    pub output_bytes: usize,
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
    /// What held it, and what of the sandbox was missing.
    pub sandbox: Vec<String>,
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

    /// Waits for at most `time`, and says whether the end was called meanwhile.
    fn wait(&self, time: Duration) -> bool {
        let guard = self.inner.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.inner.1.wait_timeout_while(guard, time, |cancelled| !*cancelled);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
