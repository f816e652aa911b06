use agent_contract::gate::GateOutcome;
use policy::recorded::differences;

use crate::{Evidence, Judgement};

/// The trace is whole so far, and it accounts for the whole change.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let faults: Vec<_> = evidence
        .trace_faults
        .iter()
        .cloned()
        .chain(differences(evidence.recorded, evidence.changed))
        .collect();
    match faults.is_empty() {
        true => (GateOutcome::Pass, vec![format!("{} operations recorded", evidence.recorded.len())]),
        false => (GateOutcome::Fail, faults),
    }
}
