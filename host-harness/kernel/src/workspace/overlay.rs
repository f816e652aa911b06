use std::collections::BTreeMap;

use agent_contract::RepoPath;

use super::HeldFile;

/// What the run made of the base so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Overlay {
    layers: BTreeMap<RepoPath, Layer>,
}

/// What stands at a path instead of the base's file.
#[derive(Debug, Clone)]
pub(super) enum Layer {
    /// A file, with the path that it had in the base if it was renamed.
    File { file: HeldFile, origin: Option<RepoPath> },
    /// Nothing.
    Gone,
}

impl Overlay {
    pub fn get(&self, path: &RepoPath) -> Option<&Layer> {
        self.layers.get(path)
    }

    pub fn put(&mut self, path: RepoPath, layer: Layer) {
        self.layers.insert(path, layer);
    }

    pub fn iter(&self) -> impl Iterator<Item = (&RepoPath, &Layer)> {
        self.layers.iter()
    }

    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// Whether a file of the overlay lies beneath `folder`.
    pub fn has_beneath(&self, folder: &RepoPath) -> bool {
        self.iter().any(|(path, layer)| {
            matches!(layer, Layer::File { .. }) && path != folder && path.is_within(folder)
        })
    }
}
