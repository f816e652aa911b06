//! How a folder is: everything of it that a write could change.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

/// Every entry below some folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<PathBuf, Entry>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    mode: u32,
    owner: (u32, u32),
    links: u64,
    modified: (i64, i64),
    content: Vec<u8>,
}

impl Snapshot {
    /// How these folders are now.
    pub fn of(folders: &[&Path]) -> Self {
        let mut entries = BTreeMap::new();
        folders.iter().for_each(|folder| walk(folder, &mut entries));
        Self(entries)
    }

    /// What differs in a later one.
    pub fn differs(&self, later: &Self) -> Vec<String> {
        let gone = self.0.iter().filter(|(path, entry)| later.0.get(*path) != Some(entry));
        let new = later.0.keys().filter(|path| !self.0.contains_key(*path));
        gone.map(|(path, _)| path).chain(new).map(|path| path.display().to_string()).collect()
    }
}

fn walk(path: &Path, entries: &mut BTreeMap<PathBuf, Entry>) {
    let Ok(metadata) = path.symlink_metadata() else { return };
    let kind = metadata.file_type();
    let content = if kind.is_file() {
        fs::read(path).unwrap_or_default()
    } else if kind.is_symlink() {
        fs::read_link(path).map(|target| target.into_os_string().into_encoded_bytes()).unwrap_or_default()
    } else {
        Vec::new()
    };
    let entry = Entry {
        mode: metadata.mode(),
        owner: (metadata.uid(), metadata.gid()),
        links: metadata.nlink(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        content,
    };
    entries.insert(path.to_owned(), entry);
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        if kind.is_dir() {
            walk(&entry.path(), entries);
        }
    }
}
