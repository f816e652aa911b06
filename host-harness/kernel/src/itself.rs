//! This very program, run again for a part of the Kernel's work that needs a process
//! of its own.

use std::{path::PathBuf, process::Command};

use crate::KernelError;

/// The program that does the parts.
#[derive(Debug, Clone)]
pub struct Itself {
    program: PathBuf,
}

/// What a process of its own is for. The program takes each as its first argument.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    /// Performs the journal that is named.
    Place,
    /// Holds the command that is given.
    Hold,
    /// Runs the component that is given.
    Wasi,
    /// Reads the sources that come in.
    Read,
    /// Looks into the sources that come in by rules.
    Scan,
}

impl Itself {
    /// The program at this path.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into() }
    }

    /// The program that is running.
    pub fn found() -> Result<Self, KernelError> {
        std::env::current_exe().map(Self::new).map_err(KernelError::io("find", "this program"))
    }

    /// A command that does a part. A Ctrl-C for this process is none for that one: what
    /// places is in a group of its own, and what holds takes a session of its own.
    pub(crate) fn told(&self, part: Part) -> Command {
        let mut command = Command::new(&self.program);
        match part {
            Part::Place => leave_group(command.arg("place")),
            Part::Hold => {
                command.arg("hold");
            }
            Part::Wasi => {
                command.arg("wasi");
            }
            Part::Read => leave_group(command.arg("read-sources")),
            Part::Scan => leave_group(command.arg("scan-sources")),
        }
        command
    }

    /// The first words of a command that does a part, for whoever starts it.
    pub(crate) fn words(&self, part: Part) -> Vec<String> {
        let command = self.told(part);
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        words.map(|word| word.to_string_lossy().into_owned()).collect()
    }
}

#[cfg(unix)]
fn leave_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(not(unix))]
fn leave_group(_: &mut Command) {}
