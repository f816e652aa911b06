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
    // What the operator exempts, the mode does not require; whoever names it still does.
    gates.retain(|gate| !config.gates.exempt.contains(gate));
    gates.extend(&config.gates.required);
    gates.extend(&request.gates.required);
    gates
}
