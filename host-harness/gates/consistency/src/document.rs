//! Which files are documents, and how one is read.

use std::collections::BTreeSet;

use finding::{RepoPath, Tree};

use crate::{
    gate::Options,
    markdown::{self, Parts},
    place,
};

/// No honest document is larger.
const BYTES_MAX: usize = 4 << 20;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A README or its like: it is about the folder that it lies in.
    Readme,
    /// A page of a guide, which may speak of its reader's project.
    Guide,
}

/// A document that was read.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) path: RepoPath,
    pub(crate) kind: Kind,
    pub(crate) parts: Parts,
    pub(crate) said: Said,
}

/// Words of a document that excuse others.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// What stands in quotes before a colon: keys of JSON that the reader is shown.
    pub(crate) keys: BTreeSet<String>,
    made: BTreeSet<String>,
    fetched: BTreeSet<String>,
}

/// Words of commands that make a file.
const FETCHING: [&str; 7] = ["curl", "wget", "cat >", "tee ", "touch", "cp ", "mv "];

/// Words of lines that tell a reader to make a file, or that speak of one as an example.
const MAKING: [&str; 20] = [
    "creat", "save", "curl", "wget", "cat >", "tee ", "touch", "cp ", "mv ", "generat", "write", "written",
    "rename", "copy", "add a", "output", "example,", "e.g.", "your own", "removed",
];

impl Said {
    fn of(text: &str) -> Self {
        let mut said = Self::default();
        for line in text.lines() {
            let lower = line.to_ascii_lowercase();
            if line.contains("> ") || MAKING.iter().any(|word| lower.contains(word)) {
                let part = |c: char| c.is_alphanumeric() || "_.-".contains(c);
                let names = line.split(|c| !part(c)).map(|name| name.trim_matches('.'));
                let names: Vec<_> = names.filter(|name| name.contains('.')).map(str::to_owned).collect();
                if line.contains("> ") || FETCHING.iter().any(|word| lower.contains(word)) {
                    said.fetched.extend(names.iter().cloned());
                }
                said.made.extend(names);
            }
            let quoted: Vec<_> = line.split('"').collect();
            let keys = quoted.windows(2).filter(|pair| pair[1].trim_start().starts_with(':'));
            said.keys.extend(keys.map(|pair| pair[0].to_owned()));
        }
        said
    }

    /// Whether the document tells its reader to make a file of this name.
    pub(crate) fn makes(&self, name: &str) -> bool {
        self.made.contains(name)
    }

    /// Whether a command that it shows makes one.
    pub(crate) fn fetches(&self, name: &str) -> bool {
        self.fetched.contains(name)
    }
}

impl Document {
    /// Reads a document; none where it is gone.
    pub(crate) fn read(tree: &dyn Tree, path: &RepoPath, kind: Kind) -> Result<Option<Self>, String> {
        let Some(bytes) = tree.read(path)? else { return Ok(None) };
        if bytes.len() > BYTES_MAX {
            return Err(finding::too_large(BYTES_MAX));
        }
        let text = String::from_utf8(bytes).map_err(|error| format!("is not UTF-8: {error}"))?;
        let parts = markdown::parse(&text);
        let said = Said::of(&text);
        Ok(Some(Self { path: path.clone(), kind, parts, said }))
    }

    /// The folder that it lies in; empty for the root.
    pub(crate) fn folder(&self) -> &str {
        self.path.as_str().rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// What a file is as a document, told from its name; none where it is none.
pub(crate) fn kind(path: &RepoPath, options: &Options) -> Option<Kind> {
    if !path.as_str().ends_with(['d', 'D', 'n', 'N']) {
        return None;
    }
    let (stem, ending) = place::name(path.as_str()).rsplit_once('.')?;
    if !["md", "markdown", "mdown", "mkd"].iter().any(|known| known.eq_ignore_ascii_case(ending)) {
        return None;
    }
    if PAST.iter().any(|word| stem.to_ascii_lowercase().contains(word)) {
        return None;
    }
    let starts = |known: &String| {
        let start = stem.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known));
        start && stem[known.len()..].chars().next().is_none_or(|next| !next.is_alphanumeric())
    };
    if options.names.iter().any(starts) {
        return Some(Kind::Readme);
    }
    let mut folders = path.components().rev().skip(1);
    let guide = folders.any(|folder| options.folders.iter().any(|known| known == folder));
    guide.then_some(Kind::Guide)
}

/// Words in the names of documents that tell of what was.
const PAST: [&str; 5] = ["changelog", "release-notes", "release_notes", "whatsnew", "history"];

/// Folders that hold what others wrote, and material of tests.
const FOREIGN: [&str; 19] = [
    "node_modules",
    "vendor",
    "vendored",
    "third_party",
    "third-party",
    "thirdparty",
    "external",
    "testdata",
    "test-data",
    "test_data",
    "fixtures",
    "__fixtures__",
    "snapshots",
    "__snapshots__",
    "templates",
    "template",
    "site-packages",
    "bower_components",
    ".cargo",
];

/// Whether a file lies in such a folder.
pub(crate) fn is_foreign(path: &RepoPath) -> bool {
    path.components().rev().skip(1).any(|folder| FOREIGN.contains(&folder))
}
