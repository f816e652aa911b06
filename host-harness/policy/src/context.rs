//! The decision context: what every decision point is asked about, in one form. Only the
//! Runner builds it; each protocol's request is derived from it by a pure function.

mod build;
mod canonical;
#[cfg(test)]
mod distinct;
#[cfg(test)]
pub(crate) mod generate;
mod owned;

use std::{collections::BTreeMap, sync::Arc};

use agent_contract::{CapabilityName, RunMode, capability::Scope, gate::GateName};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use build::{Found, GateStatus, setting, subject};
pub use canonical::{cache_key, canonical, digest, setting_digest};
pub use owned::{OWNED, refuse_owned};

/// One question to the decision points, with all that may bear on the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionContext {
    /// Which decision it is. Not part of the digest: the same question may come again.
    pub decision: DecisionId,
    /// What stays the same in a run.
    pub setting: Arc<Setting>,
    /// What is asked.
    pub question: Question,
}

/// Which decision, of which run, when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionId {
    /// The Runner's id of the decision.
    pub id: String,
    /// The Runner's id of the run.
    pub run_id: String,
    /// The Runner's clock, in milliseconds since 1970.
    pub time_ms: u64,
}

/// What a run is about, from its start to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// For whom the agent acts.
    pub subject: Subject,
    /// The agent.
    pub agent: AgentIdentity,
    /// The organization that answers for the run.
    pub organization: Option<String>,
    /// The project that the run belongs to.
    pub project: Option<String>,
    /// What the run works on.
    pub repository: Repository,
    /// The branches that take part.
    pub branch: BranchNames,
    /// How far the run may go.
    pub run_mode: RunMode,
    /// How a change is placed.
    pub update_mode: UpdateMode,
    /// The metadata of each protocol's binding, as the request gives it.
    pub protocols: BTreeMap<String, Value>,
    /// What the caller tells the decision points. It can name no field of the Runner's.
    pub caller: Caller,
}

/// For whom the agent acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// `user`, `team` or `service`.
    #[serde(rename = "type")]
    pub kind: SubjectKind,
    /// Who.
    pub id: String,
}

/// What kind of subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A person.
    User,
    /// A team.
    Team,
    /// A program.
    Service,
}

impl SubjectKind {
    /// The kind as it stands before the id.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Team => "team",
            Self::Service => "service",
        }
    }
}

/// Who the agent is, as far as the Runner made sure of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentIdentity {
    /// Its DID.
    pub did: Option<String>,
    /// The id of its Agent ID record.
    pub record_id: Option<String>,
    /// The record's SHA-256.
    pub record_sha256: Option<String>,
    /// The trust level in the record.
    pub trust_level: Option<String>,
    /// The environment in the record.
    pub environment: Option<String>,
    /// How often the request was handed on before it came here.
    pub delegation_depth: u64,
    /// The SHA-256 of the component that runs.
    pub component_sha256: String,
}

/// What a run works on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repository {
    /// The name that the operator's configuration gives it, else its folder's.
    pub id: String,
    /// The commit that the change starts from.
    pub commit: Option<String>,
}

/// The branches of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BranchNames {
    /// The one that the change starts from.
    pub base: Option<String>,
    /// The one that it is committed to; absent where the Runner makes a name.
    pub work: Option<String>,
}

/// How a change is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateMode {
    /// Nowhere.
    None,
    /// In the working tree of the checkout.
    WorkingTree,
    /// In a commit on the work branch.
    GitWorktree,
}

/// What the caller tells the decision points, passed on as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caller {
    /// For AuthZEN.
    pub authzen: Map<String, Value>,
    /// For OpenFGA.
    pub openfga: Map<String, Value>,
    /// For OPA.
    pub opa: Map<String, Value>,
    /// For the registry of Agent ID records.
    pub agent_id: Map<String, Value>,
    /// Which agent, organization and project the caller believes in. They count for nothing
    /// but for a contradiction.
    pub claims: Map<String, Value>,
    /// How a passing Runner knows the run.
    pub runner: Map<String, Value>,
    /// How the caller's audit knows the run.
    pub audit: Map<String, Value>,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// `capability.request`, or the WIT function of a call such as `repo.write`.
    pub action: String,
    /// The capability that it is about, and how far it is to reach.
    pub capability: CapabilityAsked,
    /// What it is about.
    pub resource: Resource,
    /// What each gate said so far.
    pub gates: BTreeMap<GateName, String>,
    /// Whether the run is being recorded.
    pub audit: AuditStatus,
    /// The waivers that are in force.
    pub waivers: Vec<String>,
}

/// A capability with the reach that is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapabilityAsked {
    /// Its name.
    pub name: CapabilityName,
    /// How far it is to reach.
    pub scope: Scope,
}

/// What a question is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: ResourceKind,
    /// Which one.
    pub id: String,
    /// The particulars of a call: paths, hashes, commands, sizes.
    pub properties: Map<String, Value>,
}

/// The kinds of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceKind {
    /// The repository; its id is the repository's.
    Repository,
    /// A branch of it; its id is `<repository>/<branch>`.
    Branch,
    /// A binding; its id is the binding's name.
    Binding,
}

/// Whether the run is being recorded. There is no decision without a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditStatus {
    /// Every call has a record before it happens.
    Recording,
    /// Somebody only asks what would be decided; nothing can happen.
    Explaining,
}
