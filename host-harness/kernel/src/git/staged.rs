//! What git's index holds: what the next commit is to be.

use std::{collections::BTreeMap, path::Path};

use agent_contract::{RepoPath, fault::shown};
use policy::Code;

use super::{objects, worktree::Checkout};
use crate::KernelError;

/// The files of an index.
#[derive(Debug)]
pub struct Staged {
    checkout: Checkout,
    files: BTreeMap<RepoPath, String>,
    /// What has a name that can't be told, or two contents.
    pub untold: Vec<String>,
}

/// A line of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    /// Whether git was told not to look at the file in the checkout.
    pub unseen: bool,
    pub mode: &'a str,
    pub id: &'a str,
    /// Other than zero where a merge left more than one.
    pub stage: &'a str,
    pub path: &'a str,
}

impl Staged {
    /// Reads the index of the repository around `root`.
    pub fn open(root: &Path) -> Result<Self, KernelError> {
        let checkout = Checkout::around(root)?.ok_or_else(|| {
            let message = format!("`{}` is in no repository of git's, so nothing is staged", root.display());
            KernelError::new(Code::RepositoryUnusable, message)
        })?;
        let text = listed(&checkout, root)?;
        let (mut files, mut untold) = (BTreeMap::new(), Vec::new());
        for entry in entries(&text).filter(|entry| entry.mode.starts_with("100")) {
            match RepoPath::parse(entry.path) {
                Ok(path) if entry.stage == "0" => drop(files.insert(path, entry.id.to_owned())),
                Ok(path) => {
                    untold.push(format!("`{path}` is staged in more than one version: finish the merge"))
                }
                Err(_) => untold.push(format!("`{}` has a name that can't be told", shown(entry.path))),
            }
        }
        untold.dedup();
        Ok(Self { checkout, files, untold })
    }

    /// The files, in order.
    pub fn paths(&self) -> impl Iterator<Item = &RepoPath> {
        self.files.keys()
    }

    /// What is staged of a file; none where nothing is.
    pub fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, KernelError> {
        let Some(id) = self.files.get(path) else { return Ok(None) };
        let read = objects::read(self.checkout.own(), std::slice::from_ref(id))?;
        let object = read.into_iter().next().flatten();
        object.map(|object| Some(object.content)).ok_or_else(|| {
            let message = format!("what is staged of `{path}` is not among the repository's objects");
            KernelError::new(Code::RepositoryUnusable, message)
        })
    }
}

/// The lines of an index.
pub(super) fn listed(checkout: &Checkout, root: &Path) -> Result<String, KernelError> {
    let output = checkout.git(&["ls-files", "-v", "--stage", "-z"]).folder(root).run(&[])?;
    Ok(String::from_utf8_lossy(&output).into_owned())
}

/// What the lines say: `H 100644 <id> 0\t<path>`, with a small letter or `S` where git was
/// told not to look.
pub(super) fn entries(text: &str) -> impl Iterator<Item = Entry<'_>> {
    text.split_terminator('\0').filter_map(|line| {
        let (head, path) = line.split_once('\t')?;
        let mut words = head.split(' ');
        let flag = words.next()?;
        let (mode, id, stage) = (words.next()?, words.next()?, words.next()?);
        let unseen = flag == "S" || flag.starts_with(|c: char| c.is_ascii_lowercase());
        Some(Entry { unseen, mode, id, stage, path })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_an_index_tell_what_git_does_not_look_at() {
        let text = "H 100644 aa 0\ta b\0h 100755 bb 0\tc\0S 100644 cc 2\td\te\0";
        let read: Vec<_> = entries(text).map(|entry| (entry.unseen, entry.stage, entry.path)).collect();
        assert_eq!(read, [(false, "0", "a b"), (true, "0", "c"), (true, "2", "d\te")]);
    }
}
