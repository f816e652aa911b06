use std::collections::BTreeMap;

use agent_contract::{
    RepoPath,
    operation::{FileState, OperationKind},
};

use super::{HeldFile, Workspace, overlay::Layer};
use crate::KernelError;

/// The net change of one file, from the base to now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Net {
    /// The file.
    pub path: RepoPath,
    /// What became of it.
    pub kind: OperationKind,
    /// Where it was in the base, for a rename.
    pub from: Option<RepoPath>,
    /// The base's file: at `from` for a rename, else at `path`.
    pub before: Option<HeldFile>,
    /// The file now.
    pub after: Option<HeldFile>,
    /// What the base has at `path` itself, which a rename may replace.
    pub replaced: Option<FileState>,
}

/// A file as the base had it and as it is to be.
pub type Laid = (RepoPath, Option<FileState>, Option<HeldFile>);

impl Workspace {
    /// What the run changed, in the order of the paths; what came out as it was is left out.
    pub fn changes(&mut self) -> Result<Vec<Net>, KernelError> {
        let layers: Vec<_> = self.overlay.iter().map(|(path, layer)| (path.clone(), layer.clone())).collect();
        let moved: Vec<_> = layers.iter().filter_map(|(path, layer)| self.moved_from(path, layer)).collect();
        let mut changes = Vec::new();
        for (path, layer) in layers {
            changes.extend(self.net(path, layer, &moved)?);
        }
        Ok(changes)
    }

    /// The base's path that this layer was renamed from, if that path is free now.
    fn moved_from(&self, path: &RepoPath, layer: &Layer) -> Option<RepoPath> {
        let Layer::File { origin: Some(origin), .. } = layer else { return None };
        let gone = matches!(self.overlay.get(origin), Some(Layer::Gone));
        (gone && origin != path).then(|| origin.clone())
    }

    fn net(&mut self, path: RepoPath, layer: Layer, moved: &[RepoPath]) -> Result<Option<Net>, KernelError> {
        let from = self.moved_from(&path, &layer);
        let here = self.base_file(&path)?;
        let replaced = here.as_ref().map(HeldFile::state);
        Ok(match (layer, from) {
            (Layer::Gone, _) if moved.contains(&path) => None,
            (Layer::Gone, _) => here.map(|file| Net {
                path,
                kind: OperationKind::Delete,
                from: None,
                before: Some(file),
                after: None,
                replaced,
            }),
            (Layer::File { file, .. }, Some(from)) => {
                let before = self.base_file(&from)?;
                Some(Net {
                    path,
                    kind: OperationKind::Rename,
                    from: Some(from),
                    before,
                    after: Some(file),
                    replaced,
                })
            }
            (Layer::File { file, .. }, None) if here.as_ref() == Some(&file) => None,
            (Layer::File { file, .. }, None) => {
                let kind = if here.is_some() { OperationKind::Modify } else { OperationKind::Create };
                Some(Net { path, kind, from: None, before: here, after: Some(file), replaced })
            }
        })
    }

    /// What the base held at the paths of the change.
    pub fn changed_in_base(&mut self) -> Result<BTreeMap<RepoPath, Vec<u8>>, KernelError> {
        let steps = self.steps()?;
        let held = steps.into_iter().filter(|(_, before, _)| before.is_some());
        let mut read =
            |path: RepoPath| Ok(self.base_file(&path)?.map(|file| (path, file.blob.bytes().to_vec())));
        held.map(|(path, ..)| path).filter_map(|path| read(path).transpose()).collect()
    }

    /// The files that were renamed away or deleted, and those that came to be, as the
    /// base had them and as they are to be: what a placement has to do.
    pub fn steps(&mut self) -> Result<Vec<Laid>, KernelError> {
        let layers: Vec<_> = self.overlay.iter().map(|(path, layer)| (path.clone(), layer.clone())).collect();
        let mut steps = Vec::new();
        for (path, layer) in layers {
            self.base_file(&path)?;
            let before = self.seen(&path).cloned();
            let after = match layer {
                Layer::File { file, .. } => Some(file),
                Layer::Gone => None,
            };
            if before != after.as_ref().map(HeldFile::state) {
                steps.push((path, before, after));
            }
        }
        Ok(steps)
    }
}
