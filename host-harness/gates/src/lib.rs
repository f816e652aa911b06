//! The production gates. Each looks at what the Runner recorded, never at what the
//! agent said; one that this Runner does not have is unavailable, which never passes.

mod audit_trace;
mod checks;

use agent_contract::{
    RepoPath,
    check::CheckResult,
    gate::{GateName, GateOutcome, GateResult},
    operation::{FileState, Operation},
};

/// What the gates look at.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// What is wrong with the trace so far.
    pub trace_faults: &'a [String],
    /// Every operation that has a record, in order.
    pub recorded: &'a [Operation],
    /// What the workspace holds: a file, its state in the base, its state now.
    pub changed: &'a [(RepoPath, Option<FileState>, Option<FileState>)],
    /// The checks that the request names.
    pub checks_expected: &'a [String],
    /// What came of the checks.
    pub checks: &'a [CheckResult],
}

type Judgement = (GateOutcome, Vec<String>);

/// Runs a gate.
pub fn run(gate: GateName, required: bool, evidence: &Evidence) -> GateResult {
    let (outcome, reasons) = match gate {
        GateName::AuditTrace => audit_trace::judge(evidence),
        GateName::Checks => checks::judge(evidence),
        _ => (GateOutcome::Unavailable, vec![format!("this Runner has no `{gate}` gate")]),
    };
    GateResult { gate, required, outcome, reasons }
}

/// What differs between the records and the workspace.
pub fn unrecorded(evidence: &Evidence) -> Vec<String> {
    audit_trace::differences(evidence)
}
