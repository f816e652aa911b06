use agent_contract::gate::{Finding, GateResult, Severity};

use super::visible;

/// Results as workflow commands of GitHub Actions, one line each, which it shows beside the
/// lines of a change. A gate that fails without a finding has a line of its own.
pub fn annotations(results: &[GateResult]) -> String {
    results.iter().map(gate).collect()
}

fn gate(result: &GateResult) -> String {
    let mut to: String = result.findings.iter().map(finding).collect();
    if result.fails() && result.findings.iter().all(|finding| finding.waiver.is_some()) {
        let said = format!("{}: {}", result.outcome, result.reasons.join("; "));
        to.push_str(&format!("::error title={}::{}\n", property(result.gate.as_str()), message(&said)));
    }
    to
}

fn finding(finding: &Finding) -> String {
    let command = match finding.severity {
        _ if finding.waiver.is_some() => "notice",
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "notice",
    };
    let mut properties = Vec::new();
    if let Some(location) = &finding.location {
        properties.push(format!("file={}", property(location.path.as_str())));
        let one_line = location.end_line.is_none() || location.end_line == location.line;
        // Columns over several lines are not taken.
        let columns = location.line.is_some() && one_line;
        let numbers = [
            ("line", location.line),
            ("endLine", location.end_line.filter(|_| location.line.is_some())),
            ("col", location.column.filter(|_| columns)),
            ("endColumn", location.end_column.filter(|_| columns)),
        ];
        let said = numbers.into_iter().filter_map(|(name, number)| Some(format!("{name}={}", number?)));
        properties.extend(said);
    }
    properties.push(format!("title={}", property(&finding.rule)));
    let waived = finding.waiver.as_ref().map(|waiver| format!(" (waived by {})", waiver.owner));
    let said = format!("{}; {}{}", finding.message, finding.remedy, waived.unwrap_or_default());
    format!("::{command} {}::{}\n", properties.join(","), message(&said))
}

/// The text of a command: a line's end would begin another command.
fn message(text: &str) -> String {
    visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property: `:` and `,` would end it.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
