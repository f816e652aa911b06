//! Reading what a repository keeps about itself. Whatever stands there may be anything:
//! a pipe that never ends, a device, a link to elsewhere.

use std::io::{self, Read as _};

use cap_std::fs::{Dir, Metadata, OpenOptions};

/// What stands at a path, links not followed; `None` where nothing does.
pub(super) fn look(dir: &Dir, path: &str) -> io::Result<Option<Metadata>> {
    match dir.symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The content of a file; `None` where there is none. A link, a pipe and a device are
/// errors, and so is a file larger than `bytes_max`.
pub(super) fn read(dir: &Dir, path: &str, bytes_max: u64) -> io::Result<Option<Vec<u8>>> {
    let odd = |why: &str| Err(io::Error::new(io::ErrorKind::InvalidData, format!("`{path}` {why}")));
    match look(dir, path)? {
        None => return Ok(None),
        Some(metadata) if !metadata.is_file() => return odd("is not a plain file"),
        Some(metadata) if metadata.len() > bytes_max => return odd("is too large"),
        Some(_) => {}
    }
    let file = dir.open_with(path, &options())?;
    if !file.metadata()?.is_file() {
        return odd("is not a plain file");
    }
    let mut bytes = Vec::new();
    file.take(bytes_max + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > bytes_max {
        true => odd("is too large"),
        false => Ok(Some(bytes)),
    }
}

/// The same as text without the blank at its end.
pub(super) fn read_text(dir: &Dir, path: &str, bytes_max: u64) -> io::Result<Option<String>> {
    let Some(bytes) = read(dir, path, bytes_max)? else { return Ok(None) };
    let text = String::from_utf8(bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, format!("`{path}` is not UTF-8")))?;
    Ok(Some(text.trim_end().to_owned()))
}

/// Makes a folder where there is none. Another run may be making it too.
pub(super) fn make_folder(dir: &Dir, folder: &str) -> io::Result<()> {
    if look(dir, folder)?.is_none() {
        match dir.create_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => made?,
        }
    }
    match look(dir, folder)?.is_some_and(|metadata| metadata.is_dir()) {
        true => Ok(()),
        false => Err(io::Error::new(io::ErrorKind::InvalidData, format!("`{folder}` is no folder"))),
    }
}

/// Between the look and the opening a pipe may have come: nobody waits for its writer.
#[cfg(unix)]
fn options() -> OpenOptions {
    use cap_std::fs::OpenOptionsExt as _;
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOFOLLOW;
    OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).clone()
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    OpenOptions::new().read(true).clone()
}

/// Nothing there, or a file where a folder would have to be.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
