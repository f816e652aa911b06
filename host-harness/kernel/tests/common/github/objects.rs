//! Git's objects: named by the SHA-1 of what they hold, as git itself does.

use std::collections::BTreeMap;

use sha1::{Digest, Sha1};

/// An object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object {
    Blob(Vec<u8>),
    Tree(BTreeMap<String, Row>),
    Commit(Commit),
}

/// A row of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub mode: String,
    pub sha: String,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub tree: String,
    pub parents: Vec<String>,
    pub author: Person,
    pub committer: Person,
    pub message: String,
}

/// Who, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub email: String,
    /// Seconds since 1970.
    pub at: u64,
}

impl Person {
    fn line(&self) -> String {
        format!("{} <{}> {} +0000", self.name, self.email, self.at)
    }
}

/// Everything that the forge holds.
#[derive(Debug, Clone, Default)]
pub struct Store {
    pub objects: BTreeMap<String, Object>,
}

impl Store {
    /// Takes an object up and says its id.
    pub fn add(&mut self, object: Object) -> String {
        let (kind, content) = bytes(&object);
        let id = id(kind, &content);
        self.objects.insert(id.clone(), object);
        id
    }

    pub fn blob(&self, sha: &str) -> Option<&Vec<u8>> {
        match self.objects.get(sha)? {
            Object::Blob(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub fn tree(&self, sha: &str) -> Option<&BTreeMap<String, Row>> {
        match self.objects.get(sha)? {
            Object::Tree(rows) => Some(rows),
            _ => None,
        }
    }

    pub fn commit(&self, sha: &str) -> Option<&Commit> {
        match self.objects.get(sha)? {
            Object::Commit(commit) => Some(commit),
            _ => None,
        }
    }

    /// How many commits there are, with and without a branch.
    pub fn commits(&self) -> usize {
        self.objects.values().filter(|object| matches!(object, Object::Commit(_))).count()
    }

    /// Everything beneath a tree: paths, folders among them, and what stands there.
    pub fn flat(&self, tree: &str) -> BTreeMap<String, Row> {
        let mut found = BTreeMap::new();
        for (name, row) in self.tree(tree).into_iter().flatten() {
            found.insert(name.clone(), row.clone());
            if row.mode == "040000" {
                let below = self.flat(&row.sha).into_iter();
                found.extend(below.map(|(path, row)| (format!("{name}/{path}"), row)));
            }
        }
        found
    }

    /// The tree with these files and no other.
    pub fn grow(&mut self, files: &BTreeMap<String, Row>) -> String {
        let mut rows = BTreeMap::new();
        let mut folders: BTreeMap<String, BTreeMap<String, Row>> = BTreeMap::new();
        for (path, row) in files.iter().filter(|(_, row)| row.mode != "040000") {
            match path.split_once('/') {
                None => drop(rows.insert(path.clone(), row.clone())),
                Some((folder, rest)) => {
                    folders.entry(folder.to_owned()).or_default().insert(rest.to_owned(), row.clone());
                }
            }
        }
        for (name, files) in folders {
            let sha = self.grow(&files);
            rows.insert(name, Row { mode: "040000".to_owned(), sha });
        }
        self.add(Object::Tree(rows))
    }

    /// Whether one commit is another one, or comes after it.
    pub fn is_ancestor(&self, old: &str, new: &str) -> bool {
        let mut ahead = vec![new.to_owned()];
        while let Some(sha) = ahead.pop() {
            if sha == old {
                return true;
            }
            ahead.extend(self.commit(&sha).into_iter().flat_map(|commit| commit.parents.clone()));
        }
        false
    }
}

/// An object's kind and content, as git writes them.
pub fn bytes(object: &Object) -> (&'static str, Vec<u8>) {
    match object {
        Object::Blob(bytes) => ("blob", bytes.clone()),
        Object::Tree(rows) => ("tree", tree_bytes(rows)),
        Object::Commit(commit) => ("commit", commit_bytes(commit)),
    }
}

fn tree_bytes(rows: &BTreeMap<String, Row>) -> Vec<u8> {
    let mut sorted: Vec<_> = rows.iter().collect();
    sorted.sort_by_key(|(name, row)| {
        format!("{name}{}", if row.mode == "040000" { "/" } else { "" }).into_bytes()
    });
    let mut bytes = Vec::new();
    for (name, row) in sorted {
        bytes.extend_from_slice(format!("{} {name}\0", row.mode.trim_start_matches('0')).as_bytes());
        bytes.extend((0..20).map(|at| u8::from_str_radix(&row.sha[2 * at..2 * at + 2], 16).unwrap()));
    }
    bytes
}

fn commit_bytes(commit: &Commit) -> Vec<u8> {
    let parents: String = commit.parents.iter().map(|parent| format!("parent {parent}\n")).collect();
    let (author, committer) = (commit.author.line(), commit.committer.line());
    format!("tree {}\n{parents}author {author}\ncommitter {committer}\n\n{}", commit.tree, commit.message)
        .into_bytes()
}

/// Git's name for content.
pub fn id(kind: &str, content: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(format!("{kind} {}\0", content.len()));
    hash.update(content);
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
