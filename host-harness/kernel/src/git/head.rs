use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use agent_contract::{RepoPath, branch::BranchName};
use policy::Code;

use super::command::{Git, line};
use crate::KernelError;

/// Where a repository stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// The commit; none before the first.
    pub commit: Option<String>,
    /// The branch; none when detached.
    pub branch: Option<BranchName>,
}

/// Where the repository stands; `None` for a plain folder.
pub fn head(root: &Path) -> Result<Option<Head>, KernelError> {
    if root.join(".git").symlink_metadata().is_err() {
        return Ok(None);
    }
    let output = Git::new(root, &["rev-parse", "HEAD", "--symbolic-full-name", "HEAD"]).output(&[])?;
    if !output.status.success() {
        return unborn(root).map(Some);
    }
    let text = line(output.stdout);
    let (commit, reference) = text.split_once('\n').unwrap_or((&text, ""));
    Ok(Some(Head { commit: Some(commit.to_owned()), branch: branch(reference) }))
}

/// The repository that a folder is a part of, without being its root.
pub fn enclosing(root: &Path) -> Option<&Path> {
    root.ancestors().skip(1).find(|above| above.join(".git").symlink_metadata().is_ok())
}

/// Whether the checkout holds what is in no commit: changes, staged or not, and files
/// that git does not know and does not ignore. A file whose times alone changed counts,
/// for looking closer would run the repository's own filters.
pub fn holds_more(root: &Path) -> Result<bool, KernelError> {
    let git = |arguments: &[&str]| Git::new(root, arguments).env("GIT_ATTR_SOURCE", EMPTY_TREE);
    let staged =
        git(&["diff-index", "--cached", "--no-ext-diff", "--no-textconv", "--raw", "HEAD"]).run(&[])?;
    let changed = git(&["diff-files", "--no-ext-diff", "--no-textconv", "--raw"]).run(&[])?;
    let unknown = git(&["ls-files", "--others", "--exclude-standard", "--directory"]).run(&[])?;
    Ok([staged, changed, unknown].iter().any(|output| !output.is_empty()))
}

/// A tree without attributes.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

fn unborn(root: &Path) -> Result<Head, KernelError> {
    let output = Git::new(root, &["symbolic-ref", "--quiet", "HEAD"]).output(&[])?;
    match output.status.success() {
        true => Ok(Head { commit: None, branch: branch(&line(output.stdout)) }),
        false => Err(KernelError::new(
            Code::RepositoryUnusable,
            format!("`{}` has a `.git` that is no repository: {}", root.display(), line(output.stderr)),
        )),
    }
}

fn branch(reference: &str) -> Option<BranchName> {
    reference.strip_prefix("refs/heads/").and_then(|name| BranchName::parse(name).ok())
}

/// The committed content of files; what is in no commit is left out.
pub fn committed(
    root: &Path,
    paths: &BTreeSet<RepoPath>,
) -> Result<BTreeMap<RepoPath, Vec<u8>>, KernelError> {
    let asked: Vec<_> = paths.iter().filter(|path| !path.as_str().contains('\n')).collect();
    let questions: String = asked.iter().map(|path| format!("HEAD:{path}\n")).collect();
    let answers = Git::new(root, &["cat-file", "--batch"]).run(questions.as_bytes())?;
    let mut rest = answers.as_slice();
    let mut found = BTreeMap::new();
    for path in asked {
        if let Some(content) = next_answer(&mut rest)? {
            found.insert(path.clone(), content);
        }
    }
    Ok(found)
}

/// `<id> blob <size>\n<content>\n`, or a line that says that there is none.
fn next_answer(rest: &mut &[u8]) -> Result<Option<Vec<u8>>, KernelError> {
    let cut = || KernelError::new(Code::KernelFailed, "`git cat-file` gave half an answer");
    let end = rest.iter().position(|byte| *byte == b'\n').ok_or_else(cut)?;
    let header = String::from_utf8_lossy(&rest[..end]).into_owned();
    *rest = &rest[end + 1..];
    let Some(size) = header.rsplit_once(' ').and_then(|(_, size)| size.parse::<usize>().ok()) else {
        return Ok(None);
    };
    let content = rest.get(..size).ok_or_else(cut)?.to_vec();
    *rest = rest.get(size + 1..).ok_or_else(cut)?;
    Ok(header.contains(" blob ").then_some(content))
}
