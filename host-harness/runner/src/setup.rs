//! Everything that a run is given, checked before it starts.

use std::path::PathBuf;

use agent_contract::{Request, target::Target};
use kernel::{Itself, Workspace, git};
use ledger::Store;
use policy::{Code, Config, config::Limits, issue::Context};

use crate::{
    control::Control,
    outside::{Outside, Results},
    plan::{BaseFiles, Plan},
    start_error::StartError,
};

/// What a run is given.
pub struct Setup {
    /// What is asked of it.
    pub request: Request,
    /// The folder that it works on, when the request names none.
    pub root: PathBuf,
    /// The Runner's configuration.
    pub config: Config,
    /// Where its trace goes.
    pub store: Store,
    /// The program that does the parts of its work that need a process of their own.
    pub itself: Itself,
    /// The outside's hold on it.
    pub control: Control,
}

/// The limits that are in force: the operator's, narrowed by the caller's budgets.
pub(crate) fn limits(config: &Config, request: &Request) -> Limits {
    let budgets = &request.budgets;
    let least = |limit: u64, budget: Option<u64>| budget.map_or(limit, |budget| budget.min(limit));
    let limits = &config.limits;
    Limits {
        run_seconds: least(limits.run_seconds, budgets.seconds),
        host_calls: least(limits.host_calls, budgets.host_calls),
        host_bytes: least(limits.host_bytes, budgets.bytes),
        changed_files: least(limits.changed_files, budgets.changed_files),
        ..*limits
    }
}

/// Opens what the run is about. Reads, and writes nothing.
pub(crate) fn open(setup: &Setup, run_id: &str) -> Result<Outside, StartError> {
    required_protocols(&setup.request)?;
    let limits = limits(&setup.config, &setup.request);
    let workspace = Workspace::open(&root(setup)?, &limits)?;
    state_apart(setup, &workspace)?;
    let head = git::head(workspace.base().root())?;
    branches(&setup.request, head.as_ref())?;
    let checks = Plan::resolve(&setup.request, &BaseFiles(workspace.base()))?;
    let context = Context { run_id, request: &setup.request, config: &setup.config, now_ms: 0 };
    Ok(Outside {
        required_gates: policy::gates::required(context),
        branches: setup.request.branches.clone(),
        checks_config: setup.config.checks.clone(),
        folder: setup.store.run_folder(run_id),
        results: Results::default(),
        copies: setup.store.root().join("work"),
        itself: setup.itself.clone(),
        workspace,
        head,
        checks,
    })
}

fn root(setup: &Setup) -> Result<PathBuf, StartError> {
    match &setup.request.target {
        None => Ok(setup.root.clone()),
        Some(Target::Path(path)) => Ok(setup.root.join(path.as_str())),
        Some(Target::Url(url)) => Err(StartError::unavailable(
            Code::PrimitiveUnavailable,
            format!(
                "`{}` can't be fetched: this Runner has no binding for `{}`\nhint: clone it and name the folder",
                url.as_str(),
                url.host
            ),
        )),
    }
}

/// A trace inside the repository would be part of what it is the trace of.
fn state_apart(setup: &Setup, workspace: &Workspace) -> Result<(), StartError> {
    let state = kernel::workspace::absolute(setup.store.root())?;
    let root = workspace.base().root();
    let whole = git::enclosing(root).unwrap_or(root);
    match state.starts_with(whole) {
        false => Ok(()),
        true => Err(StartError::invalid(
            "state-inside-repository",
            format!(
                "the state directory `{}` lies inside the repository\nhint: name another with `--state-dir`",
                state.display()
            ),
        )),
    }
}

fn branches(request: &Request, head: Option<&git::Head>) -> Result<(), StartError> {
    let Some(current) = head.and_then(|head| head.branch.as_ref()) else { return Ok(()) };
    let (base, work) = (&request.branches.base, &request.branches.work);
    let message = match (base, work) {
        (Some(base), _) if base != current => format!(
            "/branches/base: the base branch is `{base}`, but the checkout is on `{current}`\nhint: check `{base}` out first"
        ),
        (_, Some(work)) if work == current => format!(
            "/branches/work: the work branch `{work}` is the one that is checked out, and so the base branch\nhint: name another"
        ),
        _ => return Ok(()),
    };
    Err(StartError::invalid("base-branch", message))
}

/// What the caller requires and this Runner can't give is no start at all.
fn required_protocols(request: &Request) -> Result<(), StartError> {
    if let Some((name, _)) =
        request.protocols.bound().find(|(_, binding)| binding.enabled && binding.required)
    {
        let message = format!("/protocols/{name}: required, and this Runner has no adapter for it");
        return Err(StartError::unavailable(Code::PrimitiveUnavailable, message));
    }
    match request.agent_id.as_ref().is_some_and(|context| context.required) {
        false => Ok(()),
        true => Err(StartError::unavailable(
            Code::PrimitiveUnavailable,
            "/agent_id: required, and this Runner has no registry of Agent ID records",
        )),
    }
}
