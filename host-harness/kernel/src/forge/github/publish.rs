//! A branch for a commit, and a change as a whole.

use agent_contract::branch::BranchName;
use policy::Code;
use serde_json::json;

use super::{
    Github, answer,
    api::Talk,
    change::{Change, Onto, PullRequestText},
    published::{Committed, Made, Published, Pushed},
};
use crate::{
    KernelError,
    forge::ObjectId,
    net::{Method, Repeat},
};

impl Github {
    /// Commit, branch and, when its text is given, pull request. Whatever of it is there
    /// already is not made again, so that it can be repeated after it broke off anywhere.
    pub async fn publish(
        &self,
        change: &Change,
        pull_request: Option<&PullRequestText>,
    ) -> Result<Published, KernelError> {
        pull_request.map_or(Ok(()), PullRequestText::check)?;
        let committed = self.commit(change).await?;
        let pushed = self.push(change, &committed).await?;
        let pull_request = match pull_request {
            Some(text) => Some(self.open_pull_request(change, text).await?),
            None => None,
        };
        let base_moved_to = self.base_moved_to(change).await?;
        Ok(Published { committed, pushed, pull_request, base_moved_to })
    }

    /// Puts the branch at the commit: a new branch, or one that is at the commit's parent.
    pub async fn push(&self, change: &Change, committed: &Committed) -> Result<Pushed, KernelError> {
        let talk = self.talk();
        self.check_branch(&talk, &change.branch).await?;
        let head = self.head(&talk, &change.branch).await?;
        let pushed =
            |made| Pushed { branch: change.branch.to_string(), commit: committed.commit.clone(), made };
        let at_parent = head.as_ref() == Some(&change.parent);
        let tried = match (&head, change.onto) {
            (Some(head), _) if *head == committed.commit => return Ok(pushed(Made::Before)),
            (None, Onto::NewBranch) => self.create_branch(&talk, change, committed).await,
            (Some(_), Onto::ExistingBranch) if at_parent => self.move_on(&talk, change, committed).await,
            (None, Onto::ExistingBranch) => Err(gone(&change.branch)),
            (Some(head), _) => Err(elsewhere(change, head)),
        };
        match tried {
            Ok(head) if head == committed.commit => Ok(pushed(Made::Now)),
            Ok(head) => Err(elsewhere(change, &head)),
            Err(error) => match self.push_came_to(&talk, change, error).await? {
                head if head == committed.commit => Ok(pushed(Made::Before)),
                head => Err(elsewhere(change, &head)),
            },
        }
    }

    async fn create_branch(
        &self,
        talk: &Talk,
        change: &Change,
        committed: &Committed,
    ) -> Result<ObjectId, KernelError> {
        let body = json!({ "ref": format!("refs/heads/{}", change.branch), "sha": committed.commit });
        // A branch can't be made twice: the second attempt is told that it is there.
        let made: answer::Reference =
            talk.send(Method::Post, &self.path("/git/refs"), body, Repeat::Harmless).await?;
        Ok(made.object.sha)
    }

    async fn move_on(
        &self,
        talk: &Talk,
        change: &Change,
        committed: &Committed,
    ) -> Result<ObjectId, KernelError> {
        let path = self.path(&format!("/git/refs/heads/{}", super::escaped(change.branch.as_str())));
        let body = json!({ "sha": committed.commit, "force": false });
        let made: answer::Reference = talk.send(Method::Patch, &path, body, Repeat::Harmless).await?;
        Ok(made.object.sha)
    }

    /// Where the branch is after an attempt of which nobody knows what came of it, or
    /// which the forge did not take.
    async fn push_came_to(
        &self,
        talk: &Talk,
        change: &Change,
        error: KernelError,
    ) -> Result<ObjectId, KernelError> {
        let is_ours = matches!(error.code, Code::BranchExists | Code::BaseMoved);
        if is_ours || !leaves_open(error.code) {
            return Err(error);
        }
        match (self.head(talk, &change.branch).await?, change.onto) {
            (Some(head), Onto::NewBranch) => Ok(head),
            (Some(head), Onto::ExistingBranch) if head != change.parent => Ok(head),
            _ => Err(error),
        }
    }

    async fn base_moved_to(&self, change: &Change) -> Result<Option<ObjectId>, KernelError> {
        if change.onto == Onto::ExistingBranch {
            return Ok(None);
        }
        let talk = self.talk();
        let base = self.base_of(&self.look(&talk).await?)?;
        Ok(self.head(&talk, &base).await?.filter(|head| *head != change.parent))
    }
}

/// Whether nobody knows what came of a request, or another one may have come first.
pub(super) fn leaves_open(code: Code) -> bool {
    let clash = matches!(code, Code::ForgeConflict | Code::ForgeInvalid);
    let lost = matches!(code, Code::ForgeBroken | Code::ForgeMalformed | Code::CallTimeout);
    clash || lost || super::ask::may_pass(code)
}

/// The branch is where this change did not put it.
pub(super) fn elsewhere(change: &Change, head: &ObjectId) -> KernelError {
    match change.onto {
        Onto::NewBranch => exists(&change.branch),
        Onto::ExistingBranch => moved(&change.branch, head),
    }
}

fn exists(branch: &BranchName) -> KernelError {
    let message = format!(
        "branch `{branch}` is on the forge already, with something else\nhint: name another work branch"
    );
    KernelError::new(Code::BranchExists, message)
}

pub(super) fn gone(branch: &BranchName) -> KernelError {
    KernelError::new(Code::ForgeMissing, format!("branch `{branch}` is not on the forge"))
}

fn moved(branch: &BranchName, head: &ObjectId) -> KernelError {
    let message = format!(
        "branch `{branch}` is at `{head}` now; it is not moved by force\nhint: run again on what it has"
    );
    KernelError::new(Code::BaseMoved, message)
}
