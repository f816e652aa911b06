use std::path::Path;

use agent_contract::{RepoPath, branch::BranchName};
use policy::Code;

use super::command::{Git, line};
use crate::{KernelError, workspace::HeldFile};

const NAME: &str = "AGenNext Code Assist";
const EMAIL: &str = "code-assist@agennext.invalid";

/// A commit to be made: a change on top of a commit.
#[derive(Debug)]
pub struct Commit<'a> {
    /// The repository.
    pub root: &'a Path,
    /// The commit that it follows.
    pub parent: &'a str,
    /// The message, trailers included.
    pub message: &'a str,
    /// Files as they are to be; `None` is a deletion.
    pub files: &'a [(RepoPath, Option<HeldFile>)],
    /// A folder for a passing index.
    pub scratch: &'a Path,
}

/// Makes the commit and returns its id. No branch knows of it yet, and neither index
/// nor working tree of the checkout take part.
pub fn commit(commit: &Commit) -> Result<String, KernelError> {
    let index = commit.scratch.join("index");
    let made = with_index(commit, &index);
    let _ = std::fs::remove_file(&index);
    made
}

fn with_index(commit: &Commit, index: &Path) -> Result<String, KernelError> {
    let git = |arguments: &[&str]| Git::new(commit.root, arguments).env("GIT_INDEX_FILE", index);
    git(&["read-tree", commit.parent]).run(&[])?;
    git(&["update-index", "-z", "--index-info"]).run(&entries(commit)?)?;
    let tree = line(git(&["write-tree"]).run(&[])?);
    let person = ["AUTHOR", "COMMITTER"];
    let made = person.iter().fold(git(&["commit-tree", &tree, "-p", commit.parent]), |git, role| {
        git.env(&format!("GIT_{role}_NAME"), NAME).env(&format!("GIT_{role}_EMAIL"), EMAIL)
    });
    Ok(line(made.run(commit.message.as_bytes())?))
}

fn entries(commit: &Commit) -> Result<Vec<u8>, KernelError> {
    let mut entries = Vec::new();
    for (path, file) in commit.files {
        let entry = match file {
            None => format!("0 {}\t{path}\0", "0".repeat(commit.parent.len())),
            Some(file) => format!("{} {}\t{path}\0", file.mode, blob(commit.root, file)?),
        };
        entries.extend(entry.into_bytes());
    }
    Ok(entries)
}

fn blob(root: &Path, file: &HeldFile) -> Result<String, KernelError> {
    Ok(line(Git::new(root, &["hash-object", "-w", "--stdin"]).run(file.blob.bytes())?))
}

/// Gives a commit a new branch. One that is there already is never moved.
pub fn create_branch(root: &Path, branch: &BranchName, commit: &str) -> Result<(), KernelError> {
    let reference = format!("refs/heads/{branch}");
    let nothing = "0".repeat(commit.len());
    let created = Git::new(root, &["update-ref", &reference, commit, &nothing]).run(&[]);
    created.map(drop).map_err(|error| match error.message.contains("already exists") {
        true => KernelError::new(
            Code::BranchExists,
            format!("branch `{branch}` is there already\nhint: name another work branch"),
        ),
        false => error,
    })
}
