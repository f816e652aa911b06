//! From the overlay to the world: the diff, the commit, the working tree.

use std::{collections::BTreeMap, path::Path};

use agent_contract::{branch::BranchName, fault::is_unseen, result::Placement};
use kernel::{
    KernelError, Workspace,
    git::{self, Branched, NewBranch, Trailers},
    publish::{self, Journal, Step},
    workspace::{HeldFile, Net, diff as differ},
};
use policy::{
    Code, Permit,
    call::{CommitCall, DiffCall},
};
use serde_json::json;

use crate::{done::Done, outside::Outside, reading::Reading, secrets::Guarded, way::Way};

/// The change as the agent sees it.
///
/// What it may not read it does not see here either; the result has all of it.
pub(crate) fn diff(
    workspace: &mut Workspace,
    _: Permit<DiffCall>,
    reading: &Reading,
    secrets: &Guarded,
) -> Result<Done<String>, KernelError> {
    let text: Vec<u8> = {
        let changes = workspace.changes()?;
        let seen = |net: &&Net| reading.shows(&net.path) && net.from.iter().all(|from| reading.shows(from));
        changes.iter().filter(seen).flat_map(|net| differ::of(net).text).collect()
    };
    let record = json!({ "sha256": policy::blob::sha256(&text), "bytes": text.len() });
    let size = text.len();
    let text = secrets.clean_text(String::from_utf8_lossy(&text).into_owned());
    Ok(Done::new(text, record).with_bytes(size))
}

/// Puts the change into a commit. No branch knows of it before the verdict; a forge makes
/// it then, and until then it goes by the name of the operation.
pub(crate) fn commit(
    outside: &mut Outside,
    permit: Permit<CommitCall>,
    run: &str,
    trace: &str,
) -> Result<Done<String>, KernelError> {
    let message = harmless(&permit.into_call().message);
    refuse_uncommitted(outside)?;
    // What was promised of an earlier commit is not promised of this one.
    outside.promises.forget();
    outside.results.outdated_commit = false;
    let operation = outside.operation.clone();
    let trailers = Trailers { run, trace, operation: &operation };
    trailers.message(&message)?;
    if let Way::Github(github) = &outside.way {
        let record = json!({ "promised": "commit", "repository": github.reference() });
        outside.promises.commit = Some(message);
        return Ok(Done::new(outside.operation.clone(), record));
    }
    let head = outside.head.as_ref().and_then(|head| head.commit.clone());
    let parent = head.ok_or_else(|| nothing_to_commit_to(outside.root()))?;
    let files = outside.committable()?;
    let made = git::commit(&git::Commit {
        root: outside.root(),
        parent: &parent,
        message: &message,
        trailers,
        time_ms: kernel::clock::now_ms(),
        update: &outside.update,
        files: &files,
        scratch: &outside.folder,
    })?;
    let branch = outside.work_branch(run)?;
    // A repeated run makes another commit of the same change; the branch has the first.
    let before = git::made_before(&new_branch(outside, &branch, &made.id))?;
    let record = json!({
        "commit": made.id, "parent": made.parent, "tree": made.tree, "signed": made.signed, "files": made.files,
        "made_before": before,
    });
    let commit = before.unwrap_or(made.id);
    outside.results.commit = Some(commit.clone());
    Ok(Done::new(commit, record))
}

fn new_branch<'a>(outside: &'a Outside, branch: &'a BranchName, commit: &'a str) -> NewBranch<'a> {
    NewBranch {
        root: outside.root(),
        branch,
        commit,
        signing: outside.update.signing.as_ref(),
        scratch: &outside.folder,
    }
}

/// A message as it may stand in every log that a terminal shows.
fn harmless(message: &str) -> String {
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t') || is_unseen(c);
    message.chars().map(|c| if odd(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

fn nothing_to_commit_to(root: &Path) -> KernelError {
    let message = match git::enclosing(root) {
        Some(whole) => format!(
            "nothing can be committed: `{}` is a part of the repository `{}`\nhint: name that one",
            root.display(),
            whole.display()
        ),
        None => "nothing can be committed: the folder is no git repository, or has no commit yet".to_owned(),
    };
    KernelError::new(Code::RepositoryUnusable, message)
}

/// What the user has not committed must not slip into a commit of ours.
fn refuse_uncommitted(outside: &mut Outside) -> Result<(), KernelError> {
    match outside.uncommitted()?.into_iter().next() {
        None => Ok(()),
        Some(path) => Err(KernelError::new(
            Code::BaseUncommitted,
            format!(
                "`{path}` is not as it is committed: it has changes that are in no commit, or a filter of git's\nhint: commit or stash them first, or run without `--allow-commit`"
            ),
        )),
    }
}

/// Where a change goes once the verdict allows it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// To a new branch.
    Branch(BranchName, String),
    /// To the working tree.
    WorkingTree,
    /// To a branch of the forge, and nowhere on this machine.
    Forge,
}

/// Places the change.
pub(crate) fn place(outside: &mut Outside, run_id: &str, goal: &Goal) -> Result<Placement, KernelError> {
    match goal {
        Goal::Branch(branch, commit) => {
            if let Branched::Repeated(held) = git::create_branch(&new_branch(outside, branch, commit))? {
                outside.results.commit = Some(held);
            }
            Ok(Placement::WorkBranch)
        }
        Goal::Forge => Ok(Placement::Nowhere),
        Goal::WorkingTree => {
            let journal = journal(outside, run_id)?;
            for (_, _, file) in outside.workspace.steps()? {
                file.map_or(Ok(()), |file| journal.lay(&file.blob))?;
            }
            let journal = journal.write(&outside.folder)?;
            publish::place(&journal, &outside.itself)?;
            Ok(Placement::WorkingTree)
        }
    }
}

fn journal(outside: &mut Outside, run_id: &str) -> Result<Journal, KernelError> {
    let nets = outside.workspace.changes()?.into_iter();
    let mut froms: BTreeMap<_, _> = nets.filter_map(|net| Some((net.path, net.from?))).collect();
    let steps = outside.workspace.steps()?.into_iter().map(|(path, before, after)| Step {
        from: froms.remove(&path),
        path,
        before,
        after: after.as_ref().map(HeldFile::state),
    });
    let steps = steps.collect();
    Ok(Journal {
        run_id: run_id.to_owned(),
        root: outside.root().to_owned(),
        payloads: outside.folder.join("payloads"),
        steps,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_moves_no_terminal() {
        for (message, expected) in [
            ("Shout\n\n\tloud", "Shout\n\n\tloud"),
            ("\u{1b}[2Jgone\r", "\u{fffd}[2Jgone\u{fffd}"),
            ("a\u{202e}b\u{200b}", "a\u{fffd}b\u{fffd}"),
        ] {
            assert_eq!(harmless(message), expected);
        }
    }
}
