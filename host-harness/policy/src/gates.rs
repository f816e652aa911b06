//! Which gates a run must pass.

use std::collections::BTreeSet;

use agent_contract::{RunMode, gate::GateName};

use crate::issue::Context;

/// The gates that must pass: the mode's, the operator's and the caller's together.
/// Nobody can take one away.
pub fn required(context: Context) -> BTreeSet<GateName> {
    let mut gates: BTreeSet<_> = match context.mode() {
        RunMode::ProductionChange => GateName::ALL.iter().copied().collect(),
        RunMode::DryRun | RunMode::ProposedChange => [GateName::AuditTrace].into(),
    };
    gates.extend(&context.config.gates.required);
    gates.extend(&context.request.gates.required);
    gates
}
