//! What is done once the verdict allows it: the change is put where it belongs, and people
//! are told. Each stands between two records.

use agent_contract::{
    CapabilityName,
    event::EventName,
    result::{Outcome, Placement, Published},
};
use kernel::KernelError;
use ledger::{Kind, LedgerError};
use policy::{Code, verdict::Stopped};
use serde_json::{Value, json};

use crate::{
    outside::Changed,
    placement::{self, Goal},
    publishing::publish,
    state::Run,
};

/// Messages that one run has people told at the most.
const NOTICES_MAX: usize = 16;

/// Where the change is, and why it is not where it should be.
#[derive(Debug)]
pub(crate) struct Placed {
    pub placement: Placement,
    pub published: Option<Published>,
    pub failure: Option<Stopped>,
}

impl Default for Placed {
    fn default() -> Self {
        Self { placement: Placement::Nowhere, published: None, failure: None }
    }
}

impl Placed {
    /// Whether anything but the state directory holds the change.
    pub fn is_anywhere(&self) -> bool {
        self.placement != Placement::Nowhere || self.published.is_some()
    }

    pub fn fail(&mut self, error: &KernelError) {
        self.failure.get_or_insert(Stopped { code: error.code, message: error.message.clone() });
    }
}

/// Puts the change where it belongs. Where it went is told even when that can't be recorded.
pub(crate) async fn place(
    run: &mut Run,
    changed: &[Changed],
    placed: &mut Placed,
) -> Result<(), LedgerError> {
    let goal = match still_allowed(run).and_then(|()| goal(run)) {
        Ok(goal) => goal,
        Err(error) => {
            let body =
                json!({ "operation": "placement", "code": error.code.as_str(), "message": error.message });
            run.trace.append(kernel::clock::now_ms(), Kind::CapabilityRefused, &body)?;
            placed.fail(&error);
            return Ok(());
        }
    };
    if let Err(error) = nothing_held(run) {
        placed.fail(&error);
        return Ok(());
    }
    for (_, _, file) in run.outside.workspace.steps().unwrap_or_default() {
        file.map_or(Ok(()), |file| run.trace.keep(&file.blob))?;
    }
    if goal != Goal::Forge {
        here(run, changed, &goal, placed)?;
    }
    match run.outside.promises.push.is_some() && placed.failure.is_none() {
        true => publish(run, changed, placed).await,
        false => Ok(()),
    }
}

/// Each file with its states before and after, for the record.
pub(crate) fn files(changed: &[Changed]) -> Vec<Value> {
    let file = |(path, before, after): &Changed| json!({ "path": path, "before": before, "after": after });
    changed.iter().map(file).collect()
}

/// Places the change on this machine.
fn here(run: &mut Run, changed: &[Changed], goal: &Goal, placed: &mut Placed) -> Result<(), LedgerError> {
    let what = match goal {
        Goal::Branch(branch, commit) => json!({ "branch": branch, "commit": commit }),
        Goal::WorkingTree => json!({ "working_tree": run.outside.root() }),
        Goal::Forge => Value::Null,
    };
    let kept: Vec<_> = changed.iter().filter_map(|(_, _, after)| Some(&after.as_ref()?.sha256)).collect();
    let opening = json!({ "goal": what, "files": files(changed), "payloads": kept });
    let entry = run.trace.open(kernel::clock::now_ms(), Kind::PlacementOpened, &opening)?;
    run.trace.sync()?;
    let done = placement::place(&mut run.outside, &run.id, goal);
    let closing = match &done {
        Ok(place) => {
            placed.placement = *place;
            json!({ "placement": place })
        }
        Err(error) => {
            placed.fail(error);
            failed(error)
        }
    };
    run.trace.close(entry, kernel::clock::now_ms(), Kind::PlacementClosed, closing)?;
    if done.is_ok() {
        run.events.emit(EventName::ChangePlaced, || what);
    }
    Ok(())
}

/// Nothing is placed that holds a secret of the Runner, and nothing leaves that holds what
/// the repository keeps to itself.
fn nothing_held(run: &mut Run) -> Result<(), KernelError> {
    let steps = run.outside.workspace.steps()?;
    let leaving = run.outside.secrets.leaving();
    let files = steps.iter().filter_map(|(_, _, after)| after.as_ref());
    let leaves = run.outside.promises.push.is_some();
    for (path, _, _) in &steps {
        run.outside.secrets.refuse_held("the name of a file", path.as_str().as_bytes())?;
        leaves.then(|| leaving.check(path.as_str().as_bytes())).transpose()?;
    }
    for file in files {
        run.outside.secrets.refuse_held("the change", file.blob.bytes())?;
        leaves.then(|| leaving.check(file.blob.bytes())).transpose()?;
    }
    let promises = &run.outside.promises;
    let (title, body) = promises.pull_request.clone().unwrap_or_default();
    let message = promises.commit.clone().unwrap_or_default();
    let branch = promises.push.as_ref().map(|push| push.branch.to_string()).unwrap_or_default();
    [title, body, message, branch].iter().try_for_each(|text| leaving.check(text.as_bytes()))
}

fn failed(error: &KernelError) -> Value {
    json!({ "failed": { "code": error.code.as_str(), "message": error.message } })
}

/// Tells people how the run ended, where the agent was allowed to have them told. A run that
/// was interrupted, or whose records are not whole, tells nobody.
pub(crate) async fn notify(run: &mut Run, outcome: Outcome, placed: &mut Placed) -> Result<(), LedgerError> {
    let mut notices = std::mem::take(&mut run.outside.promises.notices);
    notices.dedup();
    notices.truncate(NOTICES_MAX);
    if matches!(outcome, Outcome::Interrupted | Outcome::Integrity) {
        return Ok(());
    }
    for notice in notices {
        if let Err(error) = may_tell(run) {
            let body =
                json!({ "operation": "notice", "code": error.code.as_str(), "message": error.message });
            run.trace.append(kernel::clock::now_ms(), Kind::CapabilityRefused, &body)?;
            placed.fail(&error);
            return Ok(());
        }
        let opening = json!({ "binding": notice.binding, "message": notice.message, "outcome": outcome });
        let entry = run.trace.open(kernel::clock::now_ms(), Kind::NoticeOpened, &opening)?;
        run.trace.sync()?;
        let telling = run.outside.bindings.tell(&notice, &run.id, outcome, placed);
        let closing = match run.control.unless_over(telling).await {
            Ok(id) => json!({ "told": notice.binding, "id": id }),
            Err(error) => {
                placed.fail(&error);
                failed(&error)
            }
        };
        run.trace.close(entry, kernel::clock::now_ms(), Kind::NoticeClosed, closing)?;
    }
    Ok(())
}

fn may_tell(run: &mut Run) -> Result<(), KernelError> {
    let stopped = |stop: crate::stop::Stop| KernelError::new(stop.code, stop.message);
    run.control.stop().map_or(Ok(()), |stop| Err(stopped(stop)))?;
    run.take_back().map_err(stopped)?;
    holds(run, CapabilityName::NotifySend, kernel::clock::now_ms())
}

/// A change is placed under the capability that it was made with: not after that was
/// taken back.
fn still_allowed(run: &mut Run) -> Result<(), KernelError> {
    let now_ms = kernel::clock::now_ms();
    let promises = &run.outside.promises;
    let committed = run.outside.results.commit.is_some() || promises.commit.is_some();
    let needed = [
        (true, CapabilityName::RepoWrite),
        (committed, CapabilityName::RepoCommit),
        (promises.push.is_some(), CapabilityName::RepoPush),
        (promises.pull_request.is_some(), CapabilityName::RepoOpenPr),
    ];
    if let Some(stop) = run.control.stop() {
        return Err(KernelError::new(stop.code, stop.message));
    }
    run.take_back().map_err(|stop| KernelError::new(stop.code, stop.message))?;
    let mut needed = needed.into_iter().filter(|(needed, _)| *needed);
    needed.try_for_each(|(_, name)| holds(run, name, now_ms))
}

fn holds(run: &Run, name: CapabilityName, now_ms: u64) -> Result<(), KernelError> {
    if let Some(objection) = run.withdrawn(name, now_ms) {
        return Err(KernelError::new(objection.code, objection.message));
    }
    if let Some(id) = run.grants.revoked(name, &run.control) {
        let message = format!("capability `{id}`, which the change was made with, was revoked");
        return Err(KernelError::new(Code::CapabilityRevoked, message));
    }
    if run.grants.unasked(name)
        && let Some(why) = run.standing.ask(name, &run.request, &run.setting, now_ms)
    {
        let message = format!("needs a person's approval by now: {why}");
        return Err(KernelError::new(Code::ApprovalNeeded, message));
    }
    match run.grants.is_over(name, now_ms) {
        false => Ok(()),
        true => Err(KernelError::new(
            Code::CapabilityExpired,
            format!("`{name}`, which the change was made with, is over"),
        )),
    }
}

fn nowhere_to_go() -> KernelError {
    let message = "the change has nowhere to go: what lies on a forge takes it back by a commit that is pushed\nhint: `--allow-commit --allow-push`, and `--allow-pull-request`";
    KernelError::new(Code::PrimitiveUnavailable, message)
}

fn goal(run: &Run) -> Result<Goal, KernelError> {
    if run.outside.results.outdated_commit
        && run.outside.results.commit.is_none()
        && run.outside.promises.commit.is_none()
    {
        let message = "the workspace was written to after it was committed";
        return Err(KernelError::new(Code::CommitOutdated, message));
    }
    if run.outside.promises.commit.is_some() {
        let push = run.outside.promises.push.is_some();
        return push.then_some(Goal::Forge).ok_or_else(nowhere_to_go);
    }
    if run.outside.fetched.is_some() {
        return Err(nowhere_to_go());
    }
    match &run.outside.results.commit {
        Some(commit) => Ok(Goal::Branch(run.outside.work_branch(&run.id)?, commit.clone())),
        None => Ok(Goal::WorkingTree),
    }
}
