//! Printing what can be read.

use std::{
    fs::OpenOptions,
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use rustix::fs::OFlags;

use super::attempt::Told;

const BYTES_MAX: u64 = 64 * 1024;

/// Prints the beginning of a file, a field a line.
pub fn print(path: &Path) -> Told {
    let mut bytes = match bytes(path) {
        Ok(bytes) => bytes,
        Err(error) => return Told::refused(error),
    };
    bytes.iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = b'\n');
    let _ = io::stdout().write_all(&bytes).and_then(|()| writeln!(io::stdout()));
    Told::reached_if(!bytes.is_empty())
}

/// The beginning of a file; of a pipe what lies in it.
pub fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).custom_flags(nonblocking).open(path)?;
    file.take(BYTES_MAX).read_to_end(&mut bytes).map(|_| bytes)
}
