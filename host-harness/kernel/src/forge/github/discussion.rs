//! Discussions, which REST does not have.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Github,
    answer::{Label, User},
    fault::{malformed, said},
    task::author,
};
use crate::{
    KernelError,
    forge::{
        Comment, Source, TaskContext, Trust,
        context::{Budget, word},
    },
};

const QUESTION: &str = "query($owner:String!,$name:String!,$number:Int!,$after:String){repository(owner:$owner,name:$name){discussion(number:$number){title body closed author{login} authorAssociation labels(first:20){nodes{name}} comments(first:50,after:$after){totalCount pageInfo{hasNextPage endCursor} nodes{body createdAt author{login} authorAssociation replies(first:50){totalCount nodes{body createdAt author{login} authorAssociation}}}}}}}";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Discussion {
    title: String,
    body: String,
    #[serde(default)]
    closed: bool,
    author: Option<User>,
    author_association: Option<String>,
    labels: Option<Nodes<Label>>,
    comments: Said,
}

#[derive(Debug, Deserialize)]
struct Nodes<T> {
    nodes: Vec<T>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    total_count: u64,
    page_info: PageInfo,
    nodes: Vec<Remark>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Remark {
    body: String,
    created_at: String,
    author: Option<User>,
    author_association: Option<String>,
    replies: Option<Replies>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Replies {
    total_count: u64,
    nodes: Vec<Remark>,
}

impl Github {
    /// A discussion, its comments and the replies to them.
    pub async fn discussion(&self, number: u64) -> Result<TaskContext, KernelError> {
        let talk = self.talk();
        let mut variables = json!({ "owner": self.owner, "name": self.name, "number": number });
        let mut first: Option<Discussion> = None;
        for _ in 0..self.config.limits.pages {
            let page = discussion(talk.question(QUESTION, variables.clone()).await?)?;
            let info = &page.comments.page_info;
            let cursor = info.end_cursor.clone().filter(|_| info.has_next_page);
            match &mut first {
                None => first = Some(page),
                Some(first) => first.comments.nodes.extend(page.comments.nodes),
            }
            let Some(cursor) = cursor else { break };
            variables["after"] = cursor.into();
        }
        let found = first.ok_or_else(|| malformed(ASKED, "it has no page"))?;
        Ok(self.as_task(number, found))
    }

    fn as_task(&self, number: u64, found: Discussion) -> TaskContext {
        let mut budget = self.budget();
        let labels = found.labels.map(|labels| labels.nodes).unwrap_or_default();
        let mut task = TaskContext {
            trust: Trust::Untrusted,
            source: Source::Discussion,
            reference: format!("{}#{number}", self.reference()),
            state: if found.closed { "closed" } else { "open" }.to_owned(),
            title: budget.take(&found.title),
            author: author(found.author, found.author_association.as_deref()),
            labels: labels.iter().map(|label| budget.take(&label.name)).collect(),
            body: budget.take(&found.body),
            comments: Vec::new(),
            files: Vec::new(),
            comments_left_out: 0,
            files_left_out: 0,
        };
        let all = count(&found.comments);
        found.comments.nodes.into_iter().for_each(|remark| add(&mut task.comments, remark, &mut budget));
        task.comments_left_out = all.saturating_sub(task.comments.len() as u64);
        task
    }
}

const ASKED: &str = "POST /graphql";

fn discussion(answer: Value) -> Result<Discussion, KernelError> {
    let found = &answer["data"]["repository"]["discussion"];
    if found.is_null() {
        return Err(super::task::graphql_fault(&said(answer.to_string().as_bytes()).line()));
    }
    Discussion::deserialize(found).map_err(|error| malformed(ASKED, error))
}

fn count(said: &Said) -> u64 {
    let replies: u64 =
        said.nodes.iter().filter_map(|remark| Some(remark.replies.as_ref()?.total_count)).sum();
    said.total_count.saturating_add(replies)
}

/// A remark and, after it, the replies to it.
fn add(to: &mut Vec<Comment>, remark: Remark, budget: &mut Budget) {
    if budget.is_used_up() {
        return;
    }
    to.push(Comment {
        author: author(remark.author, remark.author_association.as_deref()),
        at: word(&remark.created_at),
        path: None,
        line: None,
        body: budget.take(&remark.body),
    });
    let replies = remark.replies.map(|replies| replies.nodes).unwrap_or_default();
    replies.into_iter().for_each(|reply| add(to, reply, budget));
}
