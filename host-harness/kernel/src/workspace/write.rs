use agent_contract::{
    RepoPath,
    operation::{FileMode, Operation, OperationKind},
};
use policy::{
    Blob, Code, Permit,
    call::{Change, WriteCall},
};

use super::{
    HeldFile, Workspace,
    base::{kind_of, link_error},
    overlay::Layer,
};
use crate::{KernelError, git};

impl Workspace {
    /// Makes an edit set: all of it, or none of it.
    pub fn write(&mut self, permit: Permit<WriteCall>) -> Result<Vec<Operation>, KernelError> {
        let before = (self.overlay.clone(), self.operations);
        let made = self.make(permit.into_call().changes);
        if made.is_err() {
            (self.overlay, self.operations) = before;
        }
        made
    }

    fn make(&mut self, changes: Vec<Change>) -> Result<Vec<Operation>, KernelError> {
        let operations = changes.into_iter().map(|change| self.change(change));
        let operations = operations.collect::<Result<Vec<_>, _>>()?;
        match self.overlay.len() as u64 > self.changed_files_max {
            false => Ok(operations),
            true => Err(KernelError::new(
                Code::BudgetExceeded,
                format!("the change touches more than {} files", self.changed_files_max),
            )),
        }
    }

    fn change(&mut self, change: Change) -> Result<Operation, KernelError> {
        match change {
            Change::Write { path, blob, mode } => self.put(path, blob, mode),
            Change::Delete { path } => self.delete(path),
            Change::Rename { from, to } => self.rename(from, to),
        }
    }

    pub(super) fn put(
        &mut self,
        path: RepoPath,
        blob: Blob,
        mode: Option<FileMode>,
    ) -> Result<Operation, KernelError> {
        let old = self.writable(&path)?;
        let mode = mode.or(old.as_ref().map(|file| file.mode)).unwrap_or(FileMode::Plain);
        let file = HeldFile { blob, mode };
        let kind = if old.is_some() { OperationKind::Modify } else { OperationKind::Create };
        let origin = self.origin(&path);
        self.overlay.put(path.clone(), Layer::File { file: file.clone(), origin });
        Ok(self.operation(kind, path, None, old, Some(file)))
    }

    pub(super) fn delete(&mut self, path: RepoPath) -> Result<Operation, KernelError> {
        let old = self.writable(&path)?.ok_or_else(|| missing(&path))?;
        self.overlay.put(path.clone(), Layer::Gone);
        Ok(self.operation(OperationKind::Delete, path, None, Some(old), None))
    }

    fn rename(&mut self, from: RepoPath, to: RepoPath) -> Result<Operation, KernelError> {
        let file = self.writable(&from)?.ok_or_else(|| missing(&from))?;
        let origin = self.origin(&from).or_else(|| self.overlay.get(&from).is_none().then(|| from.clone()));
        self.overlay.put(from.clone(), Layer::Gone);
        self.writable(&to)?;
        self.overlay.put(to.clone(), Layer::File { file: file.clone(), origin });
        Ok(self.operation(OperationKind::Rename, to, Some(from), Some(file.clone()), Some(file)))
    }

    /// The base's path of a file that was renamed.
    fn origin(&self, path: &RepoPath) -> Option<RepoPath> {
        match self.overlay.get(path) {
            Some(Layer::File { origin, .. }) => origin.clone(),
            Some(Layer::Gone) | None => None,
        }
    }

    /// What a path that may be written to holds now.
    fn writable(&mut self, path: &RepoPath) -> Result<Option<HeldFile>, KernelError> {
        let mut folder = path.parent();
        while let Some(above) = folder {
            self.passable(&above, path)?;
            if self.base.is_repository(&above) {
                return Err(nested(path, &above));
            }
            folder = above.parent();
        }
        self.refuse_submodule(path)?;
        if self.overlay.has_beneath(path) {
            return Err(KernelError::new(Code::FileKind, format!("`{path}` is a folder")));
        }
        if self.overlay.get(path).is_none() && self.base.is_link(path) {
            return Err(link_error(path, "stands where a file is to be written"));
        }
        self.exact(path)
    }

    /// A submodule that was not fetched is an empty folder, or none at all.
    fn refuse_submodule(&mut self, path: &RepoPath) -> Result<(), KernelError> {
        let above = std::iter::successors(path.parent(), RepoPath::parent);
        let is_open = |folder: &RepoPath| !self.own_folders.contains(folder) && self.base.is_empty(folder);
        let open: Vec<_> = above.filter(is_open).collect();
        if open.is_empty() {
            return Ok(());
        }
        match git::submodule(self.base.root(), &open)? {
            Some(submodule) => Err(nested(path, &submodule)),
            None => {
                self.own_folders.extend(open);
                Ok(())
            }
        }
    }

    /// Whether `above` is, or can become, a folder on the way to `path`.
    fn passable(&mut self, above: &RepoPath, path: &RepoPath) -> Result<(), KernelError> {
        let blocked = |what: &str| KernelError::new(Code::FileKind, format!("`{path}`: `{above}` is {what}"));
        match self.overlay.get(above) {
            Some(Layer::File { .. }) => return Err(blocked("a file")),
            Some(Layer::Gone) => return Ok(()),
            None => {}
        }
        match self.base.metadata(above)? {
            Some(metadata) if metadata.is_symlink() => {
                Err(link_error(path, "stands where a file is to be written"))
            }
            Some(metadata) if !metadata.is_dir() => {
                Err(blocked(if metadata.is_file() { "a file" } else { kind_of(&metadata) }))
            }
            _ => Ok(()),
        }
    }

    fn operation(
        &mut self,
        kind: OperationKind,
        path: RepoPath,
        from: Option<RepoPath>,
        before: Option<HeldFile>,
        after: Option<HeldFile>,
    ) -> Operation {
        self.operations += 1;
        Operation {
            id: format!("op-{}", self.operations),
            kind,
            path,
            from,
            before: before.map(|file| file.state()),
            after: after.map(|file| file.state()),
        }
    }
}

fn missing(path: &RepoPath) -> KernelError {
    KernelError::new(Code::FileMissing, format!("`{path}` does not exist"))
}

fn nested(path: &RepoPath, above: &RepoPath) -> KernelError {
    let message = format!("`{path}`: `{above}` is a repository of its own; run on that one");
    KernelError::new(Code::PathNested, message)
}
