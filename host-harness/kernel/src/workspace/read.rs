use agent_contract::{RepoPath, operation::FileState};
use policy::{Code, Permit, call::ReadCall};

use super::{HeldFile, Workspace, overlay::Layer};
use crate::KernelError;

/// The content of a file.
pub type Content = HeldFile;

impl Workspace {
    /// Reads a whole file.
    pub fn read(&mut self, permit: Permit<ReadCall>) -> Result<Content, KernelError> {
        let path = permit.into_call().path;
        let missing = || KernelError::new(Code::FileMissing, format!("`{path}` does not exist"));
        self.file(&path)?.ok_or_else(missing)
    }

    /// The file at a path, links followed inside the repository.
    pub(crate) fn file(&mut self, path: &RepoPath) -> Result<Option<HeldFile>, KernelError> {
        match self.overlay.get(path) {
            Some(Layer::File { file, .. }) => return Ok(Some(file.clone())),
            Some(Layer::Gone) => return Ok(None),
            None => {}
        }
        let real = self.base.resolve(path)?;
        self.exact(&real)
    }

    /// The file at exactly this path.
    pub(super) fn exact(&mut self, path: &RepoPath) -> Result<Option<HeldFile>, KernelError> {
        match self.overlay.get(path) {
            Some(Layer::File { file, .. }) => Ok(Some(file.clone())),
            Some(Layer::Gone) => Ok(None),
            None => self.base_file(path),
        }
    }

    /// The same, for a look that nothing is made of: it need not stay as it was seen.
    pub(crate) fn glance(&self, path: &RepoPath) -> Result<Option<HeldFile>, KernelError> {
        match self.overlay.get(path) {
            Some(Layer::File { file, .. }) => Ok(Some(file.clone())),
            Some(Layer::Gone) => Ok(None),
            None => self.base.read(path),
        }
    }

    /// What the run wrote, with its size; nothing where it is gone.
    pub(crate) fn written(&self) -> impl Iterator<Item = (&RepoPath, Option<u64>)> {
        self.overlay.iter().map(|(path, layer)| match layer {
            Layer::File { file, .. } => (path, Some(file.blob.bytes().len() as u64)),
            Layer::Gone => (path, None),
        })
    }

    /// The base's file at exactly this path. Remembers how the run saw it first: the
    /// change is placed only over what was read.
    pub(super) fn base_file(&mut self, path: &RepoPath) -> Result<Option<HeldFile>, KernelError> {
        let file = self.base.read(path)?;
        let state = file.as_ref().map(HeldFile::state);
        match self.seen.get(path) {
            Some(seen) if *seen != state => Err(moved(path)),
            Some(_) => Ok(file),
            None => {
                self.seen.insert(path.clone(), state);
                Ok(file)
            }
        }
    }

    /// The state of a base's file as the run first saw it.
    pub(super) fn seen(&self, path: &RepoPath) -> Option<&FileState> {
        self.seen.get(path).and_then(Option::as_ref)
    }
}

fn moved(path: &RepoPath) -> KernelError {
    KernelError::new(Code::BaseMoved, format!("`{path}` was changed in the checkout while the run worked"))
}
