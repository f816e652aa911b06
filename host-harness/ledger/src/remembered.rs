//! What a store was last, remembered in another place: a store that is put back to an earlier
//! copy of itself is whole, and is found by this alone.

use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use crate::{Trust, note::Opened, store::create_private};

/// The file of a log.
pub(crate) fn path(folder: &Path, origin: &str) -> PathBuf {
    folder.join(format!("{}.checkpoint", policy::blob::sha256(origin.as_bytes())))
}

/// The files of a place where a store lies: as it is named, and where that leads.
fn places(folder: &Path, root: &Path) -> BTreeSet<PathBuf> {
    let named = std::path::absolute(root).ok();
    let lies = fs::canonicalize(root).ok();
    let file = |root: PathBuf| {
        folder.join(format!("{}.store", policy::blob::sha256(root.as_os_str().as_encoded_bytes())))
    };
    named.into_iter().chain(lies).map(file).collect()
}

/// A log that was written in a place before this one, and the file that remembers it.
pub(crate) fn other_at(folder: &Path, root: &Path, origin: &str) -> Option<(PathBuf, String)> {
    let known = places(folder, root).into_iter().filter_map(|file| {
        let before = fs::read_to_string(&file).ok()?;
        Some((file, before))
    });
    known.into_iter().find(|(_, before)| before != origin)
}

/// Remembers a checkpoint, unless a later one is remembered already, or one that the log has not
/// grown from: what tells that a store was put back is not forgotten when it is written to again.
/// Neither is another log that was written in its place, unless this one says so itself.
pub(crate) fn keep(
    folder: &Path,
    root: &Path,
    checkpoint: &str,
    grew_from: impl FnOnce(&Opened) -> bool,
    replaces: impl Fn() -> Option<String>,
) -> io::Result<()> {
    let invalid = |fault: String| io::Error::new(io::ErrorKind::InvalidData, fault);
    let opened = Trust::default().open(checkpoint).map_err(invalid)?;
    create_private(folder)?;
    let path = path(folder, &opened.origin);
    let lock = OpenOptions::new().create(true).append(true).open(path.with_extension("lock"))?;
    lock.lock()?;
    for place in places(folder, root) {
        match fs::read_to_string(&place).ok() {
            Some(before) if before == opened.origin || replaces().as_ref() != Some(&before) => {}
            _ => replace(&place, &opened.origin)?,
        }
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
