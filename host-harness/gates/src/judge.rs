//! From what a gate saw to what it says.

use std::collections::BTreeSet;

use agent_contract::gate::{Finding, GateName, GateOutcome, GateResult, Severity, Source, Standing};
use sha2::{Digest as _, Sha256};

use crate::{
    Run, Waivers,
    frame::{Seen, hex},
    set::State,
};

/// Findings that a result tells at the most; it says how many more there are.
const FINDINGS_MAX: usize = 500;
/// Reasons that are told, at the most.
const REASONS_MAX: usize = 20;

/// What fails a gate.
#[derive(Debug)]
pub struct Standards<'a> {
    /// The least severity of what the change brought.
    pub fail_on: Severity,
    /// The least severity of what was there before, where any fails.
    pub old_fail_on: Option<Severity>,
    /// What somebody answers for.
    pub waivers: &'a Waivers,
}

impl Standards<'_> {
    /// Whether a finding stands in the way.
    pub fn fails(&self, finding: &Finding) -> bool {
        let grave = match finding.standing {
            Standing::New => finding.severity >= self.fail_on,
            Standing::Old => self.old_fail_on.is_some_and(|least| finding.severity >= least),
        };
        grave && finding.waiver.is_none()
    }
}

/// What a gate says of the files that it saw.
pub(crate) fn files(gate: GateName, required: bool, seen: Seen, run: &Run) -> GateResult {
    let mut seen = seen;
    seen.findings.iter_mut().for_each(|finding| finding.fails = run.standards.fails(finding));
    let (outcome, reasons) = outcome(&seen, run.set.state(gate));
    let mut findings = seen.findings;
    // The gravest first, and what is new before what is old.
    findings.sort_by(|one, other| {
        (other.severity, one.standing, &one.location).cmp(&(one.severity, other.standing, &other.location))
    });
    let more = findings.len().saturating_sub(FINDINGS_MAX);
    findings.truncate(FINDINGS_MAX);
    let mut reasons = reasons;
    reasons.extend(run.set.notes(gate).iter().cloned());
    reasons
        .extend((more > 0).then(|| format!("{more} more findings are not told here, none of them graver")));
    GateResult {
        findings,
        coverage: seen.coverage,
        sources: sources(gate, seen.sources),
        ..GateResult::new(gate, required, outcome, reasons)
    }
}

/// What a gate relied on: our own rules as one, whatever files they lie in.
fn sources(gate: GateName, all: Vec<Source>) -> Vec<Source> {
    let distinct: BTreeSet<_> = all.into_iter().map(|one| (one.name, one.version, one.sha256)).collect();
    let (own, others): (Vec<_>, Vec<_>) = distinct.into_iter().partition(|(name, ..)| name.contains("rules"));
    let mut hash = Sha256::new();
    own.iter().for_each(|(name, version, sha256)| hash.update(format!("{name} {version} {sha256}\n")));
    let rules = own.first().map(|(_, version, _)| Source {
        name: format!("{gate} rules, {} files", own.len()),
        version: version.clone(),
        sha256: hex(&hash.finalize()),
    });
    let others = others.into_iter().map(|(name, version, sha256)| Source { name, version, sha256 });
    rules.into_iter().chain(others).collect()
}

fn outcome(seen: &Seen, state: &State) -> (GateOutcome, Vec<String>) {
    if !seen.broken.is_empty() {
        return (GateOutcome::Error, listed(seen.broken.iter().cloned()));
    }
    if scanned(seen).0 == 0 && seen.findings.is_empty() {
        return (GateOutcome::NotApplicable, vec![nothing(seen)]);
    }
    match state {
        State::Ready => {}
        State::Absent(reason) => return (GateOutcome::Unavailable, vec![reason.clone()]),
        State::Stale(reason) => return (GateOutcome::Fail, vec![reason.clone()]),
        State::Broken(reason) => return (GateOutcome::Error, vec![reason.clone()]),
    }
    if !seen.coverage.iter().all(|coverage| coverage.canary) {
        let reason =
            "the fault that was planted beside the files was not found, so that nothing is known of them";
        return (GateOutcome::Error, vec![reason.to_owned()]);
    }
    let failing = seen.findings.iter().filter(|finding| finding.fails).count();
    match failing {
        0 => (GateOutcome::Pass, vec![passed(seen)]),
        _ => (
            GateOutcome::Fail,
            vec![format!("{failing} of {} findings stand in the way", seen.findings.len())],
        ),
    }
}

fn listed(reasons: impl Iterator<Item = String>) -> Vec<String> {
    let mut reasons: Vec<_> = reasons.collect();
    let more = reasons.len().saturating_sub(REASONS_MAX);
    reasons.truncate(REASONS_MAX);
    reasons.extend((more > 0).then(|| format!("and {more} more")));
    reasons
}

/// How many files the one that looked furthest scanned, and of how many.
fn scanned(seen: &Seen) -> (u64, u64) {
    let counts = seen.coverage.iter().map(|coverage| (coverage.scanned, coverage.files));
    counts.max().unwrap_or_default()
}

fn nothing(seen: &Seen) -> String {
    let (_, files) = scanned(seen);
    if files == 0 {
        return "there is no file to look into".to_owned();
    }
    let skipped = seen.coverage.iter().flat_map(|coverage| &coverage.skipped);
    let reasons: BTreeSet<_> = skipped.map(|skipped| skipped.reason.as_str()).collect();
    let reasons: Vec<_> = reasons.into_iter().collect();
    format!("none of {files} files is for this gate: {}", reasons.join("; "))
}

fn passed(seen: &Seen) -> String {
    let (scanned, files) = scanned(seen);
    let waived = seen.findings.iter().filter(|finding| finding.waiver.is_some()).count();
    let lesser = seen.findings.len() - waived;
    let mut told = format!("{scanned} of {files} files scanned");
    if lesser > 0 {
        told.push_str(&format!(", {lesser} findings that fail nothing"));
    }
    if waived > 0 {
        told.push_str(&format!(", {waived} waived"));
    }
    told
}
