//! The thirteen powers that a Runner can grant, and how one is asked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{RepoPath, closed::closed_enum, limit};

closed_enum! {
    /// What a capability is for. Merge is not among them and never will be.
    pub enum CapabilityName {
        /// List, read and search the workspace.
        RepoRead = "repo.read",
        /// Write, delete and rename files in the workspace.
        RepoWrite = "repo.write",
        /// Read the change that the workspace holds.
        RepoDiff = "repo.diff",
        /// Run the checks that the request names.
        RepoCheck = "repo.check",
        /// Commit the change to the work branch.
        RepoCommit = "repo.commit",
        /// Push the work branch.
        RepoPush = "repo.push",
        /// Open a pull request from the work branch.
        RepoOpenPr = "repo.open_pr",
        /// Run security gates on the change.
        SecurityScan = "security.scan",
        /// Build and start the repository's container, locally.
        ContainerSimulate = "container.simulate",
        /// Call a protocol or a model through a named binding.
        ProtocolInvoke = "protocol.invoke",
        /// Publish metadata through a named binding.
        ProtocolPublishMetadata = "protocol.publish_metadata",
        /// Notify people through a named binding.
        NotifySend = "notify.send",
        /// Add the agent's own notes and progress to the trace.
        AuditWrite = "audit.write",
    }
}

/// A capability asked for, as narrow as the caller wants it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CapabilityRequest {
    /// The power asked for.
    pub capability: CapabilityName,
    /// How far it reaches. What is left out is as wide as the policy allows.
    #[serde(default, skip_serializing_if = "Scope::is_unlimited")]
    pub scope: Scope,
}

impl CapabilityRequest {
    /// The capability as wide as the policy allows.
    pub fn whole(capability: CapabilityName) -> Self {
        Self { capability, scope: Scope::default() }
    }
}

/// How far a capability reaches. Every limit is checked at every call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Files and folders; a folder means everything beneath it. Absent: all.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub paths: Option<Vec<RepoPath>>,
    /// Names of checks. Absent: all that the request names.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub checks: Option<Vec<String>>,
    /// Names of bindings. Absent: all that are configured.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub bindings: Option<Vec<String>>,
    /// How many calls it is good for.
    #[serde(
        default,
        deserialize_with = "crate::document::at_least_one",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(range(min = 1, max = limit::INTEGER_MAX))]
    pub uses: Option<u64>,
    /// How many bytes may cross under it, both ways together.
    #[serde(
        default,
        deserialize_with = "crate::document::at_least_one",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(range(min = 1, max = limit::INTEGER_MAX))]
    pub bytes: Option<u64>,
    /// How many seconds it lasts from the moment it is issued.
    #[serde(
        default,
        deserialize_with = "crate::document::at_least_one",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(range(min = 1, max = limit::INTEGER_MAX))]
    pub seconds: Option<u64>,
}

impl Scope {
    /// Whether nothing is limited.
    pub fn is_unlimited(&self) -> bool {
        *self == Self::default()
    }
}
