//! Who the agent is by its record, for the decision context.

use super::{Resolved, Status};
use crate::context::AgentIdentity;

impl Resolved {
    /// Who the agent is by its record; what its component is, the Runner adds.
    pub fn identity(&self) -> AgentIdentity {
        let agent = &self.record.agent;
        AgentIdentity {
            did: Some(agent.did.as_str().to_owned()),
            record_id: self.record_id.clone(),
            record_sha256: Some(self.sha256.clone()),
            trust_level: Some(agent.trust_level.as_str().to_owned()),
            environment: Some(agent.environment.clone()),
            ..AgentIdentity::default()
        }
    }

    /// Whether the agent may act at all, as far as its status says.
    pub fn is_active(&self) -> bool {
        let lifecycle = self.lifecycle.as_deref().unwrap_or("active");
        self.record.agent.status == Status::Active && lifecycle == "active"
    }
}
