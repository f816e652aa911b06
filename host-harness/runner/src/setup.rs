//! Everything that a run is given, checked before it starts.

use std::path::PathBuf;

use agent_contract::{
    Request,
    protocol::ProtocolBinding,
    target::{Target, TargetUrl, UrlKind},
};
use kernel::{
    Itself, Workspace,
    forge::github::{Github, Revision},
    git,
    lookup::Lookup,
    process::sandbox,
    workspace::Scratch,
};
use ledger::Store;
use policy::{
    Code, Config,
    agent_id::Resolved,
    config::{Limits, PointProtocol},
    context::{self, AgentIdentity, Found, Setting},
};

use crate::{
    agent::Agent,
    approver::Approvals,
    control::Control,
    gating::Gating,
    holding::{self, Holding},
    memory::Memory,
    models::Earlier,
    outside::{Outside, Results},
    places::Bindings,
    plan::{BaseFiles, Plan},
    reading::Reading,
    secrets::{self, Guarded},
    start_error::StartError,
    way::{self, Promises, Way},
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
    /// Who can approve what a policy says to ask for.
    pub approvals: Approvals,
    /// Whether a developer wants the checks to run with all that they themselves may do.
    pub unsandboxed: bool,
    /// The run that is gone on with.
    pub earlier: Option<Earlier>,
    /// The trace that the run is a part of, as W3C has it.
    pub trace_context: Option<(String, Option<String>)>,
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

/// Opens what the run is about. What lies on a forge is fetched into the state directory;
/// beyond that it reads, and writes nothing.
pub(crate) async fn open(setup: &Setup, run_id: &str, mut secrets: Guarded) -> Result<Outside, StartError> {
    required_protocols(&setup.request, &setup.config)?;
    let limits = limits(&setup.config, &setup.request);
    let Opened { workspace, head, way, forge, fetched } = match &setup.request.target {
        Some(Target::Url(url)) => fetched(setup, url, &limits, &secrets).await?,
        _ => here(setup, &limits, &mut secrets)?,
    };
    branches(&setup.request, head.as_ref())?;
    let bindings = Bindings::open(&setup.config, setup.request.budgets, &secrets)?
        .with_forge(forge)
        .with_memory(memory(setup, &workspace));
    bindings.refuse_unfit(&setup.request.notify)?;
    let checks = Plan::resolve(&setup.request, &BaseFiles(workspace.base()))?;
    let mut outside = Outside {
        required_gates: policy::gates::required(&setup.request, &setup.config),
        gating: Gating::new(&setup.config, setup.request.gates.fail_on, setup.store.root()),
        branches: setup.request.branches.clone(),
        checks_config: setup.config.checks.clone(),
        sandbox_config: setup.config.sandbox.clone(),
        holding: Holding::Nothing,
        folder: setup.store.run_folder(run_id),
        results: Results::default(),
        container: setup.config.container.clone(),
        state: setup.store.root().to_owned(),
        lookup: Lookup::new(setup.itself.clone(), setup.store.root().join("cache"), workspace.base().root()),
        copies: setup.store.root().join("work"),
        itself: setup.itself.clone(),
        reading: reading(setup, head.as_ref()),
        operation: way::operation(&setup.request, head.as_ref()),
        promises: Promises::default(),
        bindings,
        fetched,
        update: setup.config.update.git.clone(),
        way,
        workspace,
        head,
        checks,
        secrets,
    };
    outside.holding = holding::find(setup, &outside)?;
    Ok(outside)
}

/// The repository's memory, where the operator wants there to be one.
fn memory(setup: &Setup, workspace: &Workspace) -> Memory {
    let file = || kernel::memory::Memory::of(&setup.store.root().join("memory"), workspace.base().root());
    Memory::new(setup.config.memory.enabled.then(file))
}

/// What a run works on, and how its change could leave.
struct Opened {
    workspace: Workspace,
    head: Option<git::Head>,
    way: Way,
    forge: Option<(Github, UrlKind)>,
    fetched: Option<Scratch>,
}

/// A folder of this machine.
fn here(setup: &Setup, limits: &Limits, secrets: &mut Guarded) -> Result<Opened, StartError> {
    let workspace = Workspace::open(&root(setup), limits)?;
    state_apart(setup, &workspace)?;
    secrets::refuse_inside(setup, workspace.base().root())?;
    secrets.guard(workspace.base())?;
    let head = git::head(workspace.base().root())?;
    let way = Way::open(setup, secrets)?;
    Ok(Opened { workspace, head, way, forge: None, fetched: None })
}

/// A repository on a forge, laid into a folder of the state directory.
async fn fetched(
    setup: &Setup,
    url: &TargetUrl,
    limits: &Limits,
    secrets: &Guarded,
) -> Result<Opened, StartError> {
    let github = way::forge_of(setup, url, secrets)?;
    let within = setup.store.root().join("fetched");
    let folder = Scratch::within(&within)?;
    let (revision, files) = (Revision::from(&url.kind), folder.files());
    let fetched = setup.control.unless_over(github.hydrate_repository(&revision, &files)).await?;
    let workspace = Workspace::open(&folder.files(), limits)?;
    let head = git::Head { commit: Some(fetched.commit.as_str().to_owned()), branch: fetched.branch };
    let way = match setup.request.allowances.push {
        true => Way::Github(Box::new(github.clone())),
        false => Way::Stays,
    };
    let forge = Some((github, url.kind.clone()));
    Ok(Opened { workspace, head: Some(head), way, forge, fetched: Some(folder) })
}

fn reading(setup: &Setup, head: Option<&git::Head>) -> Reading {
    let branches = &setup.request.branches;
    let base = branches.base.as_ref().or_else(|| head.and_then(|head| head.branch.as_ref()));
    Reading {
        policy: setup.config.policy.clone(),
        mode: setup.request.mode,
        branch: branches.work.as_ref().map(ToString::to_string),
        base_branch: base.map(ToString::to_string),
    }
}

fn root(setup: &Setup) -> PathBuf {
    match &setup.request.target {
        Some(Target::Path(path)) => setup.root.join(path.as_str()),
        Some(Target::Url(_)) | None => setup.root.clone(),
    }
}

/// A trace inside the repository would be part of what it is the trace of.
fn state_apart(setup: &Setup, workspace: &Workspace) -> Result<(), StartError> {
    let state = kernel::workspace::absolute(setup.store.root())?;
    let root = workspace.base().root();
    let whole = git::enclosing(root).unwrap_or(root);
    if let Some(folder) = &setup.config.artifacts.folder {
        let folder = kernel::workspace::absolute(std::path::Path::new(folder))?;
        if folder.starts_with(whole) {
            let message = format!(
                "artifacts: `folder` is `{}`, which lies inside the repository\nhint: name another",
                folder.display()
            );
            return Err(StartError::invalid("config-invalid", message));
        }
    }
    let is_shown = || sandbox::shows(&setup.config.sandbox, &state);
    match state.starts_with(whole) {
        false if !is_shown() => Ok(()),
        false => Err(StartError::invalid(
            "state-shown",
            format!(
                "the state directory `{}` lies where every check may read\nhint: name another with `--state-dir`",
                state.display()
            ),
        )),
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

/// The setting that every decision of the run is made in.
pub(crate) fn setting(
    setup: &Setup,
    agent: &Agent,
    outside: &Outside,
    resolved: Option<&Resolved>,
) -> Result<Setting, StartError> {
    let (request, head) = (&setup.request, outside.head.as_ref());
    let folder = outside.root().file_name().map(|name| name.to_string_lossy().into_owned());
    let found = Found {
        user: kernel::place::user(),
        folder: folder.unwrap_or_default(),
        branch: head.and_then(|head| head.branch.as_ref()).map(ToString::to_string),
        commit: head.and_then(|head| head.commit.clone()),
        agent: AgentIdentity {
            component_sha256: agent.digest().to_owned(),
            delegation_depth: delegation_depth(request, &setup.config),
            ..resolved.map(Resolved::identity).unwrap_or_default()
        },
        organization: resolved.and_then(|resolved| resolved.organization.clone()),
    };
    context::setting(request, &setup.config.identity, &found)
        .map_err(|refusal| StartError::invalid(&refusal.code, refusal.message))
}

/// How often the request was handed on. What the caller says can only make it more.
fn delegation_depth(request: &Request, config: &Config) -> u64 {
    let passed_on = u64::from(!request.runner.is_empty());
    let claims = request.agent_id.as_ref().and_then(|claims| claims.metadata.get("delegation_depth"));
    let claimed = claims.map_or(0, |depth| depth.as_u64().unwrap_or(u64::MAX));
    config.agent_id.delegation_depth.max(passed_on).max(claimed)
}

/// What the caller requires and this Runner can't give is no start at all.
fn required_protocols(request: &Request, config: &Config) -> Result<(), StartError> {
    let required = |binding: &ProtocolBinding| binding.enabled && binding.required;
    let lacking = request
        .protocols
        .bound()
        .find(|(name, binding)| required(binding) && !is_configured(name, binding, config));
    match lacking {
        None => Ok(()),
        Some((name, _)) => Err(StartError::unavailable(
            Code::PrimitiveUnavailable,
            format!("/protocols/{name}: required, and this Runner has no such adapter or decision point"),
        )),
    }
}

/// Whether the Runner's own configuration has what a binding names: the caller's word for
/// where a decision point is counts for nothing.
fn is_configured(name: &str, binding: &ProtocolBinding, config: &Config) -> bool {
    if name == "agent_id" {
        return config.agent_id.file.is_some() || config.agent_id.registry.is_some();
    }
    config.decision_points.iter().any(|point| {
        let speaks = match point.protocol {
            PointProtocol::Authzen => name == "authzen",
            PointProtocol::Rego | PointProtocol::Opa => name == "opa",
            PointProtocol::Openfga => name == "openfga",
            PointProtocol::Runner => false,
        };
        let named = binding.binding.as_ref().is_none_or(|binding| *binding == point.name);
        let placed = binding.endpoint.as_ref().map(|endpoint| endpoint.as_str());
        speaks && named && placed.is_none_or(|url| point.url.as_deref() == Some(url))
    })
}
