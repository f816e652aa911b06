//! A capability as the Runner keeps it: what was granted, and what is left of it.

use agent_contract::{CapabilityName, capability::Scope};

/// A granted capability.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// Its id in the trace.
    pub id: String,
    /// The run that it was issued to.
    pub run_id: String,
    /// What it is for.
    pub name: CapabilityName,
    /// How far it reaches.
    pub scope: Scope,
    /// When it ends, in milliseconds of the Runner's clock.
    pub expires_ms: Option<u64>,
    /// Calls that are left.
    pub uses_left: Option<u64>,
    /// Bytes that are left.
    pub bytes_left: Option<u64>,
    /// Whether the Runner took it back.
    pub revoked: bool,
    /// What others than the agent limit: uses, bytes and seconds of the capability, however
    /// often it is asked for.
    pub ceiling: Scope,
    /// Why a person has to approve each call under it, if one has to.
    pub asks: Vec<String>,
}

impl Grant {
    /// A grant of `scope`, fresh at `now_ms`.
    pub fn new(id: String, run_id: String, name: CapabilityName, scope: Scope, now_ms: u64) -> Self {
        let expires_ms = scope.seconds.map(|seconds| now_ms.saturating_add(seconds.saturating_mul(1000)));
        let (uses_left, bytes_left) = (scope.uses, scope.bytes);
        Self {
            id,
            run_id,
            name,
            scope,
            expires_ms,
            uses_left,
            bytes_left,
            revoked: false,
            ceiling: Scope::default(),
            asks: Vec::new(),
        }
    }

    /// Counts a call that was allowed.
    pub fn charge_use(&mut self) {
        self.uses_left = self.uses_left.map(|left| left.saturating_sub(1));
    }

    /// Counts bytes, and says whether there were that many left.
    #[must_use]
    pub fn charge_bytes(&mut self, bytes: u64) -> bool {
        let enough = self.bytes_left.is_none_or(|left| left >= bytes);
        self.bytes_left = self.bytes_left.map(|left| left.saturating_sub(bytes));
        enough
    }
}
