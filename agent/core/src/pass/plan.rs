use agent_contract::{
    CapabilityName, Failure, Fault, Request, RunMode,
    capability::Scope,
    target::{Target, UrlKind},
};

use super::Stop;
use crate::{
    edit::{self, EditSet},
    host::Need,
    recipe::{self, Chosen, RecipeFault},
};

/// Where a change comes from.
#[derive(Debug)]
pub enum Way {
    /// It was written beforehand.
    Proposal(EditSet),
    /// A recipe works it out.
    Recipe(Chosen),
    /// A model makes it.
    Model,
}

/// A request that is understood: where its change comes from, and the capabilities that
/// it needs.
#[derive(Debug)]
pub struct Planned {
    pub(super) request: Request,
    pub(super) way: Way,
    pub(super) needs: Vec<Need>,
}

/// Why there is no plan.
#[derive(Debug)]
pub enum PlanFault {
    /// The proposal can't be read.
    Proposal(edit::ProposalFault),
    /// The recipe can't be followed.
    Recipe(RecipeFault),
}

impl PlanFault {
    /// The fault as one in the request.
    pub fn into_fault(self) -> Fault {
        match self {
            Self::Proposal(fault) => Fault::new("/proposal/text", fault.to_string()),
            Self::Recipe(fault) => Fault::new("/recipe", told(&fault)),
        }
    }
}

impl From<PlanFault> for Stop {
    fn from(fault: PlanFault) -> Self {
        match fault {
            PlanFault::Proposal(proposal) => {
                Stop::failed(Failure::new(proposal.code(), proposal.to_string()))
            }
            PlanFault::Recipe(recipe) => Stop::failed(Failure::from(recipe)),
        }
    }
}

/// Finds out where the change comes from and what it needs.
pub fn plan(request: Request) -> Result<Planned, PlanFault> {
    let way = way(&request)?;
    let needs = needs(&request, &way);
    Ok(Planned { request, way, needs })
}

/// What was written beforehand, else a recipe that is named or that the instruction spells
/// out, else a model.
fn way(request: &Request) -> Result<Way, PlanFault> {
    if let Some(proposal) = &request.proposal {
        return edit::parse(proposal).map(Way::Proposal).map_err(PlanFault::Proposal);
    }
    let chosen = match &request.recipe {
        Some(call) => recipe::named(call).map(Some),
        None => recipe::told_by(&request.instruction),
    };
    Ok(chosen.map_err(PlanFault::Recipe)?.map_or(Way::Model, Way::Recipe))
}

fn told(fault: &RecipeFault) -> String {
    let Failure { message, hints, .. } = Failure::from(fault.clone());
    hints.iter().fold(message, |told, hint| format!("{told}\nhint: {hint}"))
}

fn needs(request: &Request, way: &Way) -> Vec<Need> {
    let (reads, writes) = match way {
        Way::Proposal(edits) => {
            let paths: Vec<_> = edits.paths().into_iter().collect();
            (Some(paths.clone()), Some(paths))
        }
        Way::Recipe(chosen) => (chosen.reads(), chosen.paths_needed()),
        Way::Model => (None, None),
    };
    let [reads, writes] = [reads, writes].map(|paths| Scope { paths, ..Scope::default() });
    let checks = Scope { checks: Some(check_names(request)), ..Scope::default() };
    let gated = request.mode == RunMode::ProductionChange || !request.gates.required.is_empty();
    let wanted = [
        (true, CapabilityName::AuditWrite, Scope::default(), "say which pass is going on"),
        (true, CapabilityName::RepoRead, reads, "read the files that the change is about"),
        (true, CapabilityName::RepoWrite, writes, "make the change"),
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
            !invoked(request, way).is_empty(),
            CapabilityName::ProtocolInvoke,
            bound(invoked(request, way)),
            match way {
                Way::Model => "ask a model for the change",
                Way::Proposal(_) | Way::Recipe(_) => "read what the task is",
            },
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

/// The name under which the Runner tells which models there are.
pub(super) const MODELS: &str = "models";

/// The name under which the Runner keeps what earlier runs found out.
pub(super) const MEMORY: &str = "memory";

/// What is invoked before it is known which models there are.
fn invoked(request: &Request, way: &Way) -> Vec<String> {
    let forge = is_about_a_task(request).then(|| FORGE.to_owned());
    let models = match way {
        Way::Model => vec![MODELS.to_owned(), MEMORY.to_owned()],
        Way::Proposal(_) | Way::Recipe(_) => Vec::new(),
    };
    forge.into_iter().chain(models).collect()
}

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
