//! What the person at the terminal names: files to read, and standard input.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use policy::Code;

use crate::KernelError;

/// Reads a text, from standard input when the path is `-`.
pub fn read_text(path: &Path, bytes_max: u64) -> Result<String, KernelError> {
    let bytes = read(path, bytes_max)?;
    String::from_utf8(bytes)
        .map_err(|_| KernelError::new(Code::KernelFailed, format!("`{}` is not UTF-8 text", path.display())))
}

/// Reads bytes, from standard input when the path is `-`.
pub fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>, KernelError> {
    let fail = |error| KernelError::io("read", path.display())(error);
    let bytes = match path == Path::new("-") {
        true => take(io::stdin(), bytes_max),
        false => File::open(path).and_then(|file| take(file, bytes_max)),
    };
    let bytes = bytes.map_err(fail)?;
    match bytes.len() as u64 > bytes_max {
        true => Err(KernelError::new(
            Code::FileTooLarge,
            format!("`{}` is larger than {bytes_max} bytes", path.display()),
        )),
        false => Ok(bytes),
    }
}

fn take(from: impl Read, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(bytes_max + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
