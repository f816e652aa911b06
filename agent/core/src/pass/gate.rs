use std::collections::BTreeSet;

use agent_contract::{
    CapabilityName, Failure, RunMode,
    gate::{GateName, GateOutcome, GateResult},
};

use super::{
    Stop,
    check::Checked,
    mend::{Broken, Trial},
};
use crate::{Host, mind};

/// A checked change with what the gates find, as far as the request asks for any.
pub struct Gated<H: Host> {
    pub(super) checked: Checked<H>,
    pub(super) gates: Vec<GateResult>,
}

/// The gates that look into files: what they find, a change can mend.
const OF_FILES: [GateName; 8] = [
    GateName::Secrets,
    GateName::Dependencies,
    GateName::Sast,
    GateName::Container,
    GateName::Iac,
    GateName::Sbom,
    GateName::Licence,
    GateName::Consistency,
];

/// Findings that a model is told of one gate, at the most.
const FAULTS_MAX: usize = 20;

/// What stands for the failure of a gate in the account of a run.
pub(super) const FAILED: &str = "gate-failed";

/// Asks what the gates find that the change has to pass. What a model can mend goes back to
/// it; whether anything stands in the way in the end is the Runner's verdict, not ours.
pub fn gate<H: Host>(checked: Checked<H>, host: &mut H) -> Result<Trial<H, Gated<H>>, Stop> {
    let granted = &checked.proposed.granted;
    let request = &granted.plan.request;
    let of_mode = OF_FILES.iter().filter(|_| request.mode == RunMode::ProductionChange);
    let wanted: BTreeSet<_> = request.gates.required.iter().chain(of_mode).copied().collect();
    if wanted.is_empty() {
        return Ok(Trial::Holds(Gated { checked, gates: Vec::new() }));
    }
    granted.progress(host, "gate")?;
    let wanted: Vec<_> = wanted.into_iter().collect();
    let gates = host.scan(granted.capability(CapabilityName::SecurityScan)?, &wanted)?;
    let failing: Vec<_> = gates.iter().filter(|gate| can_be_mended(gate)).collect();
    if failing.is_empty() || !checked.proposed.can_be_mended() {
        return Ok(Trial::Holds(Gated { checked, gates }));
    }
    let complaint = failing.iter().map(|gate| told(gate)).collect();
    let first = failing.first().map(|gate| gate.gate.to_string()).unwrap_or_default();
    let last = Stop::failed(Failure::new(FAILED, format!("gate `{first}` finds what was not mended")));
    Ok(Trial::Broken(Box::new(Broken { proposed: checked.proposed, complaint, last })))
}

fn can_be_mended(gate: &GateResult) -> bool {
    OF_FILES.contains(&gate.gate) && gate.fails() && gate.outcome == GateOutcome::Fail
}

/// What a gate says, for a model. It speaks of files that strangers wrote.
fn told(gate: &GateResult) -> String {
    let said: Vec<_> = gate.reasons.iter().cloned().chain(gate.faults().take(FAULTS_MAX)).collect();
    let said = mind::data(&format!("gate {}", gate.gate), &said.join("\n"));
    format!("gate `{}` does not pass:\n{said}", gate.gate)
}
