//! What a store was last, remembered in another place: a store that is put back to an earlier
//! copy of itself is whole, and is found by this alone.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use crate::{Trust, note::Opened, store::create_private};

/// The file of a log.
pub(crate) fn path(folder: &Path, origin: &str) -> PathBuf {
    folder.join(format!("{}.checkpoint", policy::blob::sha256(origin.as_bytes())))
}

/// The file of a place where a store lies.
fn place(folder: &Path, root: &Path) -> Option<PathBuf> {
    let root = std::path::absolute(root).ok()?;
    let root = fs::canonicalize(&root).unwrap_or(root);
    Some(folder.join(format!("{}.store", policy::blob::sha256(root.as_os_str().as_encoded_bytes()))))
}

/// The log that was last written in a place.
pub(crate) fn origin_at(folder: &Path, root: &Path) -> Option<String> {
    fs::read_to_string(place(folder, root)?).ok()
}

/// Remembers a checkpoint, unless a later one is remembered already, or one that the log has not
/// grown from: what tells that a store was put back is not forgotten when it is written to again.
pub(crate) fn keep(
    folder: &Path,
    root: &Path,
    checkpoint: &str,
    grew_from: impl FnOnce(&Opened) -> bool,
) -> io::Result<()> {
    let invalid = |fault: String| io::Error::new(io::ErrorKind::InvalidData, fault);
    let opened = Trust::default().open(checkpoint).map_err(invalid)?;
    create_private(folder)?;
    let path = path(folder, &opened.origin);
    let lock = OpenOptions::new().create(true).append(true).open(path.with_extension("lock"))?;
    lock.lock()?;
    if let Some(place) = place(folder, root)
        && fs::read_to_string(&place).ok().as_ref() != Some(&opened.origin)
    {
        replace(&place, &opened.origin)?;
    }
    if let Ok(Some((_, before))) = read(folder, &opened.origin)
        && (before.size >= opened.size || !grew_from(&before))
    {
        return Ok(());
    }
    replace(&path, checkpoint)
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let part = path.with_extension("part");
    fs::write(&part, text)?;
    fs::rename(&part, path)
}

/// The checkpoint that is remembered of a log, and what it says.
pub(crate) fn read(folder: &Path, origin: &str) -> Result<Option<(String, Opened)>, String> {
    let path = path(folder, origin);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text.map_err(|error| format!("can't read `{}`: {error}", path.display()))?,
    };
    let opened = Trust::default().open(&text).map_err(|fault| format!("`{}`: {fault}", path.display()))?;
    Ok(Some((text, opened)))
}
