//! How the run ended: outcome, gates, what changed.

use ledger::{Kind, Record};
use serde_json::Value;

use super::{UNKNOWN, exposition::Family};
use crate::{known, read, timeline::Timeline};

const SEVERITIES: &[&str] = &["critical", "high", "low", "medium"];

pub(super) fn families(timeline: &Timeline, records: &[Record], result: &Value) -> Vec<Family> {
    let mut families = run(timeline, result);
    families.push(records_of(records));
    families.extend(gates(records));
    families.extend(changes(result));
    families
}

fn run(timeline: &Timeline, result: &Value) -> Vec<Family> {
    let opening = timeline.opening();
    let labels = [
        ("mode", read::word(opening, "/mode").unwrap_or(UNKNOWN)),
        ("outcome", timeline.outcome().unwrap_or("unfinished")),
        ("version", read::word(opening, "/runner").unwrap_or(UNKNOWN)),
    ];
    let exit_code = timeline.finished.and_then(|record| read::count(&record.body, "/exit_code"));
    let ready = read::flag(result, "/verdict/production_ready").map(u64::from);
    vec![
        Family::gauge("code_assist_run_info", "The run: its mode, how it ended, the Runner's version.")
            .with(&labels, Some(1)),
        Family::gauge("code_assist_run_exit_code", "The exit code of the program.").with(&[], exit_code),
        Family::gauge("code_assist_run_production_ready", "Whether the change is fit for production.")
            .with(&[], ready),
        Family::gauge("code_assist_run_start_timestamp_seconds", "When the run started.")
            .in_thousandths()
            .with(&[], timeline.started.map(|record| record.time_ms)),
        Family::gauge("code_assist_run_duration_seconds", "From the first record to the last.")
            .in_thousandths()
            .with(&[], Some(timeline.duration_ms())),
    ]
}

fn records_of(records: &[Record]) -> Family {
    let mut family = Family::counter("code_assist_records_total", "Records of the run.");
    records.iter().for_each(|record| family.add(&[("kind", record.kind.as_str())], 1));
    family
}

/// As the Runner ran them in the end, not as the agent had them run on the way.
fn gates(records: &[Record]) -> Vec<Family> {
    let mut gates = Family::counter("code_assist_gates_total", "Gates, by what they say.");
    let mut findings = Family::counter(
        "code_assist_findings_total",
        "Findings of gates, by severity and whether they fail it.",
    );
    for record in records.iter().filter(|record| record.kind == Kind::GateFinished) {
        let gate = read::word(&record.body, "/gate").unwrap_or(UNKNOWN);
        gates.add(&[("gate", gate), ("outcome", read::word(&record.body, "/outcome").unwrap_or(UNKNOWN))], 1);
        for finding in read::list(&record.body, "/findings") {
            let severity = known::one_of(SEVERITIES, read::text(finding, "/severity"));
            let fails = if read::flag(finding, "/fails") == Some(true) { "true" } else { "false" };
            findings.add(&[("gate", gate), ("severity", severity), ("fails", fails)], 1);
        }
    }
    vec![gates, findings]
}

fn changes(result: &Value) -> Vec<Family> {
    let changed = read::list(result, "/changed_files");
    let mut files =
        Family::gauge("code_assist_changed_files", "Files that the run changed, from base to end.");
    for file in changed {
        files.add(&[("kind", read::word(file, "/kind").unwrap_or(UNKNOWN))], 1);
    }
    let lines = |pointer| result.is_object().then(|| read::sum(changed, pointer));
    let lines = Family::gauge("code_assist_changed_lines", "Lines that the run added and removed.")
        .with(&[("type", "added")], lines("/lines_added"))
        .with(&[("type", "removed")], lines("/lines_removed"));
    vec![files, lines]
}
