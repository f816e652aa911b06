//! The workspace as files that a build may be given: the change included, `.git` and what
//! git ignores left out, within a size.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use cap_std::{ambient_authority, fs::Dir};
use policy::Code;

use crate::{
    KernelError, Workspace, git,
    workspace::{materialise::set_mode, scratch::Scratch},
};

/// A copy of the workspace, removed when it is dropped.
#[derive(Debug)]
pub struct Stage {
    scratch: Scratch,
    dir: Dir,
}

/// How large a text of the repository may be that is read here.
const TEXT_BYTES: u64 = 1024 * 1024;

impl Stage {
    /// Copies the workspace into a new folder within `within`.
    pub fn new(workspace: &mut Workspace, within: &Path, bytes_max: u64) -> Result<Self, KernelError> {
        let scratch = Scratch::new(within).map_err(KernelError::io("make a folder in", within.display()))?;
        let to = scratch.files();
        let root = workspace.base().root().to_owned();
        let mut copy = Copy { left_out: left_out(&root)?, root: root.clone(), bytes_left: bytes_max };
        copy.folder(&root, &to)?;
        for (path, _, file) in workspace.steps()? {
            let place = to.join(path.as_str());
            match file {
                None => gone(&place).map_err(KernelError::io("remove", &path))?,
                Some(file) => {
                    copy.take(file.blob.bytes().len() as u64)?;
                    lay(&place, file.blob.bytes())
                        .and_then(|()| set_mode(&place, file.mode))
                        .map_err(KernelError::io("write", &path))?;
                }
            }
        }
        let dir =
            Dir::open_ambient_dir(&to, ambient_authority()).map_err(KernelError::io("open", to.display()))?;
        Ok(Self { scratch, dir })
    }

    /// Where the files are.
    pub(crate) fn folder(&self) -> PathBuf {
        self.scratch.files()
    }

    /// A text of the repository, if it has that file. Links that lead out are not followed.
    pub(crate) fn text(&self, path: &str) -> Result<Option<String>, KernelError> {
        use io::Read as _;
        let fail = |error| KernelError::io("read", path)(error);
        let file = match self.dir.open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(fail)?,
        };
        if !file.metadata().map_err(fail)?.is_file() {
            return Ok(None);
        }
        let mut text = String::new();
        file.take(TEXT_BYTES + 1).read_to_string(&mut text).map_err(fail)?;
        match text.len() as u64 > TEXT_BYTES {
            true => Err(KernelError::new(
                Code::FileTooLarge,
                format!("`{path}` is larger than {TEXT_BYTES} bytes"),
            )),
            false => Ok(Some(text)),
        }
    }

    /// A folder of the repository as a place of the machine, if it is one that no link leads to.
    pub(crate) fn beneath(&self, path: &str) -> Option<PathBuf> {
        let opened = self.dir.canonicalize(path).ok()?;
        let place = self.folder().join(opened);
        place.is_dir().then_some(place)
    }

    /// The files beneath a path, or the file that it is, in order.
    pub(crate) fn files(&self, path: &str) -> Result<Vec<String>, KernelError> {
        let mut found = Vec::new();
        self.gather(path.trim_end_matches('/'), &mut found).map_err(KernelError::io("read", path))?;
        found.sort();
        Ok(found)
    }

    fn gather(&self, path: &str, found: &mut Vec<String>) -> io::Result<()> {
        let metadata = match self.dir.symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            metadata => metadata?,
        };
        if metadata.is_file() {
            found.push(path.to_owned());
        } else if metadata.is_dir() {
            for entry in self.dir.read_dir(path)? {
                if let Ok(name) = entry?.file_name().into_string() {
                    self.gather(&format!("{path}/{name}"), found)?;
                }
            }
        }
        Ok(())
    }
}

/// What a build is not given: what git ignores; where there is no git, what is called `.env`.
fn left_out(root: &Path) -> Result<BTreeSet<PathBuf>, KernelError> {
    let ignored = git::ignored(root)?;
    Ok(ignored.unwrap_or_default().iter().map(|path| root.join(path.trim_end_matches('/'))).collect())
}

fn is_secret(name: &str) -> bool {
    let example = [".example", ".sample", ".template", ".dist"].iter().any(|end| name.ends_with(end));
    (name == ".env" || name.starts_with(".env.")) && !example
}

/// The copying of a base, as far as there is room.
struct Copy {
    root: PathBuf,
    left_out: BTreeSet<PathBuf>,
    bytes_left: u64,
}

impl Copy {
    fn folder(&mut self, from: &Path, to: &Path) -> Result<(), KernelError> {
        let fail = |error| KernelError::io("copy", from.display())(error);
        for entry in fs::read_dir(from).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            if !self.leaves_out(&entry) {
                self.entry(&entry, &to.join(entry.file_name()))?;
            }
        }
        Ok(())
    }

    fn leaves_out(&self, entry: &fs::DirEntry) -> bool {
        let name = entry.file_name();
        let secret = !self.root.join(".git").exists() && is_secret(&name.to_string_lossy());
        name == ".git" || secret || self.left_out.contains(&entry.path())
    }

    fn entry(&mut self, entry: &fs::DirEntry, to: &Path) -> Result<(), KernelError> {
        let from = entry.path();
        let fail = |error| KernelError::io("copy", from.display())(error);
        let kind = entry.file_type().map_err(fail)?;
        if kind.is_dir() {
            fs::create_dir(to).map_err(fail)?;
            return self.folder(&from, to);
        }
        if kind.is_symlink() {
            return link(&from, to).map_err(fail);
        }
        if kind.is_file() {
            self.take(entry.metadata().map_err(fail)?.len())?;
            fs::copy(&from, to).map_err(fail)?;
        }
        Ok(())
    }

    fn take(&mut self, bytes: u64) -> Result<(), KernelError> {
        self.bytes_left = self.bytes_left.checked_sub(bytes).ok_or_else(|| {
            let message = "the workspace is larger than a build may be given\nhint: raise `context_bytes` in `[container]`";
            KernelError::new(Code::FileTooLarge, message)
        })?;
        Ok(())
    }
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(fs::read_link(from)?, to)
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

fn gone(place: &Path) -> io::Result<()> {
    match fs::remove_file(place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// What lies there is removed first: it may be a link.
fn lay(place: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    gone(place)?;
    fs::write(place, bytes)
}
