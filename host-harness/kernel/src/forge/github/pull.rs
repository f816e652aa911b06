//! The pull request of a change. Opened once, and never merged: there is no function for
//! that.

use policy::Code;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    Github, answer,
    api::Talk,
    change::{Change, PullRequestText},
    escaped,
    publish::leaves_open,
    published::{Made, PullRequest},
};
use crate::{
    KernelError,
    forge::context::word,
    net::{Method, Repeat},
};

impl Github {
    /// Opens a pull request from the change's branch to the base branch, if there is none.
    pub async fn open_pull_request(
        &self,
        change: &Change,
        text: &PullRequestText,
    ) -> Result<PullRequest, KernelError> {
        text.check()?;
        let talk = self.talk();
        self.check_branch(&talk, &change.branch).await?;
        let base = self.base_of(&self.look(&talk).await?)?.to_string();
        let (found, made) = self.found_or_opened(&talk, change, text, &base).await?;
        self.label(&talk, &found).await?;
        Ok(PullRequest {
            number: found.number,
            reference: format!("{}#{}", self.reference(), found.number),
            state: word(&found.state),
            is_draft: found.draft,
            base: found.base.branch,
            made,
        })
    }

    /// Looks before every attempt: an earlier one may have succeeded with nobody hearing
    /// of it.
    async fn found_or_opened(
        &self,
        talk: &Talk,
        change: &Change,
        text: &PullRequestText,
        base: &str,
    ) -> Result<(answer::PullRequest, Made), KernelError> {
        let mut broke_off = None;
        for attempt in 1..=self.config.limits.attempts {
            if let Some(found) = self.find_pull_request(talk, change, base).await? {
                return Ok((found, Made::Before));
            }
            if let Some(error) =
                broke_off.take().filter(|error: &KernelError| error.code == Code::ForgeInvalid)
            {
                return Err(error);
            }
            let body = self.new_pull_request(change, text, base);
            match talk.send(Method::Post, &self.path("/pulls"), body, Repeat::Never).await {
                Ok(made) => return Ok((made, Made::Now)),
                Err(error) if leaves_open(error.code) => broke_off = Some(error),
                Err(error) => return Err(error),
            }
            sleep(talk.wait(attempt)).await;
        }
        match (self.find_pull_request(talk, change, base).await?, broke_off) {
            (Some(found), _) => Ok((found, Made::Before)),
            (None, Some(error)) => Err(error),
            (None, None) => Err(KernelError::new(Code::ForgeBroken, "no pull request was opened")),
        }
    }

    fn new_pull_request(&self, change: &Change, text: &PullRequestText, base: &str) -> Value {
        json!({
            "title": text.title,
            "body": change.pull_request_body(text),
            "head": change.branch.as_str(),
            "base": base,
            "draft": self.config.draft,
        })
    }

    /// The one that this operation opened, open or not; else one that somebody opened for
    /// the same branch: the forge takes no second one.
    async fn find_pull_request(
        &self,
        talk: &Talk,
        change: &Change,
        base: &str,
    ) -> Result<Option<answer::PullRequest>, KernelError> {
        let (head, base) = (escaped(&format!("{}:{}", self.owner, change.branch)), escaped(base));
        let path = self.path(&format!("/pulls?state=all&head={head}&base={base}"));
        let mut found = talk.pages::<answer::PullRequest>(&path, self.config.limits.pages).await?;
        found.retain(|pull| pull.head.branch == change.branch.as_str());
        let marked =
            |pull: &answer::PullRequest| pull.body.as_ref().is_some_and(|body| body.contains(&change.mark()));
        let at = found.iter().position(marked).or_else(|| found.iter().position(|pull| pull.state == "open"));
        Ok(at.map(|at| found.swap_remove(at)))
    }

    /// Adds the labels, which does nothing where they are there.
    async fn label(&self, talk: &Talk, pull: &answer::PullRequest) -> Result<(), KernelError> {
        if self.config.labels.is_empty() || pull.state != "open" {
            return Ok(());
        }
        let path = self.path(&format!("/issues/{}/labels", pull.number));
        let body = json!({ "labels": self.config.labels });
        let labelled = talk.send::<Value>(Method::Post, &path, body, Repeat::Harmless).await;
        labelled.map(drop).map_err(|error| {
            let message = format!(
                "pull request `{}#{}` is open, and has not got its labels: {}",
                self.reference(),
                pull.number,
                error.message
            );
            KernelError::new(error.code, message)
        })
    }
}
