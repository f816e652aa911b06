//! The protocols that a run may take part in, and how each is bound.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{address::Endpoint, limit, rules};

/// A binding for each protocol that is known. An unknown protocol is a fault.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Protocols {
    /// OpenID AuthZEN Authorization API.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub authzen: Option<ProtocolBinding>,
    /// OpenFGA.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub openfga: Option<ProtocolBinding>,
    /// Open Policy Agent.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub opa: Option<ProtocolBinding>,
    /// Agent ID.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<ProtocolBinding>,
    /// Agent Network Protocol.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub anp: Option<ProtocolBinding>,
    /// Agent Communication Protocol.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub acp: Option<ProtocolBinding>,
    /// Agent Client Protocol.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub agent_client_protocol: Option<ProtocolBinding>,
    /// Agent2Agent.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub a2a: Option<ProtocolBinding>,
}

impl Protocols {
    /// Each protocol's name with its binding, in the order of the contract.
    pub fn bound(&self) -> impl Iterator<Item = (&'static str, &ProtocolBinding)> {
        [
            ("authzen", &self.authzen),
            ("openfga", &self.openfga),
            ("opa", &self.opa),
            ("agent_id", &self.agent_id),
            ("anp", &self.anp),
            ("acp", &self.acp),
            ("agent_client_protocol", &self.agent_client_protocol),
            ("a2a", &self.a2a),
        ]
        .into_iter()
        .filter_map(|(name, binding)| binding.as_ref().map(|binding| (name, binding)))
    }
}

/// How one protocol is reached and what it must fulfil.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = rules::binding_into_schema)]
pub struct ProtocolBinding {
    /// Whether it takes part at all.
    #[serde(default)]
    pub enabled: bool,
    /// Whether the run fails without it.
    #[serde(default)]
    pub required: bool,
    /// Who provides it.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = limit::NAME_CHARS_MAX))]
    pub provider: Option<String>,
    /// Its address; for the Runner alone. Excludes `binding`.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Endpoint>,
    /// The name of a binding in the Runner's configuration. Excludes `endpoint`.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = limit::NAME_CHARS_MAX))]
    pub binding: Option<String>,
    /// What the protocol wants to know beyond this.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
    /// The actions that may be invoked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limit::ACTIONS_MAX))]
    pub actions: Vec<String>,
    /// A reference to the schema of what is sent.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub input_schema: Option<String>,
    /// A reference to the schema of what is answered.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<String>,
    /// Requirements on the connection, such as `tls` or `mtls`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limit::REQUIREMENTS_MAX))]
    pub security: Vec<String>,
    /// Milliseconds to wait for an answer.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = limit::TIMEOUT_MS_MAX))]
    pub timeout_ms: Option<u64>,
    /// Whatever goes wrong is a deny. There is no other setting than `true`.
    #[serde(default = "yes")]
    pub fail_closed: bool,
}

fn yes() -> bool {
    true
}
