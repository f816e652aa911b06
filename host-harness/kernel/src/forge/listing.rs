//! What a commit holds: its files by path, and the id that git gives to all of them.

use std::collections::{BTreeMap, btree_map::Entry as Slot};

use agent_contract::{RepoPath, operation::FileMode};
use policy::Code;

use super::ObjectId;
use crate::KernelError;

/// The five kinds of entries that git knows beside folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    Plain,
    /// A file that can be executed.
    Executable,
    /// A file with a mode that git no longer gives, and keeps where it is.
    GroupWritable,
    /// A symbolic link.
    Link,
    /// A commit of another repository.
    Submodule,
}

impl EntryKind {
    const ALL: [Self; 5] = [Self::Plain, Self::Executable, Self::GroupWritable, Self::Link, Self::Submodule];

    /// The kind that git writes like this.
    pub(super) fn parse(mode: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.mode() == mode)
    }

    /// How git writes it.
    pub fn mode(self) -> &'static str {
        match self {
            Self::Plain => "100644",
            Self::Executable => "100755",
            Self::GroupWritable => "100664",
            Self::Link => "120000",
            Self::Submodule => "160000",
        }
    }

    /// The mode of a file; none for what is no file.
    pub fn file_mode(self) -> Option<FileMode> {
        match self {
            Self::Plain | Self::GroupWritable => Some(FileMode::Plain),
            Self::Executable => Some(FileMode::Executable),
            Self::Link | Self::Submodule => None,
        }
    }
}

impl From<FileMode> for EntryKind {
    fn from(mode: FileMode) -> Self {
        match mode {
            FileMode::Plain => Self::Plain,
            FileMode::Executable => Self::Executable,
        }
    }
}

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its kind.
    pub kind: EntryKind,
    /// The id of its content.
    pub id: ObjectId,
}

/// Everything that a commit holds, folders left out: git has none without content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    entries: BTreeMap<RepoPath, Entry>,
}

impl Listing {
    /// What stands at a path.
    pub fn get(&self, path: &RepoPath) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// All of it, in the order of the paths.
    pub fn iter(&self) -> impl Iterator<Item = (&RepoPath, &Entry)> {
        self.entries.iter()
    }

    /// How much there is.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Puts something at a path, or takes away what is there.
    pub(super) fn set(&mut self, path: RepoPath, entry: Option<Entry>) {
        match entry {
            Some(entry) => self.entries.insert(path, entry),
            None => self.entries.remove(&path),
        };
    }

    /// The id of the tree that holds all of it.
    pub fn tree_id(&self) -> Result<ObjectId, KernelError> {
        let mut root = Folder::default();
        for (path, entry) in &self.entries {
            root.add(path, path.as_str(), entry)?;
        }
        Ok(root.id())
    }
}

/// A folder while its id is computed.
#[derive(Default)]
struct Folder<'a>(BTreeMap<&'a str, Node<'a>>);

enum Node<'a> {
    Leaf(&'a Entry),
    Folder(Folder<'a>),
}

impl<'a> Folder<'a> {
    fn add(&mut self, path: &RepoPath, rest: &'a str, entry: &'a Entry) -> Result<(), KernelError> {
        let twice = || {
            let message = format!("`{path}` would be a file and a folder at once");
            KernelError::new(Code::ForgeMalformed, message)
        };
        let Some((name, rest)) = rest.split_once('/') else {
            return match self.0.entry(rest) {
                Slot::Vacant(slot) => {
                    slot.insert(Node::Leaf(entry));
                    Ok(())
                }
                Slot::Occupied(_) => Err(twice()),
            };
        };
        match self.0.entry(name).or_insert_with(|| Node::Folder(Folder::default())) {
            Node::Folder(folder) => folder.add(path, rest, entry),
            Node::Leaf(_) => Err(twice()),
        }
    }

    fn id(&self) -> ObjectId {
        let rows = self.0.iter().map(|(name, node)| match node {
            Node::Leaf(entry) => Row { name, mode: entry.kind.mode(), id: entry.id.clone() },
            Node::Folder(folder) => Row { name, mode: FOLDER, id: folder.id() },
        });
        tree_id(rows.collect())
    }
}

/// The mode of a folder, as a tree has it.
pub(super) const FOLDER: &str = "40000";

/// A row of a tree.
pub(super) struct Row<'a> {
    pub name: &'a str,
    pub mode: &'a str,
    pub id: ObjectId,
}

/// The id of a tree with these rows. Git sorts a folder as if its name ended with `/`.
pub(super) fn tree_id(mut rows: Vec<Row>) -> ObjectId {
    let key = |row: &Row| {
        let end: &[u8] = if row.mode == FOLDER { b"/" } else { b"" };
        [row.name.as_bytes(), end].concat()
    };
    rows.sort_by_key(key);
    let mut content = Vec::new();
    for row in rows {
        content.extend_from_slice(format!("{} {}\0", row.mode, row.name).as_bytes());
        content.extend(row.id.bytes());
    }
    ObjectId::of_tree(&content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(rows: &[(&str, &str, &str)]) -> Listing {
        let mut listing = Listing::default();
        for (path, mode, content) in rows {
            let entry =
                Entry { kind: EntryKind::parse(mode).unwrap(), id: ObjectId::of_blob(content.as_bytes()) };
            listing.set(RepoPath::parse(path).unwrap(), Some(entry));
        }
        listing
    }

    #[test]
    fn a_tree_has_the_id_that_git_gives_it() {
        // As `git write-tree` prints it for the same files.
        let listing = listing(&[
            ("a.txt", "100644", "a\n"),
            ("a/b", "100755", "b\n"),
            ("a/c/d", "100644", "d\n"),
            ("a-b", "100644", "x\n"),
            ("z", "120000", "a.txt"),
        ]);
        assert_eq!(listing.tree_id().unwrap().as_str(), "60d4975fd9691ab51d1862e2f2eb065596c94c37");
    }

    #[test]
    fn a_path_is_not_a_file_and_a_folder() {
        let listing = listing(&[("a", "100644", "1"), ("a/b", "100644", "2")]);
        assert!(listing.tree_id().is_err());
    }
}
