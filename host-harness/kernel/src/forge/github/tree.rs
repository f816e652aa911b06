//! What a commit holds: all of it, or the folders that a change touches. Whatever the
//! forge says is held against the ids that git gives.

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::{RepoPath, fault::shown};
use policy::Code;

use super::{Github, answer, api::Talk, too_large};
use crate::{
    KernelError,
    forge::{
        Entry, EntryKind, Listing, ObjectId,
        listing::{FOLDER, Row, tree_id},
    },
};

/// All that a commit holds.
#[derive(Debug)]
pub(super) struct Listed {
    pub listing: Listing,
    /// What the forge says of the size of each blob.
    pub sizes: BTreeMap<ObjectId, u64>,
}

impl Github {
    pub(super) async fn tree_of(&self, talk: &Talk, commit: &ObjectId) -> Result<ObjectId, KernelError> {
        let found: answer::Commit = talk.get(&self.path(&format!("/git/commits/{commit}"))).await?;
        match found.sha == *commit {
            true => Ok(found.tree.sha),
            false => Err(other_object(commit, &found.sha)),
        }
    }

    /// Lists a tree in one request, or folder by folder where the forge cuts it short.
    pub(super) async fn list(&self, talk: &Talk, tree: &ObjectId) -> Result<Listed, KernelError> {
        let path = self.path(&format!("/git/trees/{tree}?recursive=1"));
        let whole: answer::Tree = talk.get(&path).await?;
        if whole.truncated {
            return self.walk(talk, tree).await;
        }
        let mut listed = Listed::new();
        for entry in whole.tree.into_iter().filter(|entry| !is_folder(entry)) {
            listed.add("", entry, self.config.limits.files)?;
        }
        let found = listed.listing.tree_id()?;
        match found == *tree {
            true => Ok(listed),
            false => Err(other_object(tree, &found)),
        }
    }

    async fn walk(&self, talk: &Talk, tree: &ObjectId) -> Result<Listed, KernelError> {
        let mut listed = Listed::new();
        let mut ahead = vec![(String::new(), tree.clone())];
        let files_max = self.config.limits.files;
        let mut folders = 0;
        while let Some((prefix, id)) = ahead.pop() {
            folders += 1;
            if folders > files_max {
                return Err(too_large("the number of the repository's folders", folders, files_max, "files"));
            }
            for entry in self.folder(talk, &id).await? {
                match is_folder(&entry) {
                    true => ahead.push((format!("{prefix}{}/", name(&entry.path)?), entry.sha)),
                    false => listed.add(&prefix, entry, files_max)?,
                }
            }
        }
        Ok(listed)
    }

    /// The entries of one folder.
    async fn folder(&self, talk: &Talk, id: &ObjectId) -> Result<Vec<answer::TreeEntry>, KernelError> {
        let found: answer::Tree = talk.get(&self.path(&format!("/git/trees/{id}"))).await?;
        if found.truncated {
            let message =
                format!("the forge does not tell all entries of the folder `{id}`: it has too many");
            return Err(KernelError::new(Code::ForgeTooLarge, message));
        }
        let rows = found.tree.iter().map(|entry| Row {
            name: &entry.path,
            mode: if is_folder(entry) { FOLDER } else { &entry.mode },
            id: entry.sha.clone(),
        });
        let told = tree_id(rows.collect());
        match told == *id {
            true => Ok(found.tree),
            false => Err(other_object(id, &told)),
        }
    }

    /// The folders that these paths lie in, as a tree has them.
    pub(super) async fn touched(
        &self,
        talk: &Talk,
        tree: &ObjectId,
        paths: &BTreeSet<RepoPath>,
    ) -> Result<Touched, KernelError> {
        let mut touched = Touched::default();
        touched.folders.insert(String::new(), self.rows(talk, tree).await?);
        let folders: BTreeSet<_> = paths.iter().flat_map(folders_of).collect();
        for folder in folders {
            let (parent, name) = split(&folder);
            let id = match touched.folders.get(parent).and_then(|rows| rows.get(name)) {
                Some(Held { mode, id }) if mode == FOLDER => Some(id.clone()),
                _ => None,
            };
            let rows = match id {
                Some(id) => self.rows(talk, &id).await?,
                None => BTreeMap::new(),
            };
            touched.folders.insert(folder, rows);
        }
        Ok(touched)
    }

    async fn rows(&self, talk: &Talk, id: &ObjectId) -> Result<BTreeMap<String, Held>, KernelError> {
        let entries = self.folder(talk, id).await?.into_iter();
        Ok(entries
            .map(|entry| {
                let mode = if is_folder(&entry) { FOLDER.to_owned() } else { entry.mode };
                (entry.path, Held { mode, id: entry.sha })
            })
            .collect())
    }
}

impl Listed {
    fn new() -> Self {
        Self { listing: Listing::default(), sizes: BTreeMap::new() }
    }

    fn add(&mut self, prefix: &str, entry: answer::TreeEntry, files_max: u64) -> Result<(), KernelError> {
        let text = format!("{prefix}{}", entry.path);
        let path = RepoPath::parse(&text).map_err(|malformed| {
            let message = format!("the repository holds what is not worked with: {malformed}");
            KernelError::new(Code::RepositoryUnusable, message)
        })?;
        let kind = EntryKind::parse(&entry.mode).ok_or_else(|| odd_mode(&entry))?;
        self.sizes.extend(entry.size.map(|size| (entry.sha.clone(), size)));
        if self.listing.get(&path).is_some() {
            let message = format!("the forge lists `{path}` twice");
            return Err(KernelError::new(Code::ForgeMalformed, message));
        }
        self.listing.set(path, Some(Entry { kind, id: entry.sha }));
        let files = self.listing.len() as u64;
        match files > files_max {
            true => Err(too_large("the number of the repository's files", files, files_max, "files")),
            false => Ok(()),
        }
    }
}

/// The folders of a tree that a change touches, with everything that stands in them.
#[derive(Debug, Default)]
pub(super) struct Touched {
    folders: BTreeMap<String, BTreeMap<String, Held>>,
}

/// What stands under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub mode: String,
    pub id: ObjectId,
}

impl Touched {
    /// What stands at a path whose folder is among them.
    pub fn get(&self, path: &RepoPath) -> Option<&Held> {
        let (folder, name) = split(path.as_str());
        self.folders.get(folder)?.get(name)
    }

    /// Whether what is in a folder is known.
    pub fn looks_into(&self, folder: &RepoPath) -> bool {
        self.folders.contains_key(folder.as_str())
    }

    /// Puts a file at a path, or takes away what is there.
    pub fn set(&mut self, path: &RepoPath, file: Option<Held>) {
        let (folder, name) = split(path.as_str());
        let rows = self.folders.entry(folder.to_owned()).or_default();
        match file {
            Some(file) => rows.insert(name.to_owned(), file),
            None => rows.remove(name),
        };
    }

    /// The id of the whole tree as it is now. A folder without content is none.
    pub fn tree_id(mut self) -> Result<ObjectId, KernelError> {
        let mut names: Vec<_> = self.folders.keys().cloned().collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.split('/').count() + usize::from(!name.is_empty())));
        let mut root = ObjectId::of_tree(b"");
        for name in names {
            let rows = self.folders.remove(&name).unwrap_or_default();
            let id = id_of(&rows);
            if name.is_empty() {
                root = id;
                break;
            }
            self.put_folder(&name, (!rows.is_empty()).then_some(id))?;
        }
        Ok(root)
    }

    fn put_folder(&mut self, path: &str, id: Option<ObjectId>) -> Result<(), KernelError> {
        let (parent, name) = split(path);
        let rows = self.folders.entry(parent.to_owned()).or_default();
        let is_file = rows.get(name).is_some_and(|held| held.mode != FOLDER);
        match id {
            Some(_) if is_file => {
                let message = format!("the change has files beneath `{path}`, which is a file itself");
                return Err(KernelError::new(Code::ArgumentMalformed, message));
            }
            Some(id) => drop(rows.insert(name.to_owned(), Held { mode: FOLDER.to_owned(), id })),
            None if is_file => {}
            None => drop(rows.remove(name)),
        }
        Ok(())
    }
}

fn id_of(rows: &BTreeMap<String, Held>) -> ObjectId {
    let rows = rows.iter().map(|(name, held)| Row { name, mode: &held.mode, id: held.id.clone() });
    tree_id(rows.collect())
}

/// The folders above a path, without the root.
fn folders_of(path: &RepoPath) -> Vec<String> {
    std::iter::successors(path.parent(), RepoPath::parent).map(|folder| folder.to_string()).collect()
}

/// The folder that something is in, and its name there.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn is_folder(entry: &answer::TreeEntry) -> bool {
    matches!(entry.mode.as_str(), "040000" | FOLDER)
}

/// A name in one folder leads nowhere else.
fn name(text: &str) -> Result<&str, KernelError> {
    match text.contains('/') {
        true => {
            Err(KernelError::new(Code::ForgeMalformed, format!("`{}` is no name in a folder", shown(text))))
        }
        false => Ok(text),
    }
}

fn odd_mode(entry: &answer::TreeEntry) -> KernelError {
    let message =
        format!("`{}` has the mode `{}`, which git does not know", shown(&entry.path), shown(&entry.mode));
    KernelError::new(Code::ForgeMalformed, message)
}

pub(super) fn other_object(asked: &ObjectId, found: &ObjectId) -> KernelError {
    let message = format!("the forge was asked for the git object `{asked}`, and what it gives is `{found}`");
    KernelError::new(Code::ForgeObject, message)
}
