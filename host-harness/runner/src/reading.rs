//! What a call that names no file may show: a listing, a search or a diff reaches many,
//! and the policy is asked about each.

use agent_contract::{CapabilityName, RepoPath, RunMode};
use policy::{
    answer::Stance,
    local::{Matter, Object, Policy},
};

/// The policy as it speaks of reading.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub policy: Policy,
    pub mode: RunMode,
    pub branch: Option<String>,
    pub base_branch: Option<String>,
}

impl Reading {
    /// Whether a file may be seen.
    pub fn shows(&self, path: &RepoPath) -> bool {
        let matter = Matter {
            capability: CapabilityName::RepoRead,
            mode: self.mode,
            branch: self.branch.as_deref(),
            base_branch: self.base_branch.as_deref(),
            object: Object::Path(path.as_str()),
        };
        self.policy.judge(&matter).stance == Stance::Allow
    }
}
