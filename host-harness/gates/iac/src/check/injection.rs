//! Text of others that becomes part of a script before the shell sees it.

use super::{Hit, expression::flows};
use crate::{document::Node, subject::Item};

/// Text that anybody can send who can open an issue or a pull request; `*` stands for any part.
const OUTSIDERS: &[&str] = &[
    "github.head_ref",
    "github.event.issue.title",
    "github.event.issue.body",
    "github.event.discussion.title",
    "github.event.discussion.body",
    "github.event.comment.body",
    "github.event.review.body",
    "github.event.review_comment.body",
    "github.event.pull_request.title",
    "github.event.pull_request.body",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.head.label",
    "github.event.pull_request.head.repo.default_branch",
    "github.event.pull_request.head.repo.description",
    "github.event.pull_request.head.repo.homepage",
    "github.event.pages.*.page_name",
    "github.event.commits.*.message",
    "github.event.commits.*.author.email",
    "github.event.commits.*.author.name",
    "github.event.head_commit.message",
    "github.event.head_commit.author.email",
    "github.event.head_commit.author.name",
    "github.event.head_commit.committer.email",
    "github.event.head_commit.committer.name",
    "github.event.workflow_run.head_branch",
    "github.event.workflow_run.display_title",
    "github.event.workflow_run.head_commit.message",
    "github.event.workflow_run.head_commit.author.email",
    "github.event.workflow_run.head_commit.author.name",
    "github.event.workflow_run.head_repository.description",
    "github.event.workflow_run.pull_requests.*.head.ref",
    "github.event.merge_group.head_commit.message",
    // Names of files in a pull request, as the actions that list them hand them on.
    "steps.*.outputs.all_changed_files",
    "steps.*.outputs.all_changed_and_modified_files",
    "steps.*.outputs.all_modified_files",
    "steps.*.outputs.added_files",
    "steps.*.outputs.modified_files",
    "steps.*.outputs.renamed_files",
];

/// Text of those who may push, release, or start the workflow.
const INSIDERS: &[&str] = &[
    "github.ref",
    "github.ref_name",
    "github.base_ref",
    "github.event.ref",
    "github.event.release.name",
    "github.event.release.body",
    "github.event.release.tag_name",
    "github.event.inputs.*",
    "github.event.client_payload.*",
    "inputs.*",
];

/// Inputs of actions that are run as they are.
const SCRIPTS: &[&str] = &["script", "inlinescript", "command", "cmd", "run"];

pub(super) fn by_outsiders(item: &Item<'_>) -> Vec<Hit> {
    hits(item, OUTSIDERS)
}

pub(super) fn by_insiders(item: &Item<'_>) -> Vec<Hit> {
    hits(item, INSIDERS)
}

fn hits(item: &Item<'_>, sources: &[&str]) -> Vec<Hit> {
    let scripts = item.node.get("with").map_or(&[][..], Node::entries).iter();
    let scripts = scripts.filter(|entry| SCRIPTS.contains(&entry.key.to_ascii_lowercase().as_str()));
    let sinks = item.node.get("run").into_iter().chain(scripts.map(|entry| &entry.node));
    let mut hits: Vec<Hit> = Vec::new();
    for sink in sinks {
        for flow in flows(sink.text().unwrap_or("")) {
            let tainted = reaches(&flow, sources) || carried(item, &flow, sources);
            if tainted && hits.iter().all(|hit| hit.value != flow) {
                hits.push(Hit { span: sink.span, value: flow });
            }
        }
    }
    hits
}

/// Whether an environment variable carries the text here.
fn carried(item: &Item<'_>, flow: &str, sources: &[&str]) -> bool {
    let Some(name) = flow.strip_prefix("env.") else { return false };
    let around = item.scopes.iter().map(|(_, node)| *node);
    around.chain([item.node]).filter_map(|node| node.get("env")).flat_map(Node::entries).any(|entry| {
        entry.key.eq_ignore_ascii_case(name)
            && flows(entry.node.text().unwrap_or("")).iter().any(|flow| reaches(flow, sources))
    })
}

/// Whether a context is one of the sources, or holds one: a whole event holds every title.
fn reaches(flow: &str, sources: &[&str]) -> bool {
    sources.iter().any(|source| {
        let mut source = source.split('.');
        let mut parts = flow.split('.');
        loop {
            match (source.next(), parts.next()) {
                (Some(wanted), Some(part)) if wanted == part || wanted == "*" || part == "*" => {}
                (Some(_), None) | (None, None) => return true,
                _ => return false,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_event_holds_its_titles() {
        for flow in ["github", "github.event", "github.event.issue", "github.event.commits.*.message"] {
            assert!(reaches(flow, OUTSIDERS), "{flow}");
        }
        for flow in [
            "github.sha",
            "github.event.number",
            "github.event.issue.number",
            "secrets.x",
            "steps.x.outputs.version",
        ] {
            assert!(!reaches(flow, OUTSIDERS), "{flow}");
        }
    }
}
