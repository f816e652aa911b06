//! Who takes part in a run, as the operator says it.

use std::collections::BTreeMap;

use agent_contract::CapabilityName;
use serde::Deserialize;

use super::points::CredentialConfig;

/// Who takes part in a run. None of it can be said by a caller or by the agent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {
    /// For whom the agent acts: `user:…`, `team:…` or `service:…`. Default: the user of
    /// the operating system.
    pub subject: Option<String>,
    /// The agent's DID. Default: the one of its Agent ID record.
    pub agent_did: Option<String>,
    /// The organization that answers for the run.
    pub organization: Option<String>,
    /// The project that the run belongs to.
    pub project: Option<String>,
    /// The repository's name for decision points. Default: the name of its folder.
    pub repository: Option<String>,
}

/// Where the agent's Agent ID record is, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AgentIdConfig {
    /// Whether nothing is allowed without a record. Default: where one is named.
    pub required: Option<bool>,
    /// The record, a JSON file.
    pub file: Option<String>,
    /// The address of a registry.
    pub registry: Option<String>,
    /// The record's id in the registry.
    pub record_id: Option<String>,
    /// The agent's DID, to find the record by.
    pub did: Option<String>,
    /// How often the record is looked at again while a run goes on.
    pub recheck_ms: u64,
    /// How long the registry may take.
    pub timeout_ms: u64,
    /// What the Runner shows to the registry.
    pub credential: Option<CredentialConfig>,
    /// The certificates that are trusted for the registry, a PEM file.
    pub ca_file: Option<String>,
    /// How often a request was handed on before it came here.
    pub delegation_depth: u64,
    /// What each word of the record's capabilities means here.
    pub grants: BTreeMap<String, Vec<CapabilityName>>,
}

impl Default for AgentIdConfig {
    fn default() -> Self {
        Self {
            required: None,
            file: None,
            registry: None,
            record_id: None,
            did: None,
            recheck_ms: 5000,
            timeout_ms: 1000,
            credential: None,
            ca_file: None,
            delegation_depth: 0,
            grants: BTreeMap::new(),
        }
    }
}

/// Who may approve what a policy says to ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApprovalConfig {
    /// The folder that remembers which approvals were used. Default: one in the state
    /// directory.
    pub used: Option<String>,
    /// The people whose signed approvals count.
    pub approvers: Vec<Approver>,
}

/// A person whose signed approvals count.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approver {
    /// The person, as a subject: `user:…`.
    pub name: String,
    /// The person's Ed25519 public key: 32 bytes in base64.
    pub key: String,
}

impl AgentIdConfig {
    /// Whether nothing is allowed without a record.
    pub fn is_required(&self) -> bool {
        self.required.unwrap_or(self.file.is_some() || self.registry.is_some())
    }

    pub(super) fn fault(&self) -> Option<(&'static str, String)> {
        let named = [&self.record_id, &self.did].into_iter().flatten().count();
        match (&self.file, &self.registry) {
            (Some(_), Some(_)) => Some(("registry", "and `file` are both given; give one of them".into())),
            (None, Some(_)) if named != 1 => {
                Some(("registry", "needs one of `record_id` and `did` beside it".into()))
            }
            (_, None) if self.record_id.is_some() => Some(("record_id", "needs a `registry`".into())),
            _ if self.recheck_ms == 0 => Some(("recheck_ms", "must be at least 1".into())),
            _ if self.timeout_ms == 0 => Some(("timeout_ms", "must be at least 1".into())),
            _ => None,
        }
    }
}
