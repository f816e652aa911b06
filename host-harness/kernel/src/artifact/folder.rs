//! Artifacts in a folder. A content appears under its name whole, once, and is never
//! replaced there.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read as _, Write as _},
    path::{Path, PathBuf},
};

use policy::Blob;

use super::Artifact;
use crate::KernelError;

#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub fn open(root: &Path) -> Result<Self, KernelError> {
        fs::create_dir_all(root).map_err(KernelError::io("create", root.display()))?;
        Ok(Self { root: root.to_owned() })
    }

    /// Lays a content down; says whether it was not there before.
    pub fn put(&self, artifact: &Artifact, content: &Blob) -> Result<bool, KernelError> {
        let place = self.place(artifact);
        match self.lay(&place, content.bytes()) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => self.get(artifact).map(|_| false),
            Err(error) => Err(KernelError::io("write", place.display())(error)),
        }
    }

    pub fn get(&self, artifact: &Artifact) -> Result<Blob, KernelError> {
        match self.read(artifact) {
            Ok(bytes) => artifact.verified(bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(artifact.missing()),
            Err(error) if error.kind() == ErrorKind::InvalidData => Err(artifact.corrupt(&error.to_string())),
            Err(error) => Err(KernelError::io("read", self.place(artifact).display())(error)),
        }
    }

    /// Whether something of the right length lies under the name; only reading tells more.
    pub fn has(&self, artifact: &Artifact) -> Result<bool, KernelError> {
        let place = self.place(artifact);
        match fs::symlink_metadata(&place) {
            Ok(found) if found.is_file() && found.len() == artifact.bytes => Ok(true),
            Ok(_) => Err(artifact.corrupt("what lies there is of another kind or length")),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(KernelError::io("look at", place.display())(error)),
        }
    }

    fn place(&self, artifact: &Artifact) -> PathBuf {
        self.root.join(artifact.digest.key())
    }

    /// The bytes, of which no more are read than there should be and one.
    fn read(&self, artifact: &Artifact) -> io::Result<Vec<u8>> {
        let place = self.place(artifact);
        if !fs::symlink_metadata(&place)?.is_file() {
            return Err(io::Error::new(ErrorKind::InvalidData, "what lies there is no file"));
        }
        let mut bytes = Vec::new();
        File::open(place)?.take(artifact.bytes + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// A hard link, for it never replaces what is there, as a rename would.
    fn lay(&self, place: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = place.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        let part = folder.join(format!(".part-{}", uuid::Uuid::now_v7().simple()));
        let laid = written(&part, bytes).and_then(|()| fs::hard_link(&part, place));
        let removed = fs::remove_file(&part);
        laid.and(removed)?;
        synced(folder)
    }
}

fn written(part: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(part)?;
    file.write_all(bytes)?;
    let mut permissions = file.metadata()?.permissions();
    permissions.set_readonly(true);
    file.set_permissions(permissions)?;
    file.sync_all()
}

/// The name outlives a loss of power only when its folder was synced too.
#[cfg(unix)]
fn synced(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn synced(_: &Path) -> io::Result<()> {
    Ok(())
}
