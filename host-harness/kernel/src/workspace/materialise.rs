//! The workspace as real files, for a process that needs them. The base is copied
//! (by reference where the file system can), never linked: a process may write.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use agent_contract::{RepoPath, operation::FileMode};

use super::{HeldFile, Workspace, overlay::Layer, scratch::Scratch};
use crate::KernelError;

/// A folder with the workspace's files, removed when it is dropped.
#[derive(Debug)]
pub struct Materialised {
    scratch: Scratch,
}

impl Materialised {
    /// Where the files are.
    pub fn folder(&self) -> PathBuf {
        self.scratch.files()
    }
}

impl Workspace {
    /// Writes the workspace, without `.git`, into a new folder within `within`.
    pub fn materialise(&self, within: &Path) -> Result<Materialised, KernelError> {
        let scratch = Scratch::new(within).map_err(KernelError::io("make a folder in", within.display()))?;
        let to = scratch.files();
        copy_folder(self.base.root(), &to)
            .map_err(KernelError::io("copy the repository to", to.display()))?;
        for (path, layer) in self.overlay.iter() {
            lay(&to.join(path.as_str()), path, layer)?;
        }
        Ok(Materialised { scratch })
    }
}

fn lay(place: &Path, path: &RepoPath, layer: &Layer) -> Result<(), KernelError> {
    let done = match layer {
        Layer::Gone => remove(place),
        Layer::File { file, .. } => write(place, file),
    };
    done.map_err(KernelError::io("write", path))
}

fn remove(place: &Path) -> io::Result<()> {
    match fs::remove_file(place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn write(place: &Path, file: &HeldFile) -> io::Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(place, file.blob.bytes())?;
    set_mode(place, file.mode)
}

/// Gives a file the mode that git would.
#[cfg(unix)]
pub(crate) fn set_mode(place: &Path, mode: FileMode) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let bits = match mode {
        FileMode::Plain => 0o644,
        FileMode::Executable => 0o755,
    };
    fs::set_permissions(place, fs::Permissions::from_mode(bits))
}

#[cfg(not(unix))]
pub(crate) fn set_mode(_: &Path, _: FileMode) -> io::Result<()> {
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (place, kind) = (to.join(entry.file_name()), entry.file_type()?);
        if entry.file_name() == ".git" {
            continue;
        }
        if kind.is_dir() {
            fs::create_dir(&place)?;
            copy_folder(&entry.path(), &place)?;
            fs::set_permissions(&place, entry.metadata()?.permissions())?;
        } else if kind.is_symlink() {
            copy_link(&entry.path(), &place)?;
        } else if kind.is_file() {
            copy_file(&entry.path(), &place)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn copy_link(from: &Path, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(fs::read_link(from)?, to)
}

#[cfg(not(unix))]
fn copy_link(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to).map(drop)
}

/// Keeps the time of the last change, by which build tools know what is fresh.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    let (source, target) = (File::open(from)?, File::create_new(to)?);
    let metadata = source.metadata()?;
    if !clone_file(&source, &target) {
        io::copy(&mut &source, &mut &target)?;
    }
    target.set_permissions(metadata.permissions())?;
    metadata.modified().map_or(Ok(()), |time| target.set_modified(time))
}

#[cfg(target_os = "linux")]
fn clone_file(source: &File, target: &File) -> bool {
    rustix::fs::ioctl_ficlone(target, source).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn clone_file(_: &File, _: &File) -> bool {
    false
}
