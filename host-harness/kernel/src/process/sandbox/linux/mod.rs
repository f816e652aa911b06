//! The sandbox as Linux makes it. The holder enters new namespaces (`enter`), and starts
//! this program once more as the first process in them (`first`), which builds what is
//! seen (`view`), gives up every power (`powers`, `calls`) and runs the command. The holder
//! watches from outside (`group`, `watch`).

mod bounds;
mod bubblewrap;
mod calls;
mod enter;
mod etc;
mod first;
mod group;
mod kept;
mod loopback;
mod mounts;
mod overlay;
mod powers;
mod program;
mod view;
mod watch;

use std::{ffi::OsString, io};

use serde::{Deserialize, Serialize};

use super::{Backend, Sandbox};
use crate::{process::hold::Report, workspace::fixes::Wrote};

pub(in crate::process) use first::run;

/// Runs a command in a sandbox of the kind that was chosen.
pub(in crate::process) fn hold(sandbox: &Sandbox, argv: &[OsString]) -> Report {
    match sandbox.backend {
        Backend::Native => enter::hold(sandbox, argv),
        Backend::Bubblewrap => bubblewrap::hold(sandbox, argv),
    }
}

/// What the first process says to the holder, a line each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    /// All is in place; these parts hold, or don't.
    Ready(Vec<String>),
    /// A part without which nothing is run can't be had.
    Refused { part: String, error: String },
    /// The command can't be run.
    Unrunnable(String),
    /// This it wrote to the workspace.
    Wrote(Wrote),
    /// The command is over.
    Ended { exit_code: Option<i32>, signal: Option<i32> },
}

/// A part without which nothing is run can't be had.
#[derive(Debug)]
struct Fault {
    part: &'static str,
    error: String,
}

type Held<T> = Result<T, Fault>;

/// Names the part that failed.
fn lacking<E: std::fmt::Display>(part: &'static str, what: &str) -> impl FnOnce(E) -> Fault {
    let what = what.to_owned();
    move |error| Fault { part, error: format!("can't {what}: {error}") }
}

/// Writes to a file of the system that exists.
fn tell(path: impl AsRef<std::path::Path>, text: &str) -> io::Result<()> {
    use io::Write as _;
    std::fs::OpenOptions::new().write(true).open(path)?.write_all(text.as_bytes())
}
