//! A check that is a WASI command component: its own sandbox, on every system.

use std::path::PathBuf;

use super::{Command, Place};
use crate::{Itself, itself::Part};

const EXTENSION: &str = ".wasm";

/// What holds a component, whatever the system is.
const PARTS: [&str; 5] = [
    "WebAssembly component of WASI 0.2",
    "read-only workspace",
    "no environment",
    "no network",
    "memory limit",
];

/// Whether a command is a component of the workspace, by its name.
pub fn is_component(argv: &[String]) -> bool {
    argv.first().is_some_and(|program| program.ends_with(EXTENSION))
}

/// The command as a process of our own that runs the component in a folder with the
/// workspace's files.
pub fn command(command: Command, folder: PathBuf, memory_bytes: u64, itself: &Itself) -> Command {
    let memory = memory_bytes.to_string();
    let told = itself.words(Part::Wasi);
    let folder_text = folder.to_string_lossy().into_owned();
    let argv = told.into_iter().chain(["--memory-bytes".to_owned(), memory, folder_text, "--".to_owned()]);
    Command {
        argv: argv.chain(command.argv).collect(),
        place: Place::Bare(folder),
        environment: Default::default(),
        ..command
    }
}

/// What held a component, from what held its process.
pub fn parts(process: Vec<String>) -> Vec<String> {
    const NAMESPACES: &str = "namespaces";
    let held = process.into_iter().filter(|part| !part.contains(NAMESPACES) && part != "named environment");
    PARTS.map(str::to_owned).into_iter().chain(held).collect()
}
