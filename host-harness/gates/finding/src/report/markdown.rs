use agent_contract::gate::{Finding, GateResult, Standing};

use super::{
    tally::{Tally, covered, in_order, place},
    visible,
};

/// Rows at the most: a comment on a code host holds no more than 65,536 characters.
const ROWS_MAX: usize = 100;

/// Results as Markdown for a comment: a table of gates and a table of findings.
pub fn markdown(results: &[GateResult]) -> String {
    let mut to = format!("**{}**\n\n| gate | outcome | why |\n|---|---|---|\n", Tally::of(results));
    for result in results {
        let outcome =
            if result.fails() { format!("**{}**", result.outcome) } else { result.outcome.to_string() };
        to.push_str(&format!("| {} | {outcome} | {} |\n", plain(result.gate.as_str()), why(result)));
    }
    let findings: Vec<&Finding> = results.iter().flat_map(in_order).collect();
    if !findings.is_empty() {
        to.push_str("\n| severity | where | what | remedy |\n|---|---|---|---|\n");
        to.extend(findings.iter().take(ROWS_MAX).map(|finding| row(finding)));
    }
    if findings.len() > ROWS_MAX {
        to.push_str(&format!("\n{} more findings are in the full report.\n", findings.len() - ROWS_MAX));
    }
    to
}

fn why(result: &GateResult) -> String {
    let coverage: Vec<_> = result.coverage.iter().map(covered).collect();
    let said: Vec<String> = result.reasons.iter().chain(&coverage).map(|reason| prose(reason)).collect();
    said.join("<br>")
}

fn row(finding: &Finding) -> String {
    let mut what = format!("{} ({})", prose(&finding.message), code(&finding.rule));
    if finding.standing == Standing::Old {
        what.push_str("; it was there before");
    }
    if let Some(waiver) = &finding.waiver {
        let said = format!("waived by {} until {}: {}", waiver.owner, waiver.expires, waiver.reason);
        what.push_str(&format!("<br>{}", plain(&said)));
    }
    let place = code(&place(finding.location.as_ref()));
    format!("| {} | {place} | {what} | {} |\n", finding.severity, prose(&finding.remedy))
}

/// A message of ours: what stands between backticks stays code, the rest is plain.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return plain(text);
    }
    let part = |(at, part): (usize, &&str)| if at.is_multiple_of(2) { plain(part) } else { code(part) };
    parts.iter().enumerate().map(part).collect()
}

/// Code: in HTML, as a backtick or a bar in it would end a span or a cell of Markdown.
fn code(text: &str) -> String {
    match visible(text).as_str() {
        "" => String::new(),
        text => format!("<code>{}</code>", plain(text)),
    }
}

/// Text that stands for itself. Every mark of Markdown is written as a character reference,
/// and a mention or an issue number is parted by an empty comment.
fn plain(text: &str) -> String {
    let mut to = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '@' | '#' => to.push_str(&format!("&#{};<!-- -->", u32::from(character))),
            ':' | '/' | '.' | '-' | ',' | ';' | '(' | ')' | '%' | '=' | '+' | '\'' | '"' | '?' => {
                to.push(character);
            }
            mark if mark.is_ascii_punctuation() => to.push_str(&format!("&#{};", u32::from(mark))),
            other => to.push(other),
        }
    }
    // A bare address would become a link.
    to.replace("://", ":<!-- -->//").replace("www.", "www<!-- -->.")
}
