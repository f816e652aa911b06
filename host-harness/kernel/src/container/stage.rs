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
    workspace::{Laid, materialise::set_mode, scratch::Scratch},
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
        let root = workspace.base().root().to_owned();
        Self::of(&root, workspace.steps()?, within, bytes_max)
    }

    fn of(root: &Path, steps: Vec<Laid>, within: &Path, bytes_max: u64) -> Result<Self, KernelError> {
        let scratch = Scratch::new(within).map_err(KernelError::io("make a folder in", within.display()))?;
        let to = scratch.files();
        let mut copy = Copy { left_out: LeftOut::of(root)?, bytes_left: bytes_max };
        copy.folder(root, &to)?;
        steps.into_iter().try_for_each(|step| copy.step(&to, step))?;
        let dir = Dir::open_ambient_dir(&to, ambient_authority());
        Ok(Self { scratch, dir: dir.map_err(KernelError::io("open", to.display()))? })
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

/// What a build is not given.
enum LeftOut {
    /// What git ignores.
    Ignored(BTreeSet<PathBuf>),
    /// Where there is no git, what usually holds secrets.
    Secrets,
}

impl LeftOut {
    fn of(root: &Path) -> Result<Self, KernelError> {
        let place = |path: String| root.join(path.trim_end_matches('/'));
        let ignored = git::ignored(root)?;
        Ok(ignored.map_or(Self::Secrets, |paths| Self::Ignored(paths.into_iter().map(place).collect())))
    }

    fn holds(&self, entry: &fs::DirEntry) -> bool {
        let name = entry.file_name();
        name.eq_ignore_ascii_case(".git")
            || match self {
                Self::Ignored(paths) => paths.contains(&entry.path()),
                Self::Secrets => is_secret(&name.to_string_lossy()),
            }
    }
}

fn is_secret(name: &str) -> bool {
    let example = [".example", ".sample", ".template", ".dist"].iter().any(|end| name.ends_with(end));
    (name == ".env" || name.starts_with(".env.")) && !example
}

/// The copying of a base, as far as there is room.
struct Copy {
    left_out: LeftOut,
    bytes_left: u64,
}

impl Copy {
    fn folder(&mut self, from: &Path, to: &Path) -> Result<(), KernelError> {
        let fail = |error| KernelError::io("copy", from.display())(error);
        for entry in fs::read_dir(from).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            if !self.left_out.holds(&entry) {
                self.entry(&entry, &to.join(entry.file_name()))?;
            }
        }
        Ok(())
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

    /// What the change makes of a file.
    fn step(&mut self, to: &Path, (path, _, file): Laid) -> Result<(), KernelError> {
        let place = to.join(path.as_str());
        let Some(file) = file else { return gone(&place).map_err(KernelError::io("remove", &path)) };
        self.take(file.blob.bytes().len() as u64)?;
        let laid = lay(&place, file.blob.bytes()).and_then(|()| set_mode(&place, file.mode));
        laid.map_err(KernelError::io("write", &path))
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

#[cfg(all(test, unix))]
mod tests {
    use agent_contract::{RepoPath, operation::FileMode};
    use policy::Blob;

    use super::*;
    use crate::workspace::HeldFile;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for path in files {
            let place = folder.path().join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, path).unwrap();
        }
        folder
    }

    fn step(path: &str, text: Option<&str>) -> Laid {
        let file = text.map(|text| HeldFile { blob: Blob::new(text.into()), mode: FileMode::Executable });
        (RepoPath::parse(path).unwrap(), None, file)
    }

    #[test]
    fn the_change_is_in_it_and_links_are_not_written_through() {
        let root = folder(&["a", "gone", "deep/b"]);
        let (within, outside) = (tempfile::tempdir().unwrap(), folder(&["kept"]));
        std::os::unix::fs::symlink(outside.path().join("kept"), root.path().join("link")).unwrap();
        let steps = vec![
            step("a", Some("new")),
            step("gone", None),
            step("link", Some("file")),
            step("x/y", Some("z")),
        ];
        let stage = Stage::of(root.path(), steps, within.path(), 1000).unwrap();
        assert_eq!(stage.files(".").unwrap(), ["./a", "./deep/b", "./link", "./x/y"]);
        assert_eq!(stage.text("a").unwrap().as_deref(), Some("new"));
        assert_eq!(fs::read_to_string(outside.path().join("kept")).unwrap(), "kept");
        drop(stage);
        assert_eq!(fs::read_dir(within.path()).unwrap().count(), 0);
    }

    #[test]
    fn secrets_and_what_git_keeps_are_not_in_it() {
        let within = tempfile::tempdir().unwrap();
        let root = folder(&[".env", "a/.env.local", ".env.example", ".GIT/config", "b"]);
        let stage = Stage::of(root.path(), Vec::new(), within.path(), 1000).unwrap();
        assert_eq!(stage.files(".").unwrap(), ["./.env.example", "./b"]);
    }

    #[test]
    fn it_has_a_size() {
        let (root, within) = (folder(&["aaaa"]), tempfile::tempdir().unwrap());
        let stage = |steps, bytes_max| Stage::of(root.path(), steps, within.path(), bytes_max).map(drop);
        assert!(stage(Vec::new(), 4).is_ok());
        assert_eq!(stage(Vec::new(), 3).unwrap_err().code, Code::FileTooLarge);
        assert_eq!(stage(vec![step("b", Some("x"))], 4).unwrap_err().code, Code::FileTooLarge);
    }

    #[test]
    fn links_that_lead_out_are_not_followed() {
        let (root, within, outside) = (folder(&["a"]), tempfile::tempdir().unwrap(), folder(&["secret"]));
        for (to, name) in [(outside.path().join("secret"), "file"), (outside.path().to_owned(), "folder")] {
            std::os::unix::fs::symlink(to, root.path().join(name)).unwrap();
        }
        let stage = Stage::of(root.path(), Vec::new(), within.path(), 1000).unwrap();
        assert!(stage.text("file").is_err() && stage.text("folder/secret").is_err());
        assert!(stage.beneath("folder").is_none() && stage.beneath("..").is_none());
        assert!(stage.files("folder").unwrap().is_empty());
    }
}
