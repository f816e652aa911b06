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

use super::tree::Tree;

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
    },
    /// It could not be run.
    Unavailable {
        /// Why.
        error: String,
    },
}

/// Runs a command and ends all that it leaves behind; says whether that could be reported.
pub fn hold(argv: &[OsString]) -> bool {
    let adopting = Tree::adopt();
    let report = match start(argv) {
        Ok(leader) => held(leader, adopting),
        Err(error) => Report::Unavailable { error: error.to_string() },
    };
    let text = serde_json::to_vec(&report).unwrap_or_default();
    io::stdout().write_all(&text).is_ok()
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
    Report::Ended { exit_code, signal, whole: tree.end() && adopting }
}

fn until_closed() {
    let mut buffer = [0; 64];
    while io::stdin().read(&mut buffer).is_ok_and(|count| count > 0) {}
}
