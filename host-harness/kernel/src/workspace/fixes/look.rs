use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use agent_contract::{RepoPath, operation::FileMode};
use cap_std::fs::{DirEntry, Metadata};

use super::tree::Tree;
use crate::{secret::ignored::rules::Rules, workspace::base::mode_of};

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stand {
    File { bytes: u64, mode: FileMode },
    Gone,
    Renewed,
    Ignored,
    Link(PathBuf),
    Special,
    Name,
    Unreadable,
}

pub(super) type Stands = BTreeMap<String, Stand>;

/// Entries of a tree that are looked at. A larger one is nobody's workspace.
const ENTRIES_MAX: usize = 2_000_000;

/// All that stands in a tree, but for what git ignores and what is git's.
pub(super) fn stands(tree: &Tree) -> Result<Stands, String> {
    let top = Folder { path: String::new(), rules: tree.rules(), renewed: false };
    let mut walk = Walk { tree, left: vec![top], found: Stands::new(), entries: 0 };
    while let Some(folder) = walk.left.pop() {
        walk.enter(&folder)?;
    }
    Ok(walk.found)
}

struct Folder {
    path: String,
    rules: Rules,
    /// Whether it, or one above it, is.
    renewed: bool,
}

struct Walk<'a> {
    tree: &'a Tree,
    left: Vec<Folder>,
    found: Stands,
    entries: usize,
}

impl Walk<'_> {
    fn enter(&mut self, folder: &Folder) -> Result<(), String> {
        let place = if folder.path.is_empty() { "." } else { &folder.path };
        let entries = match self.tree.dir.read_dir(place) {
            Err(error) if folder.path.is_empty() => return Err(error.to_string()),
            Err(_) => {
                self.found.insert(folder.path.clone(), Stand::Unreadable);
                return Ok(());
            }
            Ok(entries) => entries,
        };
        for entry in entries {
            let entry = entry.map_err(|error| error.to_string())?;
            self.entries += 1;
            if self.entries > ENTRIES_MAX {
                return Err(format!("it has more than {ENTRIES_MAX} entries"));
            }
            self.take(folder, &entry);
        }
        Ok(())
    }

    fn take(&mut self, folder: &Folder, entry: &DirEntry) {
        let name = entry.file_name();
        let joined = |name: &str| match folder.path.is_empty() {
            true => name.to_owned(),
            false => format!("{}/{name}", folder.path),
        };
        let Some(path) = name.to_str().map(joined).filter(|path| RepoPath::parse(path).is_ok()) else {
            self.found.insert(joined(&name.to_string_lossy()), Stand::Name);
            return;
        };
        if self.tree.left_out.iter().any(|left_out| left_out == Path::new(&path)) {
            return;
        }
        let Ok(metadata) = entry.metadata() else {
            self.found.insert(path, Stand::Unreadable);
            return;
        };
        match (folder.rules.ignore(&path, metadata.is_dir()), metadata.is_dir()) {
            (true, _) => self.take_ignored(folder, path),
            (false, true) => self.take_folder(folder, path),
            (false, false) => {
                let stand = self.stand(&path, &metadata);
                self.found.insert(path, stand);
            }
        }
    }

    /// Ignored things are passed over. In a renewed folder they are known, so that nobody
    /// takes them for gone.
    fn take_ignored(&mut self, folder: &Folder, path: String) {
        let stood = self.tree.lower().is_some_and(|lower| lower.symlink_metadata(&path).is_ok());
        if folder.renewed && stood {
            self.found.insert(path, Stand::Ignored);
        }
    }

    fn take_folder(&mut self, folder: &Folder, path: String) {
        let opaque = self.tree.is_opaque(&path);
        if opaque {
            self.found.insert(path.clone(), Stand::Renewed);
        }
        let rules = self.tree.rules_within(&folder.rules, &path);
        self.left.push(Folder { path, rules, renewed: folder.renewed || opaque });
    }

    fn stand(&self, path: &str, metadata: &Metadata) -> Stand {
        if metadata.is_file() {
            return Stand::File { bytes: metadata.len(), mode: mode_of(metadata) };
        }
        if metadata.is_symlink() {
            let target = self.tree.dir.read_link_contents(path);
            return target.map_or(Stand::Unreadable, Stand::Link);
        }
        if self.tree.is_whiteout(metadata) { Stand::Gone } else { Stand::Special }
    }
}
