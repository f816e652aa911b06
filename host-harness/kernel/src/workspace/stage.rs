//! The change of a run, laid ready for a sandbox: the files that differ from the base and
//! the list of those that are gone. The base itself is not touched and not copied, so this
//! costs the same for ten files and for a hundred thousand.

use std::{
    fs,
    path::{Path, PathBuf},
};

use agent_contract::{RepoPath, operation::FileMode};
use serde::{Deserialize, Serialize};

use super::{HeldFile, Workspace, overlay::Layer, scratch::Scratch};
use crate::KernelError;

const LIST: &str = "list.json";
const MOUNT: &str = "mount";
const CHECKOUT: &str = "checkout";
#[cfg(target_os = "linux")]
const EXCLUDE: &str = "exclude";

/// A change that lies ready. Removed when it is dropped.
#[derive(Debug)]
pub struct Staged {
    scratch: Scratch,
    checkout: PathBuf,
}

/// What stands at a path of the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StagedFile {
    /// The path.
    pub path: String,
    /// The file's content, by its name in the staged folder; none where it is gone.
    pub content: Option<String>,
    /// Whether it is a program.
    pub executable: bool,
}

impl Staged {
    /// The checkout that the change is for.
    pub fn checkout(&self) -> &Path {
        &self.checkout
    }

    /// Where the change lies.
    pub fn folder(&self) -> PathBuf {
        self.scratch.files()
    }
}

/// The empty folder of a staged one, at which a sandbox begins.
pub(crate) fn mount_point(staged: &Path) -> PathBuf {
    staged.join(MOUNT)
}

/// Lays git's own list of what it ignores in a clone beside the change for it.
#[cfg(target_os = "linux")]
pub(crate) fn lay_exclude(staged: &Path, text: &str) -> std::io::Result<()> {
    fs::write(staged.join(EXCLUDE), text)
}

/// Git's own list of what it ignores, where one was laid.
#[cfg(target_os = "linux")]
pub(crate) fn exclude(staged: &Path) -> Option<String> {
    fs::read_to_string(staged.join(EXCLUDE)).ok()
}

/// What a staged folder holds.
#[cfg(target_os = "linux")]
pub(crate) fn read(staged: &Path) -> std::io::Result<Vec<StagedFile>> {
    let text = fs::read(staged.join(LIST))?;
    Ok(serde_json::from_slice(&text)?)
}

impl Workspace {
    /// Lays the change ready in a new folder within `within`.
    pub fn stage(&self, within: &Path) -> Result<Staged, KernelError> {
        let staged = Staged::empty(self.base.root(), within)?;
        let layers = self.overlay.iter().enumerate();
        let files = layers.map(|(index, (path, layer))| lay(&staged.folder(), index, path, layer));
        staged.list(&files.collect::<Result<Vec<_>, _>>()?)?;
        Ok(staged)
    }
}

impl Staged {
    /// An empty checkout without any change, within its own folder.
    pub(crate) fn alone(within: &Path) -> Result<Self, KernelError> {
        let mut staged = Self::empty(Path::new(""), within)?;
        staged.checkout = staged.folder().join(CHECKOUT);
        fs::create_dir(&staged.checkout).map_err(KernelError::io("make", staged.checkout.display()))?;
        staged.list(&[])?;
        Ok(staged)
    }

    fn empty(checkout: &Path, within: &Path) -> Result<Self, KernelError> {
        let failed = || KernelError::io("make a folder in", within.display());
        let within = super::absolute(within)?;
        let scratch = Scratch::new(&within).map_err(failed())?;
        fs::create_dir(mount_point(&scratch.files())).map_err(failed())?;
        Ok(Self { scratch, checkout: checkout.to_owned() })
    }

    fn list(&self, files: &[StagedFile]) -> Result<(), KernelError> {
        let text = serde_json::to_vec(files).map_err(std::io::Error::from);
        text.and_then(|text| fs::write(self.folder().join(LIST), text))
            .map_err(KernelError::io("write the list of changes in", self.folder().display()))
    }
}

fn lay(folder: &Path, index: usize, path: &RepoPath, layer: &Layer) -> Result<StagedFile, KernelError> {
    let gone = StagedFile { path: path.to_string(), content: None, executable: false };
    let Layer::File { file: HeldFile { blob, mode }, .. } = layer else { return Ok(gone) };
    let content = index.to_string();
    fs::write(folder.join(&content), blob.bytes()).map_err(KernelError::io("lay ready", path))?;
    Ok(StagedFile { content: Some(content), executable: *mode == FileMode::Executable, ..gone })
}

#[cfg(test)]
mod tests {
    use policy::Blob;

    use super::*;

    #[test]
    fn only_the_change_is_written() {
        let (base, within) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        (0..50).for_each(|name| fs::write(base.path().join(name.to_string()), "base").unwrap());
        let mut workspace = Workspace::open(base.path(), &policy::config::Limits::default()).unwrap();
        let path = |text: &str| RepoPath::parse(text).unwrap();
        let file = HeldFile { blob: Blob::new(b"new".to_vec()), mode: FileMode::Executable };
        workspace.overlay.put(path("1"), Layer::Gone);
        workspace.overlay.put(path("a/b"), Layer::File { file, origin: None });
        let staged = workspace.stage(within.path()).unwrap();
        let expected = [
            StagedFile { path: "1".to_owned(), content: None, executable: false },
            StagedFile { path: "a/b".to_owned(), content: Some("1".to_owned()), executable: true },
        ];
        let text = fs::read_to_string(staged.folder().join(LIST)).unwrap();
        assert_eq!(text, serde_json::to_string(&expected).unwrap());
        assert_eq!(fs::read_to_string(staged.folder().join("1")).unwrap(), "new");
        // The file, the list, and the place to mount at.
        assert_eq!(fs::read_dir(staged.folder()).unwrap().count(), 3);
        drop(staged);
        assert_eq!(fs::read_dir(within.path()).unwrap().count(), 0);
    }
}
