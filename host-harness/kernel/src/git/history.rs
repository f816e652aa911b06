//! Everything that files of a repository ever held, in commits that a reference leads to.

use std::{collections::BTreeMap, path::Path};

use agent_contract::RepoPath;
use policy::Code;

use super::{
    objects::{self, Kind},
    refs::is_id,
    repository::Repository,
    worktree::Checkout,
};
use crate::KernelError;

/// Bytes of files that are read at once.
const BATCH_BYTES: u64 = 32 * 1024 * 1024;
/// Files of one batch.
const BATCH_FILES: usize = 2000;

/// The history of a repository.
#[derive(Debug)]
pub struct History {
    checkout: Checkout,
    heads: Vec<String>,
    /// What files held, by id: one path of each, and its size.
    blobs: BTreeMap<String, (RepoPath, u64)>,
    /// What has a name that can't be told.
    pub untold: Vec<String>,
}

/// What a file held once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// The id of the content.
    pub id: String,
    /// A path that it had.
    pub path: RepoPath,
    /// The content.
    pub bytes: Vec<u8>,
}

impl History {
    /// Looks for everything that the commits of the repository around `root` hold.
    pub fn open(root: &Path) -> Result<Self, KernelError> {
        let checkout = Checkout::around(root)?.ok_or_else(|| {
            let message = format!("`{}` is in no repository of git's, so it has no history", root.display());
            KernelError::new(Code::RepositoryUnusable, message)
        })?;
        if input_shallow(checkout.repository())? {
            let message = format!(
                "`{}` is a shallow clone: most of its history is not here\nhint: `git fetch --unshallow` brings it",
                root.display()
            );
            return Err(KernelError::new(Code::RepositoryUnusable, message));
        }
        let heads = checkout.repository().ids()?;
        let mut history = Self { checkout, heads, blobs: BTreeMap::new(), untold: Vec::new() };
        history.list()?;
        Ok(history)
    }

    fn list(&mut self) -> Result<(), KernelError> {
        let asked: String = self.heads.iter().map(|id| format!("{id}\n")).collect();
        let output = self.checkout.git(&["rev-list", "--objects", "--stdin"]).run(asked.as_bytes())?;
        let text = String::from_utf8_lossy(&output).into_owned();
        let named = text.lines().filter_map(|line| line.split_once(' '));
        let named: Vec<_> = named.filter(|(id, path)| is_id(id) && !path.is_empty()).collect();
        let ids: Vec<_> = named.iter().map(|(id, _)| (*id).to_owned()).collect();
        for ((id, path), size) in named.into_iter().zip(objects::sizes(self.checkout.own(), &ids)?) {
            let Some((Kind::Blob, bytes)) = size else { continue };
            match RepoPath::parse(path) {
                Ok(path) => drop(self.blobs.insert(id.to_owned(), (path, bytes))),
                Err(_) => {
                    let shown = agent_contract::fault::shown(path);
                    self.untold.push(format!("`{shown}` in the history has a name that can't be told"));
                }
            }
        }
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.blobs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.blobs.is_empty()
    }

    /// Hands over all of them, some at a time, until `take` says that it is enough.
    pub fn each(&self, take: &mut dyn FnMut(Vec<Blob>) -> bool) -> Result<(), KernelError> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for (id, (_, size)) in &self.blobs {
            if !batch.is_empty() && (bytes + size > BATCH_BYTES || batch.len() >= BATCH_FILES) {
                if !take(self.read(&std::mem::take(&mut batch))?) {
                    return Ok(());
                }
                bytes = 0;
            }
            batch.push(id.clone());
            bytes += size;
        }
        if !batch.is_empty() {
            take(self.read(&batch)?);
        }
        Ok(())
    }

    fn read(&self, ids: &[String]) -> Result<Vec<Blob>, KernelError> {
        let gone = |id: &String| {
            KernelError::new(Code::RepositoryUnusable, format!("the object {id} of the history is not there"))
        };
        let objects = objects::read(self.checkout.own(), ids)?;
        let blobs = ids.iter().zip(objects).map(|(id, object)| {
            let object = object.ok_or_else(|| gone(id))?;
            let (path, _) = self.blobs.get(id).ok_or_else(|| gone(id))?;
            Ok(Blob { id: id.clone(), path: path.clone(), bytes: object.content })
        });
        blobs.collect()
    }

    /// The oldest commit that brought a content.
    pub fn commit_of(&self, id: &str) -> Result<Option<String>, KernelError> {
        let asked: String = self.heads.iter().map(|head| format!("{head}\n")).collect();
        let find = format!("--find-object={id}");
        let words = ["log", "--no-textconv", "--no-ext-diff", "-m", "--format=%H", &find, "--stdin"];
        let output = self.checkout.git(&words).run(asked.as_bytes())?;
        let text = String::from_utf8_lossy(&output).into_owned();
        Ok(text.lines().rfind(|line| is_id(line)).map(str::to_owned))
    }
}

fn input_shallow(repository: &Repository) -> Result<bool, KernelError> {
    let found = super::input::look(repository.common(), "shallow");
    found
        .map(|found| found.is_some())
        .map_err(|error| repository.unusable(&format!("can't be looked through: {error}")))
}
