use std::{
    io::{self, Read as _},
    path::{Component, Path, PathBuf},
};

use agent_contract::{
    RepoPath,
    operation::{FileMode, FileState},
};
use cap_std::{
    ambient_authority,
    fs::{Dir, Metadata},
};
use policy::{Blob, Code};

use crate::KernelError;

/// Links that are followed in one path at the most.
const LINKS_MAX: usize = 40;

/// A folder of the machine, held open: nothing is reached but beneath this handle.
#[derive(Debug)]
pub struct Base {
    root: PathBuf,
    pub(super) dir: Dir,
    file_bytes_max: u64,
}

/// A file's content and mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldFile {
    /// Its content.
    pub blob: Blob,
    /// Its mode.
    pub mode: FileMode,
}

impl HeldFile {
    /// Its state, for the record.
    pub fn state(&self) -> FileState {
        FileState {
            sha256: self.blob.sha256().to_owned(),
            bytes: self.blob.bytes().len() as u64,
            mode: self.mode,
        }
    }
}

impl Base {
    /// Opens the folder. The one place where the machine's own paths come in.
    pub fn open(root: &Path, file_bytes_max: u64) -> Result<Self, KernelError> {
        let unusable = |error: io::Error| {
            let message = format!("can't open repository `{}`: {error}", root.display());
            KernelError::new(Code::RepositoryUnusable, message)
        };
        let root = root.canonicalize().map_err(unusable)?;
        let dir = Dir::open_ambient_dir(&root, ambient_authority()).map_err(unusable)?;
        dir.entries().map_err(unusable)?;
        refuse_git_folder(&root)?;
        Ok(Self { root, dir, file_bytes_max })
    }

    /// Where it is on the machine.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The handle.
    pub(crate) fn dir(&self) -> &Dir {
        &self.dir
    }

    /// The names in a folder, without those that can't be told; empty where there is none.
    pub fn names(&self, folder: Option<&str>) -> Vec<String> {
        let Ok(entries) = self.dir.read_dir(folder.unwrap_or(".")) else { return Vec::new() };
        let mut names: Vec<_> =
            entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    /// The path that `path` really names, its links followed inside the repository.
    pub(super) fn resolve(&self, path: &RepoPath) -> Result<RepoPath, KernelError> {
        let mut pending: Vec<String> = path.components().rev().map(str::to_owned).collect();
        let mut done: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(name) = pending.pop() {
            done.push(name);
            let here = self.parse(path, &done)?;
            if !self.is_link(&here) {
                continue;
            }
            links += 1;
            let target = self.dir.read_link_contents(here.as_str());
            let target = target.map_err(KernelError::io("read link", &here))?;
            done.pop();
            self.push_target(path, &target, &mut done, &mut pending)?;
            if links > LINKS_MAX {
                return Err(link_error(path, "goes round in circles"));
            }
        }
        self.parse(path, &done)
    }

    /// Puts the components of a link's target in front of what is left of a path.
    fn push_target(
        &self,
        path: &RepoPath,
        target: &Path,
        done: &mut Vec<String>,
        pending: &mut Vec<String>,
    ) -> Result<(), KernelError> {
        for component in target.components() {
            match component {
                Component::CurDir => {}
                Component::ParentDir if done.pop().is_some() => {}
                // Names after a `..` may only be pushed once those before are known to be no
                // links themselves; a target that mixes them is resolved name by name below.
                Component::Normal(_) => break,
                _ => return Err(link_error(path, "leads out of the repository")),
            }
        }
        let names = target.components().filter(|component| matches!(component, Component::Normal(_)));
        let ascends_late = target
            .components()
            .skip_while(|component| !matches!(component, Component::Normal(_)))
            .any(|component| matches!(component, Component::ParentDir));
        if ascends_late {
            return Err(link_error(path, "goes up again after going down"));
        }
        let names: Vec<_> = names.map(|name| name.as_os_str().to_str().map(str::to_owned)).collect();
        for name in names.into_iter().rev() {
            pending.push(name.ok_or_else(|| link_error(path, "has a target that is not UTF-8"))?);
        }
        Ok(())
    }

    fn parse(&self, path: &RepoPath, components: &[String]) -> Result<RepoPath, KernelError> {
        RepoPath::parse(&components.join("/"))
            .map_err(|_| link_error(path, "leads to a place that is not the agent's"))
    }

    /// Whether a symbolic link stands at exactly this path.
    pub(super) fn is_link(&self, path: &RepoPath) -> bool {
        self.dir.symlink_metadata(path.as_str()).is_ok_and(|metadata| metadata.is_symlink())
    }

    /// Whether a folder is a repository of its own, such as a submodule.
    pub(super) fn is_repository(&self, folder: &RepoPath) -> bool {
        self.dir.symlink_metadata(format!("{folder}/.git")).is_ok()
    }

    /// Whether there is nothing in a folder, or no such folder.
    pub(super) fn is_empty(&self, folder: &RepoPath) -> bool {
        self.dir.read_dir(folder.as_str()).map_or(true, |mut entries| entries.next().is_none())
    }

    /// What stands at exactly this path, links not followed.
    pub(super) fn metadata(&self, path: &RepoPath) -> Result<Option<Metadata>, KernelError> {
        match self.dir.symlink_metadata(path.as_str()) {
            Ok(metadata) => Ok(Some(metadata)),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(KernelError::io("look at", path)(error)),
        }
    }

    /// Reads the file that stands at exactly this path.
    pub fn read(&self, path: &RepoPath) -> Result<Option<HeldFile>, KernelError> {
        let read = self.read_within(path, self.file_bytes_max)?;
        Ok(read.map(|(bytes, metadata)| HeldFile { blob: Blob::new(bytes), mode: mode_of(&metadata) }))
    }

    /// What the file at exactly this path holds; none where there is none.
    pub fn bytes(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, KernelError> {
        Ok(self.read_within(path, self.file_bytes_max)?.map(|(bytes, _)| bytes))
    }

    /// What the file at exactly this path holds, as far as it has no more than so many bytes.
    fn read_within(
        &self,
        path: &RepoPath,
        bytes_max: u64,
    ) -> Result<Option<(Vec<u8>, Metadata)>, KernelError> {
        let Some(metadata) = self.metadata(path)? else { return Ok(None) };
        if !metadata.is_file() {
            return Err(KernelError::new(Code::FileKind, format!("`{path}` is {}", kind_of(&metadata))));
        }
        if metadata.len() > bytes_max {
            return Err(self.too_large(path));
        }
        let file = match self.dir.open(path.as_str()) {
            Err(error) if is_missing(&error) => return Ok(None),
            opened => opened.map_err(KernelError::io("open", path))?,
        };
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0).saturating_add(1));
        file.take(bytes_max.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(KernelError::io("read", path))?;
        match bytes.len() as u64 > bytes_max {
            true => Err(self.too_large(path)),
            false => Ok(Some((bytes, metadata))),
        }
    }

    fn too_large(&self, path: &RepoPath) -> KernelError {
        let message = format!("`{path}` is larger than {} bytes (`limits.file_bytes`)", self.file_bytes_max);
        KernelError::new(Code::FileTooLarge, message)
    }
}

/// What git keeps for itself is no place to work in: a hook is a file like any other there.
fn refuse_git_folder(root: &Path) -> Result<(), KernelError> {
    let inside = root.components().any(|part| part.as_os_str().eq_ignore_ascii_case(".git"));
    let bare = root.join("HEAD").is_file() && root.join("objects").is_dir() && root.join("refs").is_dir();
    let what = match (inside, bare) {
        (true, _) => "lies inside a `.git`\nhint: name the folder that holds the `.git`",
        (_, true) => "is a bare git repository\nhint: clone it and name the clone",
        _ => return Ok(()),
    };
    Err(KernelError::new(Code::RepositoryUnusable, format!("`{}` {what}", root.display())))
}

/// What stands at a path, from the root of the machine and with its links followed.
pub fn existing(path: &Path) -> Result<PathBuf, KernelError> {
    path.canonicalize().map_err(|error| {
        KernelError::new(Code::RepositoryUnusable, format!("can't look into `{}`: {error}", path.display()))
    })
}

/// A path from the root of the machine. The part of it that does not exist yet is
/// taken as it is written.
pub fn absolute(path: &Path) -> Result<PathBuf, KernelError> {
    let path = std::path::absolute(path).map_err(KernelError::io("resolve", path.display()))?;
    let mut missing = Vec::new();
    let mut place = path.as_path();
    loop {
        if let Ok(found) = place.canonicalize() {
            return Ok(missing.iter().rev().fold(found, |path, name| path.join(name)));
        }
        match (place.file_name(), place.parent()) {
            (Some(name), Some(parent)) => {
                missing.push(name.to_owned());
                place = parent;
            }
            _ => return Ok(path),
        }
    }
}

/// Nothing there, or a file where a folder would have to be.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

pub(super) fn kind_of(metadata: &Metadata) -> &'static str {
    match (metadata.is_dir(), metadata.is_symlink()) {
        (true, _) => "a folder",
        (_, true) => "a symbolic link",
        _ => "not a file",
    }
}

#[cfg(unix)]
pub(super) fn mode_of(metadata: &Metadata) -> FileMode {
    use cap_std::fs::PermissionsExt as _;
    match metadata.permissions().mode() & 0o100 {
        0 => FileMode::Plain,
        _ => FileMode::Executable,
    }
}

#[cfg(not(unix))]
pub(super) fn mode_of(_: &Metadata) -> FileMode {
    FileMode::Plain
}

pub(super) fn link_error(path: &RepoPath, what: &str) -> KernelError {
    KernelError::new(Code::PathLink, format!("`{path}` passes a symbolic link that {what}"))
}
