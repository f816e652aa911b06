//! A folder that a repository is laid into: nothing is written outside of it, nothing
//! through a link, and nothing that is there already is replaced.

use std::{
    io::{self, Write as _},
    path::Path,
};

use agent_contract::{RepoPath, branch::BranchName, operation::FileMode};
use cap_std::{
    ambient_authority,
    fs::{Dir, OpenOptions},
};
use policy::Code;

use super::{Listing, ObjectId};
use crate::KernelError;

/// A repository that was laid into a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hydrated {
    /// The commit.
    pub commit: ObjectId,
    /// Its tree.
    pub tree: ObjectId,
    /// The branch that was at the commit, when one was asked for.
    pub branch: Option<BranchName>,
    /// How many files were laid.
    pub files: u64,
    /// Their size together.
    pub bytes: u64,
    /// The symbolic links.
    pub links: Vec<Link>,
    /// Other repositories that it names; nothing of them is there.
    pub submodules: Vec<RepoPath>,
    /// What the commit holds.
    pub listing: Listing,
}

/// A symbolic link of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it stands.
    pub path: RepoPath,
    /// Where it leads.
    pub target: String,
    /// What became of it.
    pub fate: LinkFate,
}

/// What became of a symbolic link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkFate {
    /// It leads to a place inside of the repository, and was laid.
    Laid,
    /// It leads elsewhere, or this system has no links, and was left out.
    LeftOut,
}

/// An opened folder.
pub(super) struct Folder {
    dir: Dir,
    shown: String,
}

impl Folder {
    /// Opens a folder, which is made when it is missing and must hold nothing.
    pub fn open(path: &Path) -> Result<Self, KernelError> {
        let shown = path.display().to_string();
        let fail = |error| KernelError::io("open", &shown)(error);
        std::fs::create_dir_all(path).map_err(fail)?;
        let dir = Dir::open_ambient_dir(path, ambient_authority()).map_err(fail)?;
        let occupied = dir.entries().map_err(fail)?.next().is_some();
        match occupied {
            true => Err(KernelError::new(
                Code::RepositoryUnusable,
                format!("`{shown}` holds something already\nhint: a repository is laid into an empty folder"),
            )),
            false => Ok(Self { dir, shown }),
        }
    }

    /// Lays a file.
    pub fn lay(&self, path: &RepoPath, mode: FileMode, content: &[u8]) -> Result<(), KernelError> {
        self.write(path, mode, content).map_err(|error| self.failed(path, error))
    }

    fn write(&self, path: &RepoPath, mode: FileMode, content: &[u8]) -> io::Result<()> {
        self.make_parents(path)?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if mode == FileMode::Executable {
            cap_std::fs::OpenOptionsExt::mode(&mut options, 0o777);
        }
        #[cfg(not(unix))]
        let _ = mode;
        self.dir.open_with(path.as_str(), &options)?.write_all(content)
    }

    /// Lays a link, if it leads to a place inside. It must come after all files: then no
    /// file is written through it.
    pub fn lay_link(&self, path: &RepoPath, target: &str) -> Result<LinkFate, KernelError> {
        match leads_inside(path, target) {
            true => self.link(path, target).map_err(|error| self.failed(path, error)),
            false => Ok(LinkFate::LeftOut),
        }
    }

    #[cfg(unix)]
    fn link(&self, path: &RepoPath, target: &str) -> io::Result<LinkFate> {
        self.make_parents(path)?;
        self.dir.symlink(target, path.as_str()).map(|()| LinkFate::Laid)
    }

    #[cfg(not(unix))]
    fn link(&self, _: &RepoPath, _: &str) -> io::Result<LinkFate> {
        Ok(LinkFate::LeftOut)
    }

    fn make_parents(&self, path: &RepoPath) -> io::Result<()> {
        path.parent().map_or(Ok(()), |parent| self.dir.create_dir_all(parent.as_str()))
    }

    fn failed(&self, path: &RepoPath, error: io::Error) -> KernelError {
        let hint = match error.kind() {
            io::ErrorKind::AlreadyExists => {
                "\nhint: another file of the repository has a name that this file system takes for the same"
            }
            _ => "",
        };
        let message = format!("can't lay `{path}` into `{}`: {error}{hint}", self.shown);
        KernelError::new(Code::RepositoryUnusable, message)
    }
}

/// Whether a link leads to a place inside of the repository, whatever other links are
/// there: `..` counts only at its start, where what is above is no link.
fn leads_inside(path: &RepoPath, target: &str) -> bool {
    let ups = target.split('/').take_while(|part| *part == "..").count();
    let depth = path.components().count() - 1;
    let down: Vec<_> = target.split('/').skip(ups).collect();
    let above = path.components().take(depth.saturating_sub(ups));
    let whole: Vec<_> = above.chain(down).collect();
    ups <= depth && RepoPath::parse(&whole.join("/")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_out_are_told_from_those_that_do_not() {
        for (path, target, inside) in [
            ("a", "b", true),
            ("a", "b/c", true),
            ("a/b", "../c", true),
            ("a/b/c", "../../d", true),
            ("a", "..", false),
            ("a", "../x", false),
            ("a/b", "../../x", false),
            ("a/b", "/etc/passwd", false),
            ("a", ".git/config", false),
            ("a/b", "../.GIT/config", false),
            ("a", "b/../../x", false),
            ("a", "b/..", false),
            ("a", "", false),
            ("a", "x\0y", false),
        ] {
            assert_eq!(leads_inside(&RepoPath::parse(path).unwrap(), target), inside, "{path} -> {target}");
        }
    }

    #[test]
    fn nothing_is_written_through_a_link_or_over_a_file() {
        let (outside, inside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = Folder::open(inside.path()).unwrap();
        let path = |text| RepoPath::parse(text).unwrap();
        folder.lay(&path("a/b"), FileMode::Plain, b"1").unwrap();
        assert!(folder.lay(&path("a/b"), FileMode::Plain, b"2").is_err());
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(outside.path(), inside.path().join("out")).unwrap();
            assert!(folder.lay(&path("out/x"), FileMode::Plain, b"3").is_err());
            std::os::unix::fs::symlink(outside.path().join("y"), inside.path().join("y")).unwrap();
            assert!(folder.lay(&path("y"), FileMode::Plain, b"4").is_err());
        }
        assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
        assert_eq!(std::fs::read(inside.path().join("a/b")).unwrap(), b"1");
    }

    #[test]
    fn a_folder_that_holds_something_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x"), "").unwrap();
        assert_eq!(Folder::open(folder.path()).err().unwrap().code, Code::RepositoryUnusable);
    }
}
