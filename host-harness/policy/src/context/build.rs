//! The Runner's part: a setting for a run, a question for each decision.

use std::collections::BTreeMap;

use agent_contract::{CapabilityName, Refusal, Request, RunMode, capability::Scope, gate::GateName};
use serde_json::{Map, Value, json};

use super::{
    AgentIdentity, AuditStatus, BranchNames, Caller, CapabilityAsked, Question, Repository, Resource,
    ResourceKind, Setting, Subject, SubjectKind, UpdateMode, refuse_owned,
};
use crate::{Call, Code, config::Identity};

/// What the Runner found out, beyond the request and its configuration.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The user of the operating system.
    pub user: String,
    /// The name of the repository's folder.
    pub folder: String,
    /// The branch that is checked out.
    pub branch: Option<String>,
    /// The commit that is checked out.
    pub commit: Option<String>,
    /// The agent, as its record and its component show it.
    pub agent: AgentIdentity,
    /// The organization that the registry names.
    pub organization: Option<String>,
}

/// The setting of a run, or what contradicts itself in what is said of it.
pub fn setting(request: &Request, identity: &Identity, found: &Found) -> Result<Setting, Refusal> {
    let caller = caller(request)?;
    let claims = &caller.claims;
    let organization = agreed(
        "organization",
        [
            ("the Runner's configuration", identity.organization.as_deref()),
            ("the agent's record", found.organization.as_deref()),
        ],
    )?;
    let claimed = |name: &str| claims.get(name).and_then(Value::as_str);
    believed("organization", organization.as_deref(), claimed("organization"))?;
    believed("project", identity.project.as_deref(), claimed("project"))?;
    Ok(Setting {
        subject: subject(identity.subject.as_deref(), &found.user)?,
        agent: AgentIdentity { did: agent_did(identity, found)?, ..found.agent.clone() },
        organization,
        project: identity.project.clone(),
        repository: Repository {
            id: identity.repository.clone().unwrap_or_else(|| found.folder.clone()),
            commit: found.commit.clone(),
        },
        branch: branches(request, found),
        run_mode: request.mode,
        update_mode: update_mode(request),
        protocols: protocols(request)?,
        caller,
    })
}

/// What several say of one thing. Two that differ are refused: nobody knows who is right.
fn agreed<const COUNT: usize>(
    what: &str,
    said: [(&str, Option<&str>); COUNT],
) -> Result<Option<String>, Refusal> {
    let said: Vec<_> = said.into_iter().filter_map(|(by, text)| Some((by, text?))).collect();
    match said.windows(2).find(|pair| pair[0].1 != pair[1].1) {
        None => Ok(said.first().map(|(_, text)| (*text).to_owned())),
        Some(pair) => Err(clash(format!(
            "the {what} is `{}` by {} and `{}` by {}",
            pair[0].1.escape_debug(),
            pair[0].0,
            pair[1].1.escape_debug(),
            pair[1].0
        ))),
    }
}

/// A caller's belief decides nothing; one that contradicts what the Runner knows is refused.
fn believed(what: &str, known: Option<&str>, claimed: Option<&str>) -> Result<(), Refusal> {
    let place = format!("/agent_id/{what}");
    match known {
        None => Ok(()),
        Some(_) => agreed(what, [("the Runner", known), (&place, claimed)]).map(drop),
    }
}

fn clash(message: String) -> Refusal {
    Refusal { code: Code::ContextClash.to_string(), message, grant: Some("one of them".to_owned()) }
}

fn agent_did(identity: &Identity, found: &Found) -> Result<Option<String>, Refusal> {
    agreed(
        "agent's DID",
        [
            ("the Runner's configuration", identity.agent_did.as_deref()),
            ("the agent's record", found.agent.did.as_deref()),
        ],
    )
}

/// A subject as it is written: its type, a colon, its id.
pub fn subject(text: Option<&str>, user: &str) -> Result<Subject, Refusal> {
    let Some(text) = text else {
        let id = if user.is_empty() { "unknown" } else { user };
        return Ok(Subject { kind: SubjectKind::User, id: id.to_owned() });
    };
    let kinds = [("user", SubjectKind::User), ("team", SubjectKind::Team), ("service", SubjectKind::Service)];
    let parts = text.split_once(':').filter(|(_, id)| !id.trim().is_empty());
    let found = parts.and_then(|(kind, id)| {
        let (_, kind) = kinds.iter().find(|(name, _)| *name == kind)?;
        Some(Subject { kind: *kind, id: id.to_owned() })
    });
    found.ok_or_else(|| {
        clash(format!(
            "identity: `subject` is `{}`, and must be `user:…`, `team:…` or `service:…`",
            text.escape_debug()
        ))
    })
}

fn branches(request: &Request, found: &Found) -> BranchNames {
    let base = request.branches.base.as_ref().map(ToString::to_string).or_else(|| found.branch.clone());
    BranchNames { base, work: request.branches.work.as_ref().map(ToString::to_string) }
}

fn update_mode(request: &Request) -> UpdateMode {
    match (request.mode, request.allowances.commit) {
        (RunMode::DryRun, _) => UpdateMode::None,
        (_, true) => UpdateMode::GitWorktree,
        (_, false) => UpdateMode::WorkingTree,
    }
}

fn protocols(request: &Request) -> Result<BTreeMap<String, Value>, Refusal> {
    let mut protocols = BTreeMap::new();
    for (name, binding) in request.protocols.bound() {
        refuse_owned(&format!("/protocols/{name}/metadata"), &binding.metadata)?;
        protocols.insert(name.to_owned(), json!(binding));
    }
    Ok(protocols)
}

/// The caller's words, in places of their own: none can stand where the Runner's stand.
fn caller(request: &Request) -> Result<Caller, Refusal> {
    let metadata = &request.decision_metadata;
    let agent_id = request.agent_id.as_ref().map(|claims| claims.metadata.clone()).unwrap_or_default();
    let told = [
        ("/decision_metadata/authzen", &metadata.authzen),
        ("/decision_metadata/openfga", &metadata.openfga),
        ("/decision_metadata/opa", &metadata.opa),
        ("/agent_id/metadata", &agent_id),
    ];
    for (place, fields) in told {
        refuse_owned(place, fields)?;
    }
    contradictions(&told)?;
    Ok(Caller {
        authzen: metadata.authzen.clone(),
        openfga: metadata.openfga.clone(),
        opa: metadata.opa.clone(),
        agent_id,
        claims: claims(request),
        runner: object(json!(request.runner)),
        audit: object(json!(request.audit)),
    })
}

/// What the caller believes about the agent, apart from its metadata.
fn claims(request: &Request) -> Map<String, Value> {
    let mut claims = request.agent_id.as_ref().map(|claims| object(json!(claims))).unwrap_or_default();
    claims.remove("metadata");
    claims
}

/// Decision points that are told different things can't decide on the same thing.
fn contradictions(told: &[(&str, &Map<String, Value>)]) -> Result<(), Refusal> {
    let mut seen: BTreeMap<&str, (&str, &Value)> = BTreeMap::new();
    for (place, fields) in told {
        for (name, value) in *fields {
            let (first, known) = *seen.entry(name).or_insert((place, value));
            if known != value {
                let name = agent_contract::fault::shown(name);
                return Err(clash(format!("`{name}` is one thing in {first} and another in {place}")));
            }
        }
    }
    Ok(())
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// What each gate said so far.
pub type GateStatus = BTreeMap<GateName, String>;

impl Question {
    /// Whether a capability may be issued, with that reach.
    pub fn of_capability(
        name: CapabilityName,
        scope: Scope,
        setting: &Setting,
        gates: GateStatus,
        audit: AuditStatus,
    ) -> Self {
        let binding = scope.bindings.as_deref().and_then(|names| names.first()).cloned();
        Self {
            action: "capability.request".to_owned(),
            resource: resource(name, binding, setting, Map::new()),
            capability: CapabilityAsked { name, scope },
            gates,
            audit,
            waivers: Vec::new(),
        }
    }

    /// Whether a call may happen. Its reach is what the call itself touches.
    pub fn of_call<R: Call>(
        call: &R,
        setting: &Setting,
        more: Map<String, Value>,
        gates: GateStatus,
    ) -> Self {
        let paths: Vec<_> = call.paths().into_iter().cloned().collect();
        let (checks, binding) = (call.checks().to_vec(), call.binding().map(str::to_owned));
        let scope = Scope {
            paths: (!paths.is_empty()).then_some(paths),
            checks: (!checks.is_empty()).then_some(checks),
            bindings: binding.clone().map(|binding| vec![binding]),
            ..Scope::default()
        };
        let mut properties = object(call.describe());
        properties.extend(more);
        Self {
            action: R::FUNCTION.to_owned(),
            resource: resource(R::CAPABILITY, binding, setting, properties),
            capability: CapabilityAsked { name: R::CAPABILITY, scope },
            gates,
            audit: AuditStatus::Recording,
            waivers: Vec::new(),
        }
    }
}

fn resource(
    name: CapabilityName,
    binding: Option<String>,
    setting: &Setting,
    properties: Map<String, Value>,
) -> Resource {
    use CapabilityName as Name;
    let repository = &setting.repository.id;
    let (kind, id) = match name {
        Name::RepoCommit | Name::RepoPush | Name::RepoOpenPr => {
            // Where the Runner makes the name it is new, and told by what it comes from.
            let branch = setting.branch.work.as_deref().unwrap_or("code-assist");
            (ResourceKind::Branch, format!("{repository}/{branch}"))
        }
        Name::ProtocolInvoke | Name::ProtocolPublishMetadata | Name::NotifySend => {
            (ResourceKind::Binding, binding.unwrap_or_else(|| "any".to_owned()))
        }
        _ => (ResourceKind::Repository, repository.clone()),
    };
    Resource { kind, id, properties }
}
