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
        false => open(path).and_then(|file| take(file, bytes_max)),
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

/// The same, where it may be that there is no such file.
pub fn read_if_there(path: &Path, bytes_max: u64) -> Result<Option<Vec<u8>>, KernelError> {
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        _ => read(path, bytes_max).map(Some),
    }
}

/// Opens a file. A pipe without a writer would keep us waiting for ever.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    match path.metadata()?.is_file() {
        true => File::open(path),
        false => Err(io::Error::other("it is not a plain file")),
    }
}

/// Every regular file beneath a folder that is wanted by its path in it: that path, with
/// `/`, and its bytes, in order. Links are not followed.
pub fn folder(
    root: &Path,
    wanted: fn(&str) -> bool,
    bytes_max: u64,
) -> Result<Vec<(String, Vec<u8>)>, KernelError> {
    let mut found = Vec::new();
    each(root, root, wanted, bytes_max, FILES_MAX, &mut |name, bytes| found.push((name, bytes)))?;
    found.sort();
    Ok(found)
}

/// Hands over the same one by one, in no order; of a folder that may hold very many.
pub fn each_of_folder(
    root: &Path,
    wanted: fn(&str) -> bool,
    bytes_max: u64,
    mut take: impl FnMut(String, Vec<u8>),
) -> Result<(), KernelError> {
    each(root, root, wanted, bytes_max, usize::MAX, &mut take).map(drop)
}

/// Files of a folder at the most.
const FILES_MAX: usize = 10_000;

/// How many there are left to take.
fn each(
    root: &Path,
    folder: &Path,
    wanted: fn(&str) -> bool,
    bytes_max: u64,
    files_max: usize,
    take: &mut dyn FnMut(String, Vec<u8>),
) -> Result<usize, KernelError> {
    let mut left = files_max;
    let fail = |error| KernelError::io("read", folder.display())(error);
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(fail)?);
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if kind.is_dir() {
            left = each(root, &path, wanted, bytes_max, left, take)?;
        } else if kind.is_file() && wanted(&name) {
            left = left.checked_sub(1).ok_or_else(|| {
                let message = format!("`{}` holds more than {FILES_MAX} files", root.display());
                KernelError::new(Code::FileTooLarge, message)
            })?;
            take(name, read(&path, bytes_max)?);
        }
    }
    Ok(left)
}

/// What somebody typed before they were asked is no answer.
#[cfg(unix)]
pub fn forget_typed() {
    let _ = rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush);
}

/// What somebody typed before they were asked is no answer.
#[cfg(not(unix))]
pub fn forget_typed() {}

fn take(from: impl Read, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(bytes_max + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
