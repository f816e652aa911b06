//! What is asked of a run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Fault, RepoPath, RunMode,
    allowance::Allowances,
    binding::BindingName,
    branch::BranchName,
    budget::Budgets,
    capability::CapabilityRequest,
    check::Checks,
    closed::closed_enum,
    context::{AgentIdContext, AuditReference, DecisionMetadata, RunnerReference},
    document,
    gate::GatePolicy,
    limit,
    plan::AgreedPlan,
    proposal::Proposal,
    protocol::Protocols,
    recipe::RecipeCall,
    rules,
    target::Target,
};

closed_enum! {
    /// The version of a document.
    pub enum Version {
        /// The first.
        V1 = "1.0",
    }
}

closed_enum! {
    /// Where a run ends before its end.
    pub enum Until {
        /// With the plan: nothing is changed and nothing is run.
        Plan = "plan",
    }
}

/// A request to the agent: what to do, on what, and how far to go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = rules::request_into_schema)]
pub struct Request {
    /// The version of the contract.
    pub version: Version,
    /// What to do, in words.
    #[schemars(length(min = 1, max = limit::INSTRUCTION_CHARS_MAX))]
    pub instruction: String,
    /// How far the run may go.
    pub mode: RunMode,
    /// What the run works on. Absent: the folder that the Runner is given.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The branches that take part.
    #[serde(default, skip_serializing_if = "Branches::is_empty")]
    pub branches: Branches,
    /// Files that the task is about, as far as the caller knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limit::FILES_MAX))]
    pub files: Vec<RepoPath>,
    /// What to run on the change.
    #[serde(default, skip_serializing_if = "Checks::is_empty")]
    pub checks: Checks,
    /// The capabilities that the agent may ask for. Absent: what the mode and the task need.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = limit::CAPABILITIES_MAX))]
    pub capabilities: Option<Vec<CapabilityRequest>>,
    /// What the caller allows beyond a change in the workspace.
    #[serde(default)]
    pub allowances: Allowances,
    /// Which agent the caller believes it runs.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentIdContext>,
    /// Metadata for the decision points.
    #[serde(default, skip_serializing_if = "DecisionMetadata::is_empty")]
    pub decision_metadata: DecisionMetadata,
    /// The protocols that take part.
    #[serde(default)]
    pub protocols: Protocols,
    /// How a passing Runner knows the run.
    #[serde(default, skip_serializing_if = "RunnerReference::is_empty")]
    pub runner: RunnerReference,
    /// How the caller's audit knows the run.
    #[serde(default, skip_serializing_if = "AuditReference::is_empty")]
    pub audit: AuditReference,
    /// The gates that the caller wants beyond the Runner's own policy.
    #[serde(default)]
    pub gates: GatePolicy,
    /// What the run may cost at most.
    #[serde(default)]
    pub budgets: Budgets,
    /// Whether the repository's container is built and started, to see that it comes up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulate: bool,
    /// The bindings through which people are notified. Without any, and with the allowance,
    /// `notify.default`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limit::NOTIFY_MAX))]
    pub notify: Vec<BindingName>,
    /// A change written beforehand.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    /// A change that a recipe works out.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub recipe: Option<RecipeCall>,
    /// Documents of the repository that may help: passages of them are given to a model,
    /// each with where it is from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limit::DOCUMENTS_MAX))]
    pub documents: Vec<RepoPath>,
    /// The plan that was agreed to. The run does that and no more.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub plan: Option<AgreedPlan>,
    /// Where to end before the end.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
}

/// The branches of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Branches {
    /// The branch that the change starts from. Never written to.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub base: Option<BranchName>,
    /// The branch that the change is committed to.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub work: Option<BranchName>,
}

impl Branches {
    /// Whether neither is named.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Request {
    /// Parses a request: strict JSON, known fields only, no contradiction.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let request: Self = document::parse(text)?;
        rules::check(&request)?;
        Ok(request)
    }
}
