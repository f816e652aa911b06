use agent_contract::{
    CapabilityName, Failure, Fault, Request, RunMode,
    capability::Scope,
    report::Reason,
    target::{Target, UrlKind},
};

use super::Stop;
use crate::{
    edit::{self, EditSet},
    host::Need,
};

/// A request that is understood: the edits it wants and the capabilities it needs.
#[derive(Debug)]
pub struct Planned {
    pub(super) request: Request,
    pub(super) edits: EditSet,
    pub(super) needs: Vec<Need>,
}

/// Why there is no plan.
#[derive(Debug)]
pub enum PlanFault {
    /// The request carries no change and there is no model to propose one.
    NothingProposed,
    /// The proposal can't be read.
    Proposal(edit::ProposalFault),
}

impl PlanFault {
    /// The fault as one in the request.
    pub fn into_fault(self) -> Fault {
        match self {
            Self::NothingProposed => Fault::new(
                "/proposal",
                "no proposal: give the change itself, for there is no model to propose one",
            ),
            Self::Proposal(fault) => Fault::new("/proposal/text", fault.to_string()),
        }
    }
}

impl From<PlanFault> for Stop {
    fn from(fault: PlanFault) -> Self {
        match fault {
            PlanFault::NothingProposed => {
                Stop::unavailable(Reason::new("proposal-missing", fault.into_fault().message))
            }
            PlanFault::Proposal(proposal) => {
                Stop::failed(Failure::new(proposal.code(), proposal.to_string()))
            }
        }
    }
}

/// Reads the proposal and finds out what the change needs.
pub fn plan(request: Request) -> Result<Planned, PlanFault> {
    let proposal = request.proposal.as_ref().ok_or(PlanFault::NothingProposed)?;
    let edits = edit::parse(proposal).map_err(PlanFault::Proposal)?;
    let needs = needs(&request, &edits);
    Ok(Planned { request, edits, needs })
}

fn needs(request: &Request, edits: &EditSet) -> Vec<Need> {
    let paths = Scope { paths: Some(edits.paths().into_iter().collect()), ..Scope::default() };
    let checks = Scope { checks: Some(check_names(request)), ..Scope::default() };
    let gated = request.mode == RunMode::ProductionChange || !request.gates.required.is_empty();
    let wanted = [
        (true, CapabilityName::AuditWrite, Scope::default(), "say which pass is going on"),
        (true, CapabilityName::RepoRead, paths.clone(), "read the files that the change is about"),
        (true, CapabilityName::RepoWrite, paths, "make the change"),
        (true, CapabilityName::RepoDiff, Scope::default(), "show the change"),
        (!request.checks.is_empty(), CapabilityName::RepoCheck, checks, "see whether the change holds"),
        (gated, CapabilityName::SecurityScan, Scope::default(), "see what the gates find"),
        (request.allowances.commit, CapabilityName::RepoCommit, Scope::default(), "commit the change"),
        (request.allowances.push, CapabilityName::RepoPush, Scope::default(), "push the work branch"),
        (
            request.allowances.pull_request,
            CapabilityName::RepoOpenPr,
            Scope::default(),
            "open a pull request for the change",
        ),
        (
            request.allowances.notify || !request.notify.is_empty(),
            CapabilityName::NotifySend,
            bound(notified(request)),
            "tell people of the change",
        ),
        (
            request.simulate,
            CapabilityName::ContainerSimulate,
            Scope::default(),
            "see whether the container comes up",
        ),
        (
            is_about_a_task(request),
            CapabilityName::ProtocolInvoke,
            bound(vec![FORGE.to_owned()]),
            "read what the task is",
        ),
    ];
    wanted
        .into_iter()
        .filter(|(needed, ..)| *needed)
        .map(|(_, name, scope, reason)| Need { name, scope, reason: reason.to_owned() })
        .collect()
}

/// The name under which the Runner knows the forge that the target lies on.
pub(super) const FORGE: &str = "forge";

const NOTIFY: &str = "notify.default";

fn bound(bindings: Vec<String>) -> Scope {
    Scope { bindings: Some(bindings), ..Scope::default() }
}

/// The bindings through which people are told.
pub(super) fn notified(request: &Request) -> Vec<String> {
    match request.notify.is_empty() {
        true => vec![NOTIFY.to_owned()],
        false => request.notify.iter().map(ToString::to_string).collect(),
    }
}

/// Whether the target is an issue, a pull request or a discussion, whose text says what
/// to do.
pub(super) fn is_about_a_task(request: &Request) -> bool {
    let Some(Target::Url(url)) = &request.target else { return false };
    matches!(url.kind, UrlKind::Issue(_) | UrlKind::PullRequest(_) | UrlKind::Discussion(_))
}

pub(super) fn check_names(request: &Request) -> Vec<String> {
    let presets = request.checks.presets.iter().map(|preset| preset.to_string());
    presets.chain(request.checks.commands.iter().map(|command| command.name.clone())).collect()
}
