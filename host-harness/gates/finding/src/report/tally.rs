use std::fmt;

use agent_contract::gate::{Coverage, Finding, GateResult, Location, Severity};

/// How many findings there are of each severity.
pub(super) struct Tally {
    gates: usize,
    failing: usize,
    waived: usize,
    by_severity: Vec<(Severity, usize)>,
}

impl Tally {
    pub(super) fn of(results: &[GateResult]) -> Self {
        let findings = || results.iter().flat_map(|result| &result.findings);
        let (waived, standing): (Vec<_>, Vec<_>) = findings().partition(|finding| finding.waiver.is_some());
        let count = |severity| standing.iter().filter(|finding| finding.severity == severity).count();
        Self {
            gates: results.len(),
            failing: results.iter().filter(|result| result.fails()).count(),
            waived: waived.len(),
            by_severity: Severity::ALL.iter().rev().map(|severity| (*severity, count(*severity))).collect(),
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: usize = self.by_severity.iter().map(|(_, count)| count).sum();
        write!(to, "{}", counted(all, "finding"))?;
        let some: Vec<String> = (self.by_severity.iter().filter(|(_, count)| *count > 0))
            .map(|(severity, count)| format!("{count} {severity}"))
            .collect();
        if !some.is_empty() {
            write!(to, " ({})", some.join(", "))?;
        }
        if self.waived > 0 {
            write!(to, ", {} waived", self.waived)?;
        }
        match self.failing {
            0 => write!(to, " in {}; none of them fails", counted(self.gates, "gate")),
            failing => write!(to, " in {}; {failing} of them fail the change", counted(self.gates, "gate")),
        }
    }
}

/// `1 file`, `2 files`.
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Findings with the gravest first, then by place.
pub(super) fn in_order(result: &GateResult) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = result.findings.iter().collect();
    findings.sort_by(|one, other| {
        let weight = |finding: &Finding| (finding.waiver.is_some(), std::cmp::Reverse(finding.severity));
        (weight(one), &one.location, &one.rule).cmp(&(weight(other), &other.location, &other.rule))
    });
    findings
}

/// `file:line:column`, as far as it is known.
pub(super) fn place(location: Option<&Location>) -> String {
    let Some(location) = location else { return "the repository".to_owned() };
    let numbers = [location.line, location.column.filter(|_| location.line.is_some())];
    let numbers: String = numbers.into_iter().flatten().map(|number| format!(":{number}")).collect();
    format!("{}{numbers}", location.path)
}

/// What was looked into, in a line.
pub(super) fn covered(coverage: &Coverage) -> String {
    let skipped: Vec<String> =
        coverage.skipped.iter().map(|skip| format!("{} ({})", skip.files, skip.reason)).collect();
    let of = format!("scanned {} of {} files", coverage.scanned, coverage.files);
    if skipped.is_empty() { of } else { format!("{of}; skipped {}", skipped.join(", ")) }
}
