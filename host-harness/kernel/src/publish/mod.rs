//! Placing a change in the working tree of a checkout: every file or none.
//!
//! What is to be done is written down first, in the folder of the run. A process of
//! its own does it, in a process group of its own, so that killing the Runner, or
//! pressing Ctrl-C, doesn't cut it in two; if that process is killed itself, what is
//! written down is enough to finish.

mod journal;
mod perform;
mod stage;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use policy::Code;

pub use journal::{Journal, Placed, Step};
pub use perform::{Standing, perform, survey};

use crate::KernelError;

/// The program that performs a journal: this very one, told to do just that.
#[derive(Debug, Clone)]
pub struct Placer {
    /// The program.
    pub program: PathBuf,
    /// Its arguments, to which the journal's path is added.
    pub arguments: Vec<OsString>,
}

/// Has a journal performed and waits for the outcome.
pub fn place(journal: &Path, placer: &Placer) -> Result<(), KernelError> {
    let mut command = Command::new(&placer.program);
    command.args(&placer.arguments).arg(journal);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    leave_group(&mut command);
    let mut child = command.spawn().map_err(KernelError::io("run", placer.program.display()))?;
    child.wait().map_err(KernelError::io("wait for", placer.program.display()))?;
    match Journal::outcome(journal)? {
        Some(Placed { error: None }) => Ok(()),
        Some(Placed { error: Some(message) }) => Err(KernelError::new(Code::BaseMoved, message)),
        None => {
            Err(KernelError::new(Code::KernelFailed, "the change was not placed: its process ended early"))
        }
    }
}

#[cfg(unix)]
fn leave_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(not(unix))]
fn leave_group(_: &mut Command) {}
