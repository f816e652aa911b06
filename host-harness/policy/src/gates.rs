//! Which gates a run must pass.

use std::collections::BTreeSet;

use agent_contract::{RunMode, gate::GateName};

use agent_contract::Request;

use crate::Config;

/// The gates that must pass: the mode's, the operator's and the caller's together.
/// Nobody can take one away.
pub fn required(request: &Request, config: &Config) -> BTreeSet<GateName> {
    let mut gates: BTreeSet<_> = match request.mode {
        RunMode::ProductionChange => GateName::ALL.iter().copied().collect(),
        RunMode::DryRun | RunMode::ProposedChange => [GateName::AuditTrace].into(),
    };
    gates.extend(&config.gates.required);
    gates.extend(&request.gates.required);
    gates
}
