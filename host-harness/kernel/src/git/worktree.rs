//! The look at a checkout, by a repository of ours.

use std::fs;

use super::{
    command::Git,
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

/// Whether the checkout holds what the commit does not.
pub(super) fn holds_more(repository: &Repository, commit: Option<&str>) -> Result<bool, KernelError> {
    let empty = EMPTY_TREE[usize::from(commit.is_some_and(is_sha256))];
    let own = OwnRepository::passing(repository, commit.unwrap_or(empty))?;
    let copied = copy_index(repository, &own).and_then(|()| copy_exclude(repository, &own));
    copied.map_err(|error| repository.unusable(&format!("can't be looked through: {error}")))?;
    let git = |arguments: &[&str]| -> Git {
        own.git(arguments)
            .env("GIT_WORK_TREE", repository.root())
            .env("GIT_ATTR_SOURCE", empty)
            .folder(repository.root())
    };
    let quiet = ["--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--raw"];
    let diff = |arguments: &[&str]| git(&[arguments, &quiet].concat());
    let staged = diff(&["diff-index", "--cached"]).argument(commit.unwrap_or(empty)).run(&[])?;
    let changed = diff(&["diff-files"]).run(&[])?;
    let unknown = git(&["ls-files", "--others", "--exclude-standard", "--directory"]).run(&[])?;
    Ok([staged, changed, unknown].iter().any(|output| !output.is_empty()))
}

/// The index, with the files that a split one is completed by.
fn copy_index(repository: &Repository, own: &OwnRepository) -> std::io::Result<()> {
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

fn copy_exclude(repository: &Repository, own: &OwnRepository) -> std::io::Result<()> {
    let Some(exclude) = input::read(repository.common(), "info/exclude", EXCLUDE_BYTES_MAX)? else {
        return Ok(());
    };
    fs::create_dir_all(own.folder().join("info"))?;
    fs::write(own.folder().join("info/exclude"), exclude)
}
