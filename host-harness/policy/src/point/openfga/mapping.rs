//! What a decision context asks in terms of relationships. `schemas/openfga/mapping.json`
//! says the same for people.
//!
//! A contextual tuple holds for one check and can grant what no stored tuple does. So the
//! Runner brings only what it vouches for itself: for whom the agent acts in this run, and
//! what lies in what. Never a role, never whose a binding is, never a membership.

use agent_contract::{CapabilityName, fault::shown};
use serde_json::{Value, json};

use super::id::{branch, object};
use crate::{
    Code,
    answer::Objection,
    context::{AgentIdentity, DecisionContext, ResourceKind, Setting, SubjectKind},
};

/// Who has which relation to what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tuple {
    /// Who: an object, or those who have a relation to one (`run:1#agent`).
    pub user: String,
    /// Which relation.
    pub relation: String,
    /// To what.
    pub object: String,
}

impl Tuple {
    /// A tuple.
    pub fn new(user: impl Into<String>, relation: impl Into<String>, object: impl Into<String>) -> Self {
        Self { user: user.into(), relation: relation.into(), object: object.into() }
    }

    /// The tuple as a request has it.
    pub fn to_value(&self) -> Value {
        json!({ "user": self.user, "relation": self.relation, "object": self.object })
    }
}

/// What is checked, and what is brought along for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The question: whether the agent has the capability's relation to the object.
    pub check: Tuple,
    /// What holds for this question only.
    pub contextual: Vec<Tuple>,
}

/// The relation that stands for a capability, such as `can_repo_write`.
pub fn relation(capability: CapabilityName) -> String {
    format!("can_{}", capability.as_str().replace('.', "_"))
}

/// Puts a decision context in terms of relationships.
pub fn asked(context: &DecisionContext) -> Result<Asked, Objection> {
    let setting = &*context.setting;
    let agent = agent(&setting.agent)?;
    let run = object("run", &context.decision.run_id)?;
    let mut contextual = vec![
        Tuple::new(&agent, "agent", &run),
        Tuple::new(format!("{run}#agent"), "acting", subject(setting)?),
    ];
    contextual.extend(structure(setting)?);
    let about = match branch_asked(context)? {
        Some(name) => {
            let branch = branch(&setting.repository.id, name)?;
            contextual.push(Tuple::new(repository(setting)?, "repository", &branch));
            branch
        }
        None if asks_binding(context) => object("binding", &context.question.resource.id)?,
        None => repository(setting)?,
    };
    let check = Tuple::new(agent, relation(context.question.capability.name), about);
    Ok(Asked { check, contextual })
}

/// The agent by what the Runner made surest of. The three kinds can't be taken for each
/// other: a DID begins with `did:`, whose colon is encoded.
fn agent(agent: &AgentIdentity) -> Result<String, Objection> {
    match (&agent.did, &agent.record_id) {
        (Some(did), _) if did.starts_with("did:") => object("agent", did),
        (Some(did), _) => Err(clash(format!("`{}` is no DID", shown(did)))),
        (None, Some(id)) if !id.is_empty() => object("agent", &format!("record/{id}")),
        (None, Some(id)) => object("agent", id),
        (None, None) => object("agent", &format!("component/{}", agent.component_sha256)),
    }
}

fn subject(setting: &Setting) -> Result<String, Objection> {
    let kind = match setting.subject.kind {
        SubjectKind::User => "user",
        SubjectKind::Team => "team",
        SubjectKind::Service => "service",
    };
    object(kind, &setting.subject.id)
}

fn repository(setting: &Setting) -> Result<String, Objection> {
    object("repository", &setting.repository.id)
}

/// What lies in what, as far as the Runner was told.
fn structure(setting: &Setting) -> Result<Vec<Tuple>, Objection> {
    let given = |kind, id: &Option<String>| id.as_ref().map(|id| object(kind, id)).transpose();
    let owners = [given("organization", &setting.organization)?, given("project", &setting.project)?];
    let mut chain: Vec<String> = owners.into_iter().flatten().collect();
    chain.push(repository(setting)?);
    Ok(chain.windows(2).map(|pair| Tuple::new(&pair[0], "owner", &pair[1])).collect())
}

/// The branch that a question is about: the one that it names, else the one that the run
/// works on, where the Runner has a name for it already.
fn branch_asked(context: &DecisionContext) -> Result<Option<&str>, Objection> {
    use CapabilityName::{RepoCommit, RepoOpenPr, RepoPush};
    let (setting, resource) = (&*context.setting, &context.question.resource);
    if !matches!(context.question.capability.name, RepoCommit | RepoPush | RepoOpenPr) {
        return Ok(None);
    }
    if resource.kind != ResourceKind::Branch {
        return Ok(setting.branch.work.as_deref());
    }
    let name = resource.id.strip_prefix(&setting.repository.id).and_then(|rest| rest.strip_prefix('/'));
    let other = || clash(format!("the branch `{}` is of another repository", shown(&resource.id)));
    name.map(Some).ok_or_else(other)
}

fn asks_binding(context: &DecisionContext) -> bool {
    use CapabilityName::{NotifySend, ProtocolInvoke, ProtocolPublishMetadata};
    let question = &context.question;
    let reaches_out =
        matches!(question.capability.name, ProtocolInvoke | ProtocolPublishMetadata | NotifySend);
    reaches_out && question.resource.kind == ResourceKind::Binding
}

fn clash(message: String) -> Objection {
    Objection::new(Code::ContextClash, message)
}
