//! An overlay over a base: reads fall through to the checkout, writes stay here.
//! Getting one ready costs the same however large the repository is.

mod base;
mod change;
pub mod diff;
pub mod fixes;
mod list;
pub mod materialise;
mod overlay;
mod read;
pub(crate) mod scratch;
mod search;
pub(crate) mod stage;
mod survey;
mod walk;
mod write;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use agent_contract::{RepoPath, operation::FileState};

pub use base::{Base, HeldFile, absolute, existing};
pub use change::{Laid, Net};
pub use list::{Entry, EntryKind, Listing};
pub use read::Content;
pub use scratch::Scratch;
pub use search::{Hit, Hits, Shows};
pub use stage::Staged;
pub use survey::{Ignored, Survey};
pub(crate) use walk::{Look, Tracked};

use crate::KernelError;
use overlay::Overlay;

/// The workspace of one run.
#[derive(Debug)]
pub struct Workspace {
    base: Base,
    overlay: Overlay,
    /// The base's files as they were when the run first looked at them.
    seen: BTreeMap<RepoPath, Option<FileState>>,
    /// Folders that are known to be no place of another repository's.
    own_folders: BTreeSet<RepoPath>,
    /// Files that git tracks though its rules ignore them.
    tracked: walk::Known,
    operations: u64,
    changed_files_max: u64,
}

impl Workspace {
    /// A workspace over the folder `root`.
    pub fn open(root: &Path, limits: &policy::config::Limits) -> Result<Self, KernelError> {
        Ok(Self {
            base: Base::open(root, limits.file_bytes)?,
            overlay: Overlay::default(),
            seen: BTreeMap::new(),
            own_folders: BTreeSet::new(),
            tracked: walk::Known::new(),
            operations: 0,
            changed_files_max: limits.changed_files,
        })
    }

    /// The base.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// Lowers the number of files that the change may touch.
    pub fn limit_changed_files(&mut self, max: u64) {
        self.changed_files_max = self.changed_files_max.min(max);
    }
}
