//! The process that holds a command. It is the parent of the command and, on Linux, of
//! all that detaches itself from the command; it is done when none of them is left.
//!
//! Its standard input is the hand of the Runner: when that closes, because the end was
//! called or because the Runner is gone, it ends what it holds. Its standard error is
//! where the command prints, its standard output where it reports.

use std::{
    ffi::OsString,
    io::{self, Read as _, Write as _},
    process::{Child, Command, Stdio},
};

use serde::{Deserialize, Serialize};

use super::{Limit, Sandbox, tree::Tree};
use crate::workspace::fixes::Wrote;

/// What a process of our own is to do, its first argument; the command follows it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Job {
    /// Hold the command as it is.
    Bare,
    /// Hold it in a sandbox.
    Sandboxed(Sandbox),
    /// Be the first process in a sandbox, which comes over standard input: what runs inside
    /// can read how that process was called.
    First,
}

/// What came of a command that was held.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Report {
    /// It was run.
    Ended {
        /// Its exit code, where there was one.
        exit_code: Option<i32>,
        /// The signal that ended it, where one did.
        signal: Option<i32>,
        /// Whether nothing of it is left.
        whole: bool,
        /// The limit that ended it.
        exceeded: Option<Limit>,
        /// The parts of the sandbox.
        sandbox: Vec<String>,
        /// What it wrote to the workspace, where that was to be noted.
        wrote: Option<Wrote>,
    },
    /// It could not be run.
    Unavailable {
        /// Why.
        error: String,
    },
    /// It was not run, because the sandbox can't be had.
    Refused {
        /// The part that is missing.
        part: String,
        /// Why.
        error: String,
    },
}

/// Does what the first argument says: holds a command and ends all that it leaves behind,
/// or is the first process of a sandbox. Says whether that could be reported.
///
/// This is what the program's hidden part `hold` calls with its arguments, before anything
/// else and from the only thread there is.
pub fn hold(argv: &[OsString]) -> bool {
    close_inherited();
    let job = argv.first().and_then(|job| serde_json::from_str(job.to_str()?).ok());
    let argv = argv.get(1..).unwrap_or_default();
    let report = match job {
        Some(Job::Bare) => bare(argv),
        #[cfg(target_os = "linux")]
        Some(Job::Sandboxed(sandbox)) => super::sandbox::linux::hold(&sandbox, argv),
        #[cfg(target_os = "linux")]
        Some(Job::First) => return super::sandbox::linux::run(argv),
        #[cfg(not(target_os = "linux"))]
        Some(Job::Sandboxed(_) | Job::First) => {
            let (part, error) = ("namespaces".to_owned(), "only Linux has them".to_owned());
            Report::Refused { part, error }
        }
        None => Report::Unavailable { error: "the holder was told nothing".to_owned() },
    };
    let text = serde_json::to_vec(&report).unwrap_or_default();
    io::stdout().write_all(&text).is_ok()
}

/// Closes what others left open when they started the Runner, so that nothing that is held
/// gets hold of it.
#[cfg(target_os = "linux")]
fn close_inherited() {
    let open = std::fs::read_dir("/proc/self/fd").into_iter().flatten().filter_map(Result::ok);
    let numbers: Vec<i32> = open.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for number in numbers.into_iter().filter(|number| *number > 2) {
        let _ = nix::unistd::close(number);
    }
}

#[cfg(not(target_os = "linux"))]
fn close_inherited() {}

fn bare(argv: &[OsString]) -> Report {
    let adopting = Tree::adopt();
    match start(argv) {
        Ok(leader) => held(leader, adopting),
        Err(error) => Report::Unavailable { error: error.to_string() },
    }
}

fn start(argv: &[OsString]) -> io::Result<Child> {
    let (program, arguments) = argv.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(io::stderr()).stderr(Stdio::inherit());
    Tree::root(&mut command);
    command.spawn()
}

fn held(leader: Child, adopting: bool) -> Report {
    let tree = Tree::of(&leader);
    std::thread::spawn(move || {
        until_closed();
        tree.kill();
    });
    let (exit_code, signal) = tree.wait(leader);
    let whole = tree.end() && adopting;
    Report::Ended { exit_code, signal, whole, exceeded: None, sandbox: Vec::new(), wrote: None }
}

fn until_closed() {
    let mut buffer = [0; 64];
    while io::stdin().read(&mut buffer).is_ok_and(|count| count > 0) {}
}
