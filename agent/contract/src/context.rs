//! What the caller tells about itself. Recorded and handed to the decision
//! points; nothing in it can set a field that the Runner owns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::limit;

/// Metadata for each kind of decision point, passed on as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionMetadata {
    /// For AuthZEN.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub authzen: Map<String, Value>,
    /// For OpenFGA.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub openfga: Map<String, Value>,
    /// For OPA.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub opa: Map<String, Value>,
}

impl DecisionMetadata {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Which agent the caller believes it runs. A claim: the Runner resolves it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentIdContext {
    /// The id of an Agent ID record.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = limit::RECORD_CHARS_MAX))]
    pub record_id: Option<String>,
    /// The organization that owns the agent.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = limit::RECORD_CHARS_MAX))]
    pub organization: Option<String>,
    /// The project that the agent works for.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = limit::RECORD_CHARS_MAX))]
    pub project: Option<String>,
    /// Whether the run fails without a valid record.
    #[serde(default)]
    pub required: bool,
    /// What else the record's registry wants to know.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

/// How the Runner that passes this request on knows the run. Recorded as a
/// reference; this Runner issues ids of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunnerReference {
    /// The passing Runner's id of the run.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = limit::REFERENCE_CHARS_MAX))]
    pub run_id: Option<String>,
    /// The passing Runner's id of the capability under which it passes it on.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = limit::REFERENCE_CHARS_MAX))]
    pub capability_id: Option<String>,
}

impl RunnerReference {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How the caller's own audit knows the run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditReference {
    /// The caller's trace id.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = limit::REFERENCE_CHARS_MAX))]
    pub trace_id: Option<String>,
}

impl AuditReference {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
