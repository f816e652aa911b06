use std::collections::BTreeMap;

use agent_contract::RepoPath;
use policy::{Code, Permit, call::ListCall};

use super::{Workspace, overlay::Layer};
use crate::KernelError;

/// What an entry of a listing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
}

/// An entry of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path.
    pub path: RepoPath,
    /// What it is.
    pub kind: EntryKind,
    /// Its size; zero for a folder.
    pub bytes: u64,
}

/// A part of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// The entries, in the order of their names.
    pub entries: Vec<Entry>,
    /// Where the listing goes on.
    pub next: Option<String>,
    /// Entries left out because their names can't be told.
    pub unreadable: u64,
}

impl Workspace {
    /// Lists a folder, as far as it may be shown.
    pub fn list(
        &self,
        permit: Permit<ListCall>,
        shows: &dyn Fn(&RepoPath) -> bool,
    ) -> Result<Listing, KernelError> {
        let ListCall { folder, after, limit } = permit.into_call();
        let folder = folder.map(|folder| self.base.resolve(&folder)).transpose()?;
        let (names, unreadable) = self.names(folder.as_ref())?;
        let later = names.into_iter().filter(|(name, _)| after.as_ref().is_none_or(|after| name > after));
        let later = later.filter(|(_, entry)| entry.kind == EntryKind::Folder || shows(&entry.path));
        let mut entries: Vec<(String, Entry)> = later.take(limit as usize + 1).collect();
        let more = entries.len() > limit as usize;
        entries.truncate(limit as usize);
        let next = entries.last().filter(|_| more).map(|(name, _)| name.clone());
        Ok(Listing { entries: entries.into_iter().map(|(_, entry)| entry).collect(), next, unreadable })
    }

    /// Everything directly in a folder, base and overlay together.
    pub(super) fn names(
        &self,
        folder: Option<&RepoPath>,
    ) -> Result<(BTreeMap<String, Entry>, u64), KernelError> {
        let (mut names, unreadable) = self.base_names(folder)?;
        for (path, layer) in self.overlay.iter() {
            let Some((name, direct)) = child_of(folder, path) else { continue };
            match (layer, direct) {
                (Layer::Gone, true) => drop(names.remove(&name)),
                (Layer::Gone, false) => {}
                (Layer::File { file, .. }, true) => {
                    let bytes = file.blob.bytes().len() as u64;
                    names.insert(name, Entry { path: path.clone(), kind: EntryKind::File, bytes });
                }
                (Layer::File { .. }, false) => {
                    let path = join(folder, &name)?;
                    names.entry(name).or_insert(Entry { path, kind: EntryKind::Folder, bytes: 0 });
                }
            }
        }
        match names.is_empty() && folder.is_some_and(|folder| !self.is_folder(folder)) {
            true => Err(no_folder(folder)),
            false => Ok((names, unreadable)),
        }
    }

    fn is_folder(&self, folder: &RepoPath) -> bool {
        self.base.metadata(folder).is_ok_and(|found| found.is_some_and(|metadata| metadata.is_dir()))
    }

    fn base_names(&self, folder: Option<&RepoPath>) -> Result<(BTreeMap<String, Entry>, u64), KernelError> {
        let mut names = BTreeMap::new();
        let mut unreadable = 0;
        if folder.is_some_and(|folder| !self.is_folder(folder)) {
            return Ok((names, unreadable));
        }
        let place = folder.map_or(".", RepoPath::as_str);
        for entry in self.base.dir.read_dir(place).map_err(KernelError::io("list", place))? {
            let entry = entry.map_err(KernelError::io("list", place))?;
            let name = entry.file_name().into_string().ok();
            match name.map(|name| (join(folder, &name), name)) {
                Some((Ok(path), name)) => {
                    let metadata = entry.metadata().map_err(KernelError::io("look at", &path))?;
                    let kind = match (metadata.is_dir(), metadata.is_symlink()) {
                        (true, _) => EntryKind::Folder,
                        (_, true) => EntryKind::Link,
                        _ => EntryKind::File,
                    };
                    let bytes = if kind == EntryKind::Folder { 0 } else { metadata.len() };
                    names.insert(name, Entry { path, kind, bytes });
                }
                Some((Err(_), name)) if name == ".git" => {}
                _ => unreadable += 1,
            }
        }
        Ok((names, unreadable))
    }
}

fn no_folder(folder: Option<&RepoPath>) -> KernelError {
    let name = folder.map_or(".", RepoPath::as_str);
    KernelError::new(Code::FileKind, format!("`{name}` is not a folder"))
}

fn join(folder: Option<&RepoPath>, name: &str) -> Result<RepoPath, KernelError> {
    let joined = folder.map_or_else(|| RepoPath::parse(name), |folder| folder.join(name));
    joined.map_err(|fault| KernelError::new(Code::PathOutside, fault.to_string()))
}

/// The name that `path` has in `folder`, and whether it is the last component.
fn child_of(folder: Option<&RepoPath>, path: &RepoPath) -> Option<(String, bool)> {
    let rest = match folder {
        None => path.as_str(),
        Some(folder) => path.as_str().strip_prefix(folder.as_str())?.strip_prefix('/')?,
    };
    match rest.split_once('/') {
        None => Some((rest.to_owned(), true)),
        Some((name, _)) => Some((name.to_owned(), false)),
    }
}
