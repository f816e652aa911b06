use std::path::Path;

use agent_contract::branch::BranchName;
use policy::Code;

use super::{
    objects,
    own::OwnRepository,
    refs::{Held, is_id},
    repository::Repository,
};
use crate::KernelError;

/// What came of asking for a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Branched {
    /// It was made.
    Created,
    /// It was there, made by the same operation: with this commit.
    Repeated(String),
}

/// Gives a commit a new branch. One that is there already is never moved; where the same
/// operation made it, that is told and nothing is done.
pub fn create_branch(root: &Path, branch: &BranchName, commit: &str) -> Result<Branched, KernelError> {
    let repository = Repository::needed(root)?;
    let reference = format!("refs/heads/{branch}");
    if !is_id(commit) {
        return Err(no_commit(commit));
    }
    let own = OwnRepository::passing(&repository, commit)?;
    objects::commit(&own, commit)?.ok_or_else(|| no_commit(commit))?;
    if repository.create_reference(&reference, commit)? {
        return Ok(Branched::Created);
    }
    let held = repository.resolve(Held::Reference(reference))?;
    match held.filter(|held| is_same_operation(&own, held, commit).unwrap_or(false)) {
        Some(held) => Ok(Branched::Repeated(held)),
        None => Err(KernelError::new(
            Code::BranchExists,
            format!("branch `{branch}` is there already\nhint: name another work branch"),
        )),
    }
}

/// Whether two commits are one, or the same change made by the same operation.
pub(super) fn is_same_operation(own: &OwnRepository, one: &str, other: &str) -> Result<bool, KernelError> {
    if one == other {
        return Ok(true);
    }
    let (one, other) = (objects::commit(own, one)?, objects::commit(own, other)?);
    Ok(one.is_some_and(|one| one.operation.is_some() && Some(one) == other))
}

fn no_commit(id: &str) -> KernelError {
    let message = format!("`{}` is no commit of this repository", id.escape_debug());
    KernelError::new(Code::ArgumentMalformed, message)
}
