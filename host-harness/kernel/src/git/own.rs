use std::{
    fs::{self, DirBuilder},
    io,
    path::{Path, PathBuf},
};

use super::{
    command::{Git, quoted},
    input,
    repository::Repository,
};
use crate::KernelError;

const SHALLOW_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// All the configuration that git commands of ours see.
const CONFIG: &str = "\
[core]
\trepositoryformatversion = 1
\tbare = true
\thooksPath = /dev/null
\tfsmonitor = false
\tuntrackedCache = false
\tcommitGraph = false
\tmultiPackIndex = false
\tprotectHFS = true
\tprotectNTFS = true
\tlogAllRefUpdates = false
\tpager = cat
\tattributesFile = /dev/null
\texcludesFile = /dev/null
[gc]
\tauto = 0
[maintenance]
\tauto = false
[protocol]
\tallow = never
[credential]
\thelper =
[http]
\tfollowRedirects = false
\tsslVerify = true
[push]
\tdefault = nothing
\tfollowTags = false
\tgpgSign = false
\trecurseSubmodules = no
[pack]
\tuseBitmaps = false
[submodule]
\trecurse = false
[diff]
\tignoreSubmodules = all
";

/// A repository of our own, for a moment: no hook, no configuration but ours, and the
/// objects of the user's repository to read.
#[derive(Debug)]
pub(super) struct OwnRepository {
    folder: PathBuf,
}

impl OwnRepository {
    /// One over `repository`, in a new folder within `within`. `id` is an object's id,
    /// which tells the kind of hash that the repository uses.
    pub fn over(repository: &Repository, id: &str, within: &Path) -> Result<Self, KernelError> {
        repository.refuse_odd_objects()?;
        let folder = within.join(format!("git-{}", uuid::Uuid::now_v7().simple()));
        let own = Self { folder };
        let made = own.fill(repository, id);
        made.map_err(KernelError::io("make a repository of our own in", within.display()))?;
        Ok(own)
    }

    /// One for a short look, where the system keeps what passes.
    pub fn passing(repository: &Repository, id: &str) -> Result<Self, KernelError> {
        Self::over(repository, id, &std::env::temp_dir())
    }

    fn fill(&self, repository: &Repository, id: &str) -> io::Result<()> {
        private_folder(&self.folder)?;
        for folder in ["objects/info", "refs"] {
            fs::create_dir_all(self.folder.join(folder))?;
        }
        let format = if is_sha256(id) { "[extensions]\n\tobjectFormat = sha256\n" } else { "" };
        fs::write(self.folder.join("config"), format!("{CONFIG}{format}"))?;
        fs::write(self.folder.join("HEAD"), "ref: refs/heads/none\n")?;
        let mut alternate = quoted(&repository.common_path().join("objects"));
        alternate.push("\n");
        fs::write(self.folder.join("objects/info/alternates"), alternate.as_encoded_bytes())?;
        match input::read(repository.common(), "shallow", SHALLOW_BYTES_MAX)? {
            Some(shallow) => fs::write(self.folder.join("shallow"), shallow),
            None => Ok(()),
        }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A git command in it.
    pub fn git(&self, arguments: &[&str]) -> Git {
        Git::new(&self.folder, arguments).env("GIT_DIR", &self.folder)
    }
}

impl Drop for OwnRepository {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Whether an id is one of the longer kind.
pub(super) fn is_sha256(id: &str) -> bool {
    id.len() == 64
}

/// A new folder that nobody else can look into.
pub(super) fn private_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::DirBuilderExt::mode(&mut DirBuilder::new(), 0o700).create(folder);
    #[cfg(not(unix))]
    return DirBuilder::new().create(folder);
}
