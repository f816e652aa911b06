//! The look at a checkout, by a repository of ours.

use std::{fs, io, path::Path};

use super::{
    command::Git,
    head::{enclosing, head_of},
    input,
    own::{OwnRepository, is_sha256},
    repository::Repository,
};
use crate::KernelError;

const INDEX_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
const EXCLUDE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// A tree without attributes, in either kind of hash.
const EMPTY_TREE: [&str; 2] = [
    "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
];

/// A checkout, looked at with a copy of its index.
#[derive(Debug)]
pub(super) struct Checkout {
    repository: Repository,
    own: OwnRepository,
    commit: Option<String>,
}

/// Whether the checkout holds what is in no commit: changes, staged or not, and files
/// that git does not know and does not ignore. A file whose times alone changed counts,
/// for looking closer would run the repository's own filters. What lies in another
/// repository inside this one is not looked at.
pub fn holds_more(root: &Path) -> Result<bool, KernelError> {
    let checkout = Checkout::open(Repository::needed(root)?)?;
    let quiet = ["--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--raw"];
    let diff = |arguments: &[&str]| checkout.git(&[arguments, &quiet].concat());
    let staged = diff(&["diff-index", "--cached"]).argument(checkout.commit()).run(&[])?;
    let changed = diff(&["diff-files"]).run(&[])?;
    let unknown = checkout.git(&["ls-files", "--others", "--exclude-standard", "--directory"]).run(&[])?;
    Ok([staged, changed, unknown].iter().any(|output| !output.is_empty()))
}

/// The files and folders beneath `root` that git ignores, by their paths in it, folders
/// with `/` at their end; `None` where there is no repository.
pub fn ignored(root: &Path) -> Result<Option<Vec<String>>, KernelError> {
    listed(root, &["--others", "--ignored", "--exclude-standard", "--directory"])
}

/// The files beneath `root` that stand in git's index, by their paths in it; `None`
/// where there is no repository.
pub fn tracked(root: &Path) -> Result<Option<Vec<String>>, KernelError> {
    listed(root, &["--cached"])
}

/// Those of them that the rules for what is ignored name all the same.
pub fn tracked_though_ignored(root: &Path) -> Result<Option<Vec<String>>, KernelError> {
    listed(root, &["--cached", "--ignored", "--exclude-standard"])
}

fn listed(root: &Path, words: &[&str]) -> Result<Option<Vec<String>>, KernelError> {
    let Some(checkout) = Checkout::around(root)? else { return Ok(None) };
    let output = checkout.git(&[&["ls-files", "-z"], words].concat()).folder(root).run(&[])?;
    let paths = output.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    Ok(Some(paths.map(|path| String::from_utf8_lossy(path).into_owned()).collect()))
}

impl Checkout {
    /// The checkout that a folder is, or is a part of.
    pub fn around(root: &Path) -> Result<Option<Self>, KernelError> {
        let whole = match root.join(".git").symlink_metadata() {
            Ok(_) => Some(root),
            Err(_) => enclosing(root),
        };
        whole.map(|whole| Self::open(Repository::needed(whole)?)).transpose()
    }

    /// The repository of ours that looks at it.
    pub fn own(&self) -> &OwnRepository {
        &self.own
    }

    /// The repository that it is a checkout of.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    fn open(repository: Repository) -> Result<Self, KernelError> {
        let commit = head_of(&repository)?.commit;
        let own = OwnRepository::passing(&repository, commit.as_deref().unwrap_or(EMPTY_TREE[0]))?;
        let copied = copy_index(&repository, &own).and_then(|()| copy_exclude(&repository, &own));
        copied.map_err(|error| repository.unusable(&format!("can't be looked through: {error}")))?;
        Ok(Self { repository, own, commit })
    }

    fn empty_tree(&self) -> &'static str {
        EMPTY_TREE[usize::from(self.commit.as_deref().is_some_and(is_sha256))]
    }

    /// The commit, or in its place the tree that every repository has.
    fn commit(&self) -> &str {
        self.commit.as_deref().unwrap_or(self.empty_tree())
    }

    /// A git command that sees it.
    pub fn git(&self, arguments: &[&str]) -> Git {
        let root = self.repository.root();
        let git = self.own.git(arguments).env("GIT_WORK_TREE", root);
        git.env("GIT_ATTR_SOURCE", self.empty_tree()).folder(root)
    }
}

/// The index, with the files that a split one is completed by.
fn copy_index(repository: &Repository, own: &OwnRepository) -> io::Result<()> {
    let Some(index) = input::read(repository.own(), "index", INDEX_BYTES_MAX)? else { return Ok(()) };
    fs::write(own.folder().join("index"), index)?;
    for entry in repository.own().entries()?.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| name.starts_with("sharedindex.")) else { continue };
        if let Some(shared) = input::read(repository.own(), name, INDEX_BYTES_MAX)? {
            fs::write(own.folder().join(name), shared)?;
        }
    }
    Ok(())
}

fn copy_exclude(repository: &Repository, own: &OwnRepository) -> io::Result<()> {
    let Some(exclude) = input::read(repository.common(), "info/exclude", EXCLUDE_BYTES_MAX)? else {
        return Ok(());
    };
    fs::create_dir_all(own.folder().join("info"))?;
    fs::write(own.folder().join("info/exclude"), exclude)
}
