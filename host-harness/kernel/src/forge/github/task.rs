//! What a task is about: an issue, or a pull request with what was said of it.

use agent_contract::{fault::shown, target::UrlKind};
use policy::Code;

use super::{Github, answer, api::Talk};
use crate::{
    KernelError,
    forge::{
        Author, Comment, FileNote, Source, TaskContext, Trust,
        context::{Budget, word},
    },
};

impl Github {
    /// What an address is about; nothing, when it is of the repository or a branch.
    pub async fn task(&self, kind: &UrlKind) -> Result<Option<TaskContext>, KernelError> {
        match kind {
            UrlKind::Repository | UrlKind::Branch(_) => Ok(None),
            UrlKind::Issue(number) => self.issue(*number).await.map(Some),
            UrlKind::PullRequest(number) => self.pull_request(*number).await.map(Some),
            UrlKind::Discussion(number) => self.discussion(*number).await.map(Some),
        }
    }

    /// An issue and its comments.
    pub async fn issue(&self, number: u64) -> Result<TaskContext, KernelError> {
        let talk = self.talk();
        let issue = self.issue_answer(&talk, number).await?;
        if issue.pull_request.is_some() {
            let message = format!("`{}#{number}` is a pull request and no issue", self.reference());
            return Err(KernelError::new(Code::ForgeMissing, message));
        }
        self.with_comments(&talk, number, Source::Issue, issue).await.map(|(task, _)| task)
    }

    /// A pull request, its files, its comments and those of its reviews.
    pub async fn pull_request(&self, number: u64) -> Result<TaskContext, KernelError> {
        let talk = self.talk();
        let issue = self.issue_answer(&talk, number).await?;
        let pull = self.pull_request_answer(&talk, number).await?;
        let (mut task, mut budget) = self.with_comments(&talk, number, Source::PullRequest, issue).await?;
        let pages = self.config.limits.pages;
        let files = talk.pages(&self.path(&format!("/pulls/{number}/files")), pages).await?;
        let said = talk.pages(&self.path(&format!("/pulls/{number}/comments")), pages).await?;
        let all = pull.review_comments.max(said.len() as u64);
        task.comments_left_out += all - add_comments(&mut task.comments, said, &mut budget);
        let all = pull.changed_files.max(files.len() as u64);
        task.files = notes(files, &mut budget);
        task.files_left_out = all - task.files.len() as u64;
        Ok(task)
    }

    async fn issue_answer(&self, talk: &Talk, number: u64) -> Result<answer::Issue, KernelError> {
        talk.get(&self.path(&format!("/issues/{number}"))).await
    }

    pub(super) async fn pull_request_answer(
        &self,
        talk: &Talk,
        number: u64,
    ) -> Result<answer::PullRequest, KernelError> {
        talk.get(&self.path(&format!("/pulls/{number}"))).await
    }

    async fn with_comments(
        &self,
        talk: &Talk,
        number: u64,
        source: Source,
        issue: answer::Issue,
    ) -> Result<(TaskContext, Budget), KernelError> {
        let path = self.path(&format!("/issues/{number}/comments"));
        let said = match issue.comments {
            0 => Vec::new(),
            _ => talk.pages(&path, self.config.limits.pages).await?,
        };
        let all = issue.comments.max(said.len() as u64);
        let mut budget = self.budget();
        let mut task = self.begun(number, source, issue, &mut budget);
        task.comments_left_out = all - add_comments(&mut task.comments, said, &mut budget);
        Ok((task, budget))
    }

    fn begun(&self, number: u64, source: Source, issue: answer::Issue, budget: &mut Budget) -> TaskContext {
        TaskContext {
            trust: Trust::Untrusted,
            source,
            reference: format!("{}#{number}", self.reference()),
            state: word(&issue.state),
            title: budget.take(&issue.title),
            author: author(issue.user, issue.author_association.as_deref()),
            labels: issue.labels.iter().map(|label| budget.take(&label.name)).collect(),
            body: budget.take(issue.body.as_deref().unwrap_or_default()),
            comments: Vec::new(),
            files: Vec::new(),
            comments_left_out: 0,
            files_left_out: 0,
        }
    }

    pub(super) fn budget(&self) -> Budget {
        Budget::new(self.config.limits.text_bytes, self.config.limits.context_bytes)
    }
}

/// Adds comments as far as they may reach, and says how many.
fn add_comments(to: &mut Vec<Comment>, said: Vec<answer::Comment>, budget: &mut Budget) -> u64 {
    let before = to.len();
    for comment in said {
        if budget.is_used_up() {
            break;
        }
        to.push(Comment {
            author: author(comment.user, comment.author_association.as_deref()),
            at: word(&comment.created_at),
            path: comment.path.map(|path| budget.take(&path)),
            line: comment.line,
            body: budget.take(comment.body.as_deref().unwrap_or_default()),
        });
    }
    (to.len() - before) as u64
}

fn notes(files: Vec<answer::PulledFile>, budget: &mut Budget) -> Vec<FileNote> {
    let mut notes = Vec::new();
    for file in files {
        if budget.is_used_up() {
            break;
        }
        notes.push(FileNote {
            path: budget.take(&file.filename),
            status: word(&file.status),
            additions: file.additions,
            deletions: file.deletions,
            patch: file.patch.map(|patch| budget.take(&patch)),
        });
    }
    notes
}

/// Who wrote something; GitHub itself calls an account that is gone `ghost`.
pub(super) fn author(user: Option<answer::User>, association: Option<&str>) -> Author {
    let login = user.map_or("ghost".to_owned(), |user| word(&user.login));
    Author { login, association: word(association.unwrap_or("NONE")) }
}

/// An answer of GraphQL that names its errors.
pub(super) fn graphql_fault(line: &str) -> KernelError {
    KernelError::new(
        Code::ForgeMissing,
        format!("the forge's GraphQL API gives no discussion: {}", shown(line)),
    )
}
