use agent_contract::gate::{Finding, GateResult, Standing};

use super::{
    tally::{Tally, covered, in_order, place},
    visible,
};

/// Results for a terminal: a group for each gate, a line for each finding and one for its
/// remedy, and a summary at the end.
pub fn text(results: &[GateResult]) -> String {
    let mut to: String = results.iter().map(gate).collect();
    to.push_str(&format!("{}\n", Tally::of(results)));
    to
}

fn gate(result: &GateResult) -> String {
    let required = if result.required { "" } else { " (not required)" };
    let mut to = format!("{}: {}{required}\n", result.gate, result.outcome);
    for reason in &result.reasons {
        to.push_str(&format!("  {}\n", visible(reason)));
    }
    for found in in_order(result) {
        to.push_str(&finding(found));
    }
    for coverage in &result.coverage {
        to.push_str(&format!("  {}\n", visible(&covered(coverage))));
    }
    to.push('\n');
    to
}

fn finding(finding: &Finding) -> String {
    let old = if finding.standing == Standing::Old { " (old)" } else { "" };
    let mut to = format!(
        "  {}: {}{old}: {} [{}]\n    remedy: {}\n",
        visible(&place(finding.location.as_ref())),
        finding.severity,
        visible(&finding.message),
        visible(&finding.rule),
        visible(&finding.remedy),
    );
    if let Some(waiver) = &finding.waiver {
        let said = format!("waived by {} until {}: {}", waiver.owner, waiver.expires, waiver.reason);
        to.push_str(&format!("    {}\n", visible(&said)));
    }
    to
}
