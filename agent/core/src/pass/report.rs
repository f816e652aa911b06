use agent_contract::{
    CapabilityName, Report,
    gate::GateResult,
    report::{Conclusion, Reason},
};

use super::{Stop, changelog, commit::Committed};
use crate::Host;

/// Reads the change once more and gives an account of it.
pub fn report<H: Host>(committed: Committed<H>, host: &mut H) -> Result<Report, Stop> {
    let Committed { gated, commit } = committed;
    let granted = &gated.checked.proposed.granted;
    granted.progress(host, "report")?;
    let diff = host.diff(granted.capability(CapabilityName::RepoDiff)?)?;
    let changes = &gated.checked.proposed.changes;
    Ok(Report {
        conclusion: Conclusion::Proposed,
        reasons: gated.gates.iter().filter(|gate| gate.fails()).map(reason).collect(),
        summary: format!(
            "{}{}",
            granted
                .task
                .as_ref()
                .map(|task| format!("for {} “{}”: ", task.reference, task.title))
                .unwrap_or_default(),
            summary(changes.len(), &diff, gated.checked.results.len(), commit.as_deref())
        ),
        changelog: changelog::entry(&granted.plan.request.instruction, changes),
        warnings: Vec::new(),
        next_steps: Vec::new(),
    })
}

fn reason(gate: &GateResult) -> Reason {
    Reason {
        hints: gate.reasons.clone(),
        ..Reason::new("gate-failed", format!("gate `{}`: {}", gate.gate, gate.outcome))
    }
}

fn summary(changes: usize, diff: &str, checks: usize, commit: Option<&str>) -> String {
    let body = |sign: char| {
        diff.lines()
            .filter(|line| line.starts_with(sign) && !line.starts_with("+++") && !line.starts_with("---"))
            .count()
    };
    let committed = commit.map(|id| format!(", committed as {id}")).unwrap_or_default();
    format!("{changes} changes (+{} -{}), {checks} checks passed{committed}", body('+'), body('-'))
}
