//! Placing a change in the working tree of a checkout: every file or none.
//!
//! What is to be done is written down first, in the folder of the run. A process of
//! its own does it, in a process group of its own, so that killing the Runner, or
//! pressing Ctrl-C, doesn't cut it in two; if that process is killed itself, what is
//! written down is enough to finish.

mod journal;
mod perform;
mod stage;
#[cfg(test)]
mod tests;

use std::{path::Path, process::Stdio};

use policy::Code;

pub use journal::{Journal, Placed, Step};
pub use perform::{Standing, perform, survey};

use crate::{Itself, KernelError, itself::Part};

/// Has a journal performed and waits for the outcome.
pub fn place(journal: &Path, itself: &Itself) -> Result<(), KernelError> {
    let mut command = itself.told(Part::Place);
    command.arg(journal).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().map_err(KernelError::io("run", "the process that places the change"))?;
    match Journal::outcome(journal)? {
        Some(Placed { error: None }) => Ok(()),
        Some(Placed { error: Some(message) }) => Err(KernelError::new(Code::BaseMoved, message)),
        None => {
            Err(KernelError::new(Code::KernelFailed, "the change was not placed: its process ended early"))
        }
    }
}
