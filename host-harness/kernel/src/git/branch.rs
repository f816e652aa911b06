use std::path::Path;

use agent_contract::branch::BranchName;
use policy::{Code, config::GitSigning};

use super::{
    objects,
    own::OwnRepository,
    refs::{Held, is_id},
    repository::Repository,
    signing::Signer,
};
use crate::KernelError;

/// A branch to be made.
#[derive(Debug)]
pub struct NewBranch<'a> {
    /// The repository.
    pub root: &'a Path,
    /// Its name.
    pub branch: &'a BranchName,
    /// The commit that it is to hold.
    pub commit: &'a str,
    /// What signed that commit.
    pub signing: Option<&'a GitSigning>,
    /// A folder of the run's own for what passes.
    pub scratch: &'a Path,
}

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
pub fn create_branch(new: &NewBranch) -> Result<Branched, KernelError> {
    let (repository, own) = opened(new)?;
    repository.refuse_checked_out(new.branch)?;
    if repository.create_reference(&reference(new), new.commit)? {
        return Ok(Branched::Created);
    }
    match held_before(new, &repository, &own)? {
        Some(held) => Ok(Branched::Repeated(held)),
        None => Err(KernelError::new(
            Code::BranchExists,
            format!("branch `{}` is there already\nhint: name another work branch", new.branch),
        )),
    }
}

/// The commit that the same operation gave this branch before, if it did.
pub fn made_before(new: &NewBranch) -> Result<Option<String>, KernelError> {
    let (repository, own) = opened(new)?;
    held_before(new, &repository, &own)
}

fn opened(new: &NewBranch) -> Result<(Repository, OwnRepository), KernelError> {
    let repository = Repository::needed(new.root)?;
    if !is_id(new.commit) {
        return Err(no_commit(new.commit));
    }
    let own = OwnRepository::over(&repository, new.commit, new.scratch)?;
    objects::commit(&own, new.commit)?.ok_or_else(|| no_commit(new.commit))?;
    Ok((repository, own))
}

fn reference(new: &NewBranch) -> String {
    format!("refs/heads/{}", new.branch)
}

fn held_before(
    new: &NewBranch,
    repository: &Repository,
    own: &OwnRepository,
) -> Result<Option<String>, KernelError> {
    let held = repository.resolve(Held::Reference(reference(new)))?;
    let is_ours = |held: &String| is_same_operation(own, held, new.commit, new.signing).unwrap_or(false);
    Ok(held.filter(is_ours))
}

/// Whether a commit is `ours`, or the same change made before by the same operation and
/// the same people, and signed with the same key. Anybody can write a trailer.
pub(super) fn is_same_operation(
    own: &OwnRepository,
    found: &str,
    ours: &str,
    signing: Option<&GitSigning>,
) -> Result<bool, KernelError> {
    if found == ours {
        return Ok(true);
    }
    let (commit, other) = (objects::commit(own, found)?, objects::commit(own, ours)?);
    let Some(commit) = commit.filter(|commit| commit.operation.is_some()) else { return Ok(false) };
    match (Some(&commit) == other.as_ref(), commit.is_signed, signing) {
        (false, ..) => Ok(false),
        (true, false, _) => Ok(true),
        (true, true, None) => Ok(false),
        (true, true, Some(signing)) => Signer::ready(signing, own)?.made(own, found),
    }
}

fn no_commit(id: &str) -> KernelError {
    let message = format!("`{}` is no commit of this repository", id.escape_debug());
    KernelError::new(Code::ArgumentMalformed, message)
}
