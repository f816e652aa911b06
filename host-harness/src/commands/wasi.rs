use std::path::Path;

use kernel_wasi::Limits;

/// Runs a component as a check. Its words are for whoever holds this process; the exit
/// code is the component's own.
pub(super) fn run(folder: &Path, argv: &[String], memory_bytes: usize) -> u8 {
    let Some((program, arguments)) = argv.split_first() else { return 127 };
    kernel_wasi::run(folder, program, arguments, Limits { memory_bytes }).unwrap_or_else(|error| {
        anstream::eprintln!("{error}");
        126
    })
}
