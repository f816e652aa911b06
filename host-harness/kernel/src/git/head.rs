use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use agent_contract::{RepoPath, branch::BranchName};

use super::{objects, own::OwnRepository, refs::Held, repository::Repository};
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
    Repository::open(root)?.map(|repository| head_of(&repository)).transpose()
}

pub(super) fn head_of(repository: &Repository) -> Result<Head, KernelError> {
    let held = repository.head_held()?;
    let branch = match &held {
        Held::Reference(name) => branch(name),
        Held::Id(_) => None,
    };
    Ok(Head { commit: repository.resolve(held)?, branch })
}

/// The repository that a folder is a part of, without being its root.
pub fn enclosing(root: &Path) -> Option<&Path> {
    root.ancestors().skip(1).find(|above| above.join(".git").symlink_metadata().is_ok())
}

fn branch(reference: &str) -> Option<BranchName> {
    reference.strip_prefix("refs/heads/").and_then(|name| BranchName::parse(name).ok())
}

/// The first of these paths that the commit has as the place of another repository.
pub fn submodule(root: &Path, paths: &[RepoPath]) -> Result<Option<RepoPath>, KernelError> {
    let Some(repository) = Repository::open(root)? else { return Ok(None) };
    let Some(commit) = head_of(&repository)?.commit else { return Ok(None) };
    let own = OwnRepository::passing(&repository, &commit)?;
    let list = own.git(&["ls-tree", "-z", &commit, "--"]);
    let listed = paths.iter().fold(list, |list, path| list.argument(path.as_str())).run(&[])?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let other = |line: &str| line.strip_prefix("160000 ")?.split_once('\t').map(|(_, path)| path.to_owned());
    let found: BTreeSet<_> = listed.split('\0').filter_map(other).collect();
    Ok(paths.iter().find(|path| found.contains(path.as_str())).cloned())
}

/// The committed content of files; what is in no commit is left out.
pub fn committed(
    root: &Path,
    paths: &BTreeSet<RepoPath>,
) -> Result<BTreeMap<RepoPath, Vec<u8>>, KernelError> {
    let repository = Repository::needed(root)?;
    let Some(commit) = head_of(&repository)?.commit else { return Ok(BTreeMap::new()) };
    let own = OwnRepository::passing(&repository, &commit)?;
    let asked: Vec<_> = paths.iter().filter(|path| !path.as_str().contains('\n')).collect();
    let names: Vec<_> = asked.iter().map(|path| format!("{commit}:{path}")).collect();
    let found = objects::read(&own, &names)?.into_iter().zip(asked).filter_map(|(object, path)| {
        let blob = object.filter(|object| object.kind == "blob")?;
        Some((path.clone(), blob.content))
    });
    Ok(found.collect())
}
