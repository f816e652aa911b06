//! The repository and its branches.

use agent_contract::branch::BranchName;
use policy::Code;

use super::{
    Github,
    answer::{self, branch_name},
    api::Talk,
    escaped,
};
use crate::{KernelError, forge::ObjectId};

/// What there is to know of a repository before one works with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// `owner/name`, as the forge writes it.
    pub reference: String,
    /// The branch that it has as its own.
    pub default_branch: BranchName,
    /// Whether nobody can write to it any more.
    pub is_archived: bool,
    /// Whether the forge has switched it off.
    pub is_disabled: bool,
    /// Whether not everybody sees it.
    pub is_private: bool,
    /// Whether the credential may write to it, where the forge tells.
    pub can_push: Option<bool>,
}

/// A branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Its name.
    pub name: BranchName,
    /// The commit that it is at.
    pub head: ObjectId,
    /// Whether the forge protects it.
    pub is_protected: bool,
}

impl Github {
    /// Looks at the repository.
    pub async fn repository(&self) -> Result<Repository, KernelError> {
        self.look(&self.talk()).await
    }

    /// Looks at a branch.
    pub async fn branch(&self, name: &BranchName) -> Result<Branch, KernelError> {
        let found = self.find_branch(&self.talk(), name).await?;
        found.ok_or_else(|| {
            let message = format!("`{}` has no branch `{name}`", self.reference());
            KernelError::new(Code::ForgeMissing, message)
        })
    }

    /// The branch that pull requests are for.
    pub async fn base(&self) -> Result<BranchName, KernelError> {
        let repository = self.look(&self.talk()).await?;
        self.base_of(&repository)
    }

    pub(super) fn base_of(&self, repository: &Repository) -> Result<BranchName, KernelError> {
        let configured = self.config.base.as_deref().map(branch_name);
        configured.unwrap_or_else(|| Ok(repository.default_branch.clone()))
    }

    pub(super) async fn look(&self, talk: &Talk) -> Result<Repository, KernelError> {
        let found: answer::Repository = talk.get(&self.path("")).await?;
        if !found.full_name.eq_ignore_ascii_case(&self.reference()) {
            let message = format!(
                "`{}` is `{}` now\nhint: name it in the configuration as it is now",
                self.reference(),
                agent_contract::fault::shown(&found.full_name)
            );
            return Err(KernelError::new(Code::ForgeRedirect, message));
        }
        Ok(Repository {
            default_branch: branch_name(&found.default_branch)?,
            reference: found.full_name,
            is_archived: found.archived,
            is_disabled: found.disabled,
            is_private: found.private,
            can_push: found.permissions.map(|permissions| permissions.push),
        })
    }

    pub(super) async fn find_branch(
        &self,
        talk: &Talk,
        name: &BranchName,
    ) -> Result<Option<Branch>, KernelError> {
        let path = self.path(&format!("/branches/{}", escaped(name.as_str())));
        let found: Option<answer::Branch> = talk.find(&path).await?;
        Ok(found.map(|branch| Branch {
            name: name.clone(),
            head: branch.commit.sha,
            is_protected: branch.protected,
        }))
    }
}
