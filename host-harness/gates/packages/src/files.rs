use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;
use finding::Tree;

use crate::kind::{Kind, kind};

/// Bytes that a manifest or lock file may have.
const BYTES_MAX: usize = 64 << 20;

/// Bytes that all of them may have together.
const TOTAL_BYTES_MAX: usize = 512 << 20;

/// The manifests and lock files of a tree, as text.
pub(crate) struct Files<'t> {
    tree: &'t dyn Tree,
    texts: BTreeMap<RepoPath, (Kind, String)>,
    read: BTreeSet<RepoPath>,
    broken: BTreeMap<RepoPath, String>,
    left: usize,
}

impl<'t> Files<'t> {
    /// Reads them.
    pub(crate) fn of(tree: &'t dyn Tree) -> Self {
        let mut files = Self {
            tree,
            texts: BTreeMap::new(),
            read: BTreeSet::new(),
            broken: BTreeMap::new(),
            left: TOTAL_BYTES_MAX,
        };
        for path in tree.paths() {
            let Some(kind) = kind(&path) else { continue };
            if kind == Kind::BunBinary {
                files.breaks(
                    &path,
                    "a binary lock file; `bun install --save-text-lockfile` writes one as text",
                );
            } else if let Some(text) = files.open(&path) {
                files.texts.insert(path, (kind, text));
            }
        }
        files
    }

    /// A file's text, whatever its name; none where there is no such file or it can't be read.
    pub(crate) fn open(&mut self, path: &RepoPath) -> Option<String> {
        if let Some((_, text)) = self.texts.get(path) {
            return Some(text.clone());
        }
        let bytes = match self.tree.read(path) {
            Ok(bytes) => bytes?,
            Err(why) => {
                self.breaks(path, why);
                return None;
            }
        };
        if bytes.len() > BYTES_MAX.min(self.left) {
            self.breaks(path, format!("{} bytes, more than are read", bytes.len()));
            return None;
        }
        self.left -= bytes.len();
        match decode(bytes) {
            Ok(text) => {
                self.read.insert(path.clone());
                Some(text)
            }
            Err(why) => {
                self.breaks(path, why);
                None
            }
        }
    }

    /// Notes that a file can't be understood.
    pub(crate) fn breaks(&mut self, path: &RepoPath, why: impl Into<String>) {
        self.broken.entry(path.clone()).or_insert_with(|| why.into());
    }

    /// Everything of a kind, each parsed; what can't be is noted as broken.
    pub(crate) fn parsed<T>(
        &mut self,
        of: Kind,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> BTreeMap<RepoPath, T> {
        let mut found = BTreeMap::new();
        for (path, (kind, text)) in &self.texts {
            if *kind != of {
                continue;
            }
            match parse(text) {
                Ok(value) => {
                    found.insert(path.clone(), value);
                }
                Err(why) => {
                    self.broken.entry(path.clone()).or_insert(why);
                }
            }
        }
        found
    }

    /// The files that were understood, and those that were not.
    pub(crate) fn done(self) -> (Vec<RepoPath>, Vec<(RepoPath, String)>) {
        let read = self.read.into_iter().filter(|path| !self.broken.contains_key(path)).collect();
        (read, self.broken.into_iter().collect())
    }
}

/// Text of UTF-8, or of UTF-16 that says so, as some project files are.
fn decode(bytes: Vec<u8>) -> Result<String, String> {
    let wide = |swap: bool| {
        let pair = |pair: &[u8]| {
            let pair = [pair[0], pair[1]];
            if swap { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
        };
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(pair).collect();
        String::from_utf16(&units).map_err(|_| "not UTF-16, as its start says".to_owned())
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => wide(false),
        [0xfe, 0xff, ..] => wide(true),
        [0xef, 0xbb, 0xbf, ..] => utf8(bytes[3..].to_vec()),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes)
        .map_err(|error| format!("not UTF-8 at byte {}", error.utf8_error().valid_up_to()))
}

/// The path that a file names from its own folder; none where it leads out of the repository.
pub(crate) fn beside(path: &RepoPath, relative: &str) -> Option<RepoPath> {
    let folder = path.parent();
    within(folder.as_ref().map_or("", RepoPath::as_str), relative)
        .and_then(|path| RepoPath::parse(&path).ok())
}

/// A folder's path joined with a relative one; empty is the root.
pub(crate) fn within(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    if relative.starts_with('/') {
        return None;
    }
    for part in relative.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The folder of a file; empty is the root.
pub(crate) fn folder(path: &RepoPath) -> String {
    path.parent().map_or_else(String::new, |folder| folder.as_str().to_owned())
}

/// A folder and those above it, innermost first; the last is the root, empty.
pub(crate) fn upwards(folder: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(folder);
    std::iter::from_fn(move || {
        let now = next?;
        next = match now.rsplit_once('/') {
            Some((above, _)) => Some(above),
            None if now.is_empty() => None,
            None => Some(""),
        };
        Some(now)
    })
}
