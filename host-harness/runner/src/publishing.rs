//! How a change leaves the machine once the verdict allows it, between two records.

use agent_contract::{
    branch::BranchName,
    event::EventName,
    result::{Placement, Published, UpdatePath},
};
use kernel::{
    KernelError,
    forge::{
        ObjectId,
        github::{Change, Onto, OperationId, PullRequestText, Signature},
    },
    git::{self, Push},
};
use ledger::{Kind, LedgerError};
use policy::Code;
use serde_json::{Value, json};

use crate::{
    outside::Changed,
    placing::{Placed, files},
    state::Run,
    way::Way,
};

/// Has the change leave the machine. Repeating it does nothing twice.
pub(crate) async fn publish(
    run: &mut Run,
    changed: &[Changed],
    placed: &mut Placed,
) -> Result<(), LedgerError> {
    let (promises, operation) = (&run.outside.promises, &run.outside.operation);
    let opening = json!({
        "operation": operation, "branch": run.work_branch, "commit": run.outside.results.commit,
        "pull_request": promises.pull_request.as_ref().map(|(title, _)| title), "files": files(changed),
    });
    let entry = run.trace.open(kernel::clock::now_ms(), Kind::PublicationOpened, &opening)?;
    run.trace.sync()?;
    let done = match &run.outside.way {
        Way::Stays => Err(KernelError::new(Code::UpdateUnknown, "there is no way out of this machine")),
        Way::Git(_) => push(run, placed),
        Way::Github(_) => {
            let control = run.control.clone();
            control.unless_over(over_github(run, placed)).await.map_err(unclear)
        }
    };
    let closing = match done {
        Ok(record) => record,
        Err(error) => {
            placed.fail(&error);
            json!({ "failed": { "code": error.code.as_str(), "message": error.message }, "published": placed.published })
        }
    };
    run.trace.close(entry, kernel::clock::now_ms(), Kind::PublicationClosed, closing)?;
    let published = &placed.published;
    if published.is_some() {
        run.events.emit(EventName::ChangePlaced, || json!({ "published": published }));
    }
    Ok(())
}

/// The branch of the push that was decided on.
fn promised_branch(run: &Run) -> Result<BranchName, KernelError> {
    let promised = run.outside.promises.push.as_ref().ok_or_else(nothing_promised)?;
    Ok(promised.branch.clone())
}

fn push(run: &Run, placed: &mut Placed) -> Result<Value, KernelError> {
    let outside = &run.outside;
    let Way::Git(way) = &outside.way else { return Err(nothing_promised()) };
    let commit = outside.results.commit.clone().ok_or_else(nothing_promised)?;
    let branch = promised_branch(run)?;
    let pushed = git::push(&Push {
        root: outside.root(),
        update: &way.update,
        remote: &way.remote,
        branch: &branch,
        base: outside.base_branch(),
        commit: &commit,
        credential: way.credential.as_ref(),
        leaving: outside.secrets.leaving(),
        scratch: &outside.folder,
        cancel: run.control.processes(),
    })?;
    let record = json!({
        "remote": pushed.remote, "branch": pushed.branch, "before": pushed.before, "after": pushed.after,
        "repeated": pushed.repeated, "said": pushed.said,
    });
    placed.published = Some(Published {
        path: UpdatePath::Git,
        remote: pushed.remote,
        branch: pushed.branch,
        commit: pushed.after,
        operation: outside.operation.clone(),
        pull_request: None,
    });
    Ok(record)
}

fn nothing_promised() -> KernelError {
    KernelError::new(Code::KernelFailed, "nothing was promised that could leave the machine")
}

/// Commit, branch, pull request: what was reached stands in `placed`, whatever comes after.
async fn over_github(run: &mut Run, placed: &mut Placed) -> Result<Value, KernelError> {
    let change = change(run)?;
    let outside = &run.outside;
    let Way::Github(github) = &outside.way else { return Err(nothing_promised()) };
    let base = github.base().await?;
    if outside.base_branch().is_some_and(|started| *started != base) {
        let message = format!(
            "the change starts from another branch than `{base}`, which pull requests are for\nhint: name it as `base` in `[update.github]`"
        );
        return Err(KernelError::new(Code::ForgeBranch, message));
    }
    let committed = github.commit(&change).await?;
    let pushed = github.push(&change, &committed).await?;
    placed.placement = Placement::RemoteBranch;
    let published = placed.published.insert(Published {
        path: UpdatePath::Github,
        remote: github.reference(),
        branch: change.branch.clone(),
        commit: pushed.commit.as_str().to_owned(),
        operation: outside.operation.clone(),
        pull_request: None,
    });
    let Some((title, body)) = outside.promises.pull_request.clone() else {
        return Ok(json!({ "committed": committed, "pushed": pushed }));
    };
    let pull = github.open_pull_request(&change, &PullRequestText { title, body }).await?;
    published.pull_request = Some(pull.number);
    Ok(json!({ "committed": committed, "pushed": pushed, "pull_request": pull }))
}

/// The change as the forge takes it.
fn change(run: &mut Run) -> Result<Change, KernelError> {
    let files = run.outside.workspace.changes()?;
    let outside = &run.outside;
    let parent =
        outside.head.as_ref().and_then(|head| head.commit.as_deref()).ok_or_else(nothing_promised)?;
    let author = &outside.update.author;
    let trailer = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Ok(Change {
        operation: OperationId::parse(&outside.operation)?,
        parent: ObjectId::parse(parent)?,
        branch: promised_branch(run)?,
        onto: Onto::NewBranch,
        message: outside.promises.commit.clone().ok_or_else(nothing_promised)?,
        trailers: vec![trailer("Code-Assist-Run", &run.id), trailer("Code-Assist-Trace", &run.trace.head())],
        author: Signature {
            name: author.name.clone(),
            email: author.email.clone(),
            at_seconds: kernel::clock::now_ms() / 1000,
        },
        files,
    })
}

/// Nobody knows what came of the request that was under way.
fn unclear(error: KernelError) -> KernelError {
    match error.code {
        Code::Interrupted => KernelError::new(
            error.code,
            format!(
                "{}; what the forge took last is not known\nhint: run it again: what is there already is not made twice",
                error.message
            ),
        ),
        _ => error,
    }
}
