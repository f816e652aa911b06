//! What git would ignore, by the files that say so.

use std::{io::Read as _, sync::Arc};

use cap_std::fs::Dir;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The rules that hold in a folder: its own, then those of the folders above it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    own: Option<Arc<Gitignore>>,
    above: Option<Arc<Rules>>,
}

/// Git's own list for one clone.
pub(super) const EXCLUDE: &str = ".git/info/exclude";
const BYTES_MAX: u64 = 1024 * 1024;

impl Rules {
    /// The rules of the repository's top folder: git's own list for this clone is the
    /// weakest, as it is in git.
    pub(crate) fn top(dir: &Dir) -> Self {
        Self::of_clone(exclude(dir).as_deref()).within(dir, "")
    }

    /// Git's own list for a clone alone, by its text.
    pub(crate) fn of_clone(text: Option<&str>) -> Self {
        Self::default().told("", text)
    }

    /// The rules of a folder beneath.
    pub(crate) fn within(&self, dir: &Dir, folder: &str) -> Self {
        self.told(folder, text(dir, &place(folder)).as_deref())
    }

    /// The rules of a folder beneath, by the text of its `.gitignore`.
    pub(crate) fn told(&self, folder: &str, text: Option<&str>) -> Self {
        let Some(text) = text else { return self.clone() };
        let mut builder = GitignoreBuilder::new(folder);
        for line in text.trim_start_matches('\u{feff}').lines() {
            // A line that git can't read either ignores nothing.
            let _ = builder.add_line(None, &spelled(line));
        }
        let own = builder.build().ok().map(Arc::new);
        Self { own, above: Some(Arc::new(self.clone())) }
    }

    /// Whether a path is ignored. The nearest rules that say anything about it decide.
    pub(crate) fn ignore(&self, path: &str, is_folder: bool) -> bool {
        let mut rules = Some(self);
        while let Some(current) = rules {
            if let Some(own) = &current.own {
                let matched = own.matched(path, is_folder);
                if !matched.is_none() {
                    return matched.is_ignore();
                }
            }
            rules = current.above.as_deref();
        }
        false
    }
}

/// Git's own list for the clone that lies in a folder.
pub(crate) fn exclude(dir: &Dir) -> Option<String> {
    text(dir, EXCLUDE)
}

/// Where the rules of a folder stand.
pub(crate) fn place(folder: &str) -> String {
    if folder.is_empty() { ".gitignore".to_owned() } else { format!("{folder}/.gitignore") }
}

/// Classes of characters as git knows them, and what they stand for.
const CLASSES: &[(&str, &str)] = &[
    ("[:alpha:]", "A-Za-z"),
    ("[:digit:]", "0-9"),
    ("[:alnum:]", "A-Za-z0-9"),
    ("[:lower:]", "a-z"),
    ("[:upper:]", "A-Z"),
    ("[:xdigit:]", "0-9A-Fa-f"),
    ("[:space:]", " \t"),
    ("[:blank:]", " \t"),
];

fn spelled(line: &str) -> String {
    CLASSES.iter().fold(line.to_owned(), |line, (class, stands)| line.replace(class, stands))
}

fn text(dir: &Dir, file: &str) -> Option<String> {
    // Git follows no link to such a file either.
    dir.symlink_metadata(file).ok().filter(|metadata| metadata.is_file())?;
    let mut bytes = Vec::new();
    dir.open(file).ok()?.take(BYTES_MAX).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
