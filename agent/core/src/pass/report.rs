use agent_contract::{
    CapabilityName, Report,
    gate::GateResult,
    report::{Conclusion, Reason},
};
use serde_json::json;

use super::{Stop, changelog, commit::Committed, plan::MEMORY, propose::Proposed};
use crate::{
    Host,
    memory::{self, Proof},
};

/// Reads the change once more and gives an account of it.
pub fn report<H: Host>(committed: Committed<H>, host: &mut H) -> Result<Report, Stop> {
    let Committed { gated, commit } = committed;
    let (proposed, checks) = (&gated.checked.proposed, &gated.checked.results);
    let granted = &proposed.granted;
    granted.progress(host, "report")?;
    let diff = host.diff(granted.capability(CapabilityName::RepoDiff)?)?;
    remember(proposed, checks.iter().map(|check| check.name.clone()).collect(), host)?;
    let task = granted.task.as_ref();
    let about = task.map(|task| format!("for {} “{}”: ", task.reference, task.title)).unwrap_or_default();
    let counted = summary(proposed.changes.len(), &diff, checks.len(), commit.as_deref());
    let words = if proposed.words().is_empty() { String::new() } else { format!(". {}", proposed.words()) };
    Ok(Report {
        conclusion: Conclusion::Proposed,
        reasons: gated.gates.iter().filter(|gate| gate.fails()).map(reason).collect(),
        summary: format!("{about}{counted}{words}"),
        changelog: changelog::entry(&proposed.told(checks)),
        warnings: proposed.warnings(),
        next_steps: Vec::new(),
        plan: None,
    })
}

/// Has the Runner note what this run found out, where it keeps that. It is kept when the
/// run ends well.
fn remember<H: Host>(proposed: &Proposed<H>, checks: Vec<String>, host: &mut H) -> Result<(), Stop> {
    let Some(mind) = &proposed.mind else { return Ok(()) };
    let Some(before) = &mind.memory else { return Ok(()) };
    let entries = memory::notes(&Proof { checks: &checks, recipe: None, mended: &mind.mended });
    // What can't be remembered is not worth a run.
    let text = entries.iter().fold(before.clone(), |text, entry| memory::add(&text, entry).unwrap_or(text));
    if text != *before {
        let capability = proposed.granted.capability(CapabilityName::ProtocolInvoke)?;
        host.invoke(capability, MEMORY, "write", &json!({ "text": text }))?;
    }
    Ok(())
}

fn reason(gate: &GateResult) -> Reason {
    Reason {
        hints: gate.reasons.iter().cloned().chain(gate.faults()).collect(),
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
