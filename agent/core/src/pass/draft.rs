use agent_contract::{
    CapabilityName, Failure, Report,
    capability::Scope,
    plan::{Plan, PlanSource, PlanStep, PlannedCapability, Standing},
    report::Conclusion,
    request::{Until, Version},
};
use serde_json::json;

use super::{
    Stop, Way,
    grant::Granted,
    hydrate::{Hydrated, Surroundings},
    plan::{self, MODELS},
};
use crate::{
    Host,
    host::Need,
    mind::{self, Bounds, Desk, Line, Mind, Roles},
};

/// A plan for people, or one to carry out.
pub enum Draft<H: Host> {
    /// Nothing is done.
    ForPeople(Box<Report>),
    /// It is carried out.
    ToDo(Box<Drafted<H>>),
}

/// What is to be done, and by whom.
pub struct Drafted<H: Host> {
    pub(super) granted: Granted<H>,
    pub(super) around: Surroundings,
    pub(super) mind: Option<Mind<H::Capability>>,
}

/// What is done, and where it comes from.
struct Steps {
    source: PlanSource,
    steps: Vec<PlanStep>,
    files: Vec<agent_contract::RepoPath>,
    risks: Vec<String>,
}

/// Works out the steps: from the request, or by asking a model.
pub fn draft<H: Host>(hydrated: Hydrated<H>, host: &mut H) -> Result<Draft<H>, Stop> {
    let Hydrated { granted, around } = hydrated;
    granted.progress(host, "draft")?;
    let for_people = granted.plan.request.until == Some(Until::Plan);
    let mut models = match &granted.plan.way {
        Way::Model if granted.may(CapabilityName::ProtocolInvoke) => Some(open(&granted, host)?),
        _ => None,
    };
    let steps = steps(&granted, host, &around, models.as_mut(), for_people)?;
    if for_people {
        let bindings = models.map(|(_, roles)| roles.bindings()).unwrap_or_default();
        return Ok(Draft::ForPeople(Box::new(report(&granted, steps, &bindings))));
    }
    granted.note(
        host,
        "plan",
        &json!({ "source": steps.source, "steps": steps.steps, "files": steps.files }),
    )?;
    let mind = models.map(|(line, roles)| set_to_work(&granted, &around, line, roles, &steps.steps));
    Ok(Draft::ToDo(Box::new(Drafted { granted, around, mind })))
}

/// The line to the models that the Runner offers.
fn open<H: Host>(granted: &Granted<H>, host: &mut H) -> Result<(Line<H::Capability>, Roles), Stop> {
    let offered =
        host.invoke(granted.capability(CapabilityName::ProtocolInvoke)?, MODELS, "list", &json!({}))?;
    let roles = Roles::read(&offered)?;
    if roles.edit.is_empty() {
        return Err(no_model(Vec::new()));
    }
    let need = Need {
        name: CapabilityName::ProtocolInvoke,
        scope: Scope { bindings: Some(roles.bindings()), ..Scope::default() },
        reason: "ask a model for the change".to_owned(),
    };
    let mut answers = host.request_capabilities(&[need]);
    let answer = answers.pop().ok_or_else(|| no_model(Vec::new()))?;
    Ok((Line::new(answer?, Bounds::of(&granted.plan.request)), roles))
}

/// There is nobody to make the change.
pub(super) fn no_model(mut hints: Vec<String>) -> Stop {
    hints.push("or give the change itself: as a proposal, or by a recipe".to_owned());
    let message = "the request carries no change, and no model is configured to make one";
    Stop::unavailable(Failure { hints, ..Failure::new("proposal-missing", message) })
}

fn steps<H: Host>(
    granted: &Granted<H>,
    host: &mut H,
    around: &Surroundings,
    models: Option<&mut (Line<H::Capability>, Roles)>,
    for_people: bool,
) -> Result<Steps, Stop> {
    if let Some(agreed) = &granted.plan.request.plan {
        let (source, files, risks) = (PlanSource::Request, Vec::new(), Vec::new());
        return Ok(Steps { source, steps: agreed.steps.clone(), files, risks });
    }
    let Some((line, roles)) = models else { return Ok(known(granted)) };
    let mut asked = match (roles.plan.is_empty(), for_people) {
        (false, _) => roles.plan.clone(),
        (true, true) => roles.edit.clone(),
        (true, false) => return Ok(known(granted)),
    };
    let opening = mind::opening(&granted.plan.request, around, &[]);
    let drafted = mind::plan(line, granted, host, &mut asked, opening)?;
    let files = drafted.paths();
    Ok(Steps { source: PlanSource::Model, steps: drafted.steps(), files, risks: drafted.risks })
}

/// The steps that are known without asking anybody.
fn known<H: Host>(granted: &Granted<H>) -> Steps {
    let request = &granted.plan.request;
    let mut steps = Vec::new();
    let mut step = |what: String, files: Vec<_>| steps.push(PlanStep { what, files });
    let files: Vec<_> = match &granted.plan.way {
        Way::Proposal(edits) => edits.paths().into_iter().collect(),
        Way::Recipe(chosen) => chosen.paths_needed().unwrap_or_default(),
        Way::Model => request.files.clone(),
    };
    match &granted.plan.way {
        Way::Proposal(_) => step("apply the edits of the proposal".to_owned(), files.clone()),
        Way::Recipe(chosen) => chosen.steps().into_iter().for_each(|what| step(what, files.clone())),
        Way::Model => step("have a model make the change".to_owned(), files.clone()),
    }
    let checks = plan::check_names(request);
    if !checks.is_empty() {
        step(format!("run {}", checks.join(", ")), Vec::new());
    }
    let more = [
        (!request.gates.required.is_empty(), "run the gates"),
        (request.simulate, "build and start the container"),
        (request.allowances.commit, "commit the change to the work branch"),
        (request.allowances.push, "push the work branch"),
        (request.allowances.pull_request, "open a pull request"),
        (request.allowances.notify || !request.notify.is_empty(), "tell people"),
    ];
    more.into_iter().filter(|(does, _)| *does).for_each(|(_, what)| step(what.to_owned(), Vec::new()));
    let source = match &granted.plan.way {
        Way::Recipe(_) => PlanSource::Recipe,
        Way::Proposal(_) | Way::Model => PlanSource::Request,
    };
    Steps { source, steps, files, risks: Vec::new() }
}

fn set_to_work<H: Host>(
    granted: &Granted<H>,
    around: &Surroundings,
    line: Line<H::Capability>,
    roles: Roles,
    steps: &[PlanStep],
) -> Mind<H::Capability> {
    let request = &granted.plan.request;
    let told = if granted.plan.request.plan.is_some() || !roles.plan.is_empty() { steps } else { &[] };
    let opening = mind::opening(request, around, told);
    let desk = Desk::new(around.files.clone(), around.checks.clone(), around.is_whole);
    let mut mind = Mind::new(line, roles, desk, Bounds::of(request), opening);
    mind.memory.clone_from(&around.memory);
    mind
}

/// The plan, and what stands in its way.
fn report<H: Host>(granted: &Granted<H>, steps: Steps, models: &[String]) -> Report {
    let request = &granted.plan.request;
    let one = |need: &Need| planned(granted, need, Known { models, files: &steps.files });
    let capabilities: Vec<_> = granted.plan.needs.iter().map(one).collect();
    let approvals = capabilities.iter().filter(|planned| planned.standing == Standing::NeedsApproval);
    let approvals =
        approvals.map(|planned| format!("`{}`: {}", planned.capability, planned.reason)).collect();
    let plan = Plan {
        version: Version::V1,
        request: Box::new(agent_contract::Request { until: None, ..request.clone() }),
        source: steps.source,
        steps: steps.steps,
        files: steps.files,
        checks: plan::check_names(request),
        risks: steps.risks,
        approvals,
        capabilities,
    };
    Report {
        conclusion: Conclusion::Planned,
        reasons: Vec::new(),
        summary: format!("{} steps, {} capabilities", plan.steps.len(), plan.capabilities.len()),
        changelog: String::new(),
        warnings: Vec::new(),
        next_steps: Vec::new(),
        plan: Some(plan),
    }
}

/// What is known of a run once it is planned, and was not when capabilities were asked for.
#[derive(Clone, Copy)]
struct Known<'a> {
    /// The bindings of the models.
    models: &'a [String],
    /// The files that a model expects to change.
    files: &'a [agent_contract::RepoPath],
}

/// A capability as the plan needs it: for the models by their names, and for no file that the
/// plan does not name, where it names any. Who follows the plan may ask for no more.
fn planned<H: Host>(granted: &Granted<H>, need: &Need, known: Known) -> PlannedCapability {
    let refusal = granted.refused.iter().find(|(refused, _)| refused == need).map(|(_, refusal)| refusal);
    let standing = match refusal {
        None => Standing::Granted,
        Some(refusal) if refusal.code.starts_with("approval-") => Standing::NeedsApproval,
        Some(_) => Standing::Refused,
    };
    let mut scope = need.scope.clone();
    if let (CapabilityName::ProtocolInvoke, Some(bindings)) = (need.name, &mut scope.bindings) {
        bindings.extend(known.models.iter().cloned());
    }
    if need.name == CapabilityName::RepoWrite && scope.paths.is_none() && !known.files.is_empty() {
        scope.paths = Some(known.files.to_vec());
    }
    PlannedCapability {
        capability: need.name,
        scope,
        reason: need.reason.clone(),
        standing,
        refused_because: refusal.map(|refusal| refusal.message.clone()),
    }
}
