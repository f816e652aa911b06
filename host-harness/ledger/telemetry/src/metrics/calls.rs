//! What the agent did and what it was not let do.

use std::collections::BTreeMap;

use ledger::{Kind, Record};

use super::{UNKNOWN, exposition::Family};
use crate::{
    known, read,
    timeline::{Ending, Opened, Timeline, refusal_code},
};

pub(super) fn families(timeline: &Timeline, records: &[Record]) -> Vec<Family> {
    let mut families = calls(timeline);
    families.extend(passes(timeline));
    families.extend([capabilities(records), refusals(timeline, records), failures(timeline)]);
    families.extend([effects(timeline), operations(timeline)]);
    families.extend(checks(timeline));
    families
}

fn calls(timeline: &Timeline) -> Vec<Family> {
    let mut calls = Family::counter("code_assist_calls_total", "Calls of the agent, by how they ended.");
    let mut seconds =
        Family::counter("code_assist_call_seconds_total", "Time between opening and closing of calls.")
            .in_thousandths();
    let mut bytes =
        Family::counter("code_assist_call_bytes_total", "Bytes that calls gave the agent or took.");
    for call in timeline.calls() {
        let function = ("function", call.function().unwrap_or(UNKNOWN));
        calls.add(&[function, ("ending", call.ending().as_str())], 1);
        seconds.add(&[function], call.duration_ms(timeline.last_ms));
        for (way, crossed) in [("given", call.bytes_given()), ("taken", call.bytes_taken())] {
            crossed.into_iter().for_each(|crossed| bytes.add(&[function, ("way", way)], crossed));
        }
    }
    vec![calls, seconds, bytes]
}

fn passes(timeline: &Timeline) -> Vec<Family> {
    let mut passes = Family::counter("code_assist_passes_total", "Passes that the agent began.");
    let mut seconds =
        Family::counter("code_assist_pass_seconds_total", "Time that passes took.").in_thousandths();
    for pass in &timeline.passes {
        passes.add(&[("pass", pass.name())], 1);
        seconds.add(&[("pass", pass.name())], pass.duration_ms());
    }
    vec![passes, seconds]
}

/// A revocation names a capability by its id, or all of them.
fn capabilities(records: &[Record]) -> Family {
    let mut family =
        Family::counter("code_assist_capabilities_total", "Capabilities issued, refused and revoked.");
    let mut issued = BTreeMap::new();
    for record in records {
        let (id, operation) =
            (read::text(&record.body, "/capability"), read::text(&record.body, "/operation"));
        let (event, operation) = match record.kind {
            Kind::CapabilityIssued => ("issued", operation),
            Kind::CapabilityRefused => ("refused", operation),
            Kind::CapabilityRevoked => ("revoked", issued.get(&id).copied().flatten().or(id)),
            _ => continue,
        };
        if record.kind == Kind::CapabilityIssued {
            issued.insert(id, operation);
        }
        let name = known::one_of(known::CAPABILITIES, operation);
        family.add(&[("capability", name), ("event", event)], 1);
    }
    family
}

/// Of capabilities, of calls, and of answers that there were too few bytes for.
fn refusals(timeline: &Timeline, records: &[Record]) -> Family {
    let mut family = Family::counter("code_assist_refusals_total", "Refusals, by code.");
    for record in records.iter().filter(|record| record.kind == Kind::CapabilityRefused) {
        family.add(&[("code", refusal_code(&record.body).unwrap_or(UNKNOWN))], 1);
    }
    let refused = |ending| matches!(ending, Ending::Refused | Ending::Withheld);
    for entry in timeline.entries.iter().filter(|entry| refused(entry.ending())) {
        family.add(&[("code", entry.code().unwrap_or(UNKNOWN))], 1);
    }
    family
}

fn failures(timeline: &Timeline) -> Family {
    let mut family = Family::counter("code_assist_failures_total", "What was allowed and failed, by code.");
    for entry in timeline.entries.iter().filter(|entry| entry.ending() == Ending::Failed) {
        family.add(&[("code", entry.code().unwrap_or(UNKNOWN))], 1);
    }
    family
}

/// What happened to the change, and who was told.
fn effects(timeline: &Timeline) -> Family {
    let mut family = Family::counter(
        "code_assist_effects_total",
        "Placements, publications and notices, by how they ended.",
    );
    for entry in timeline.entries.iter().filter(|entry| entry.what != Opened::Call) {
        family.add(&[("effect", entry.what.as_str()), ("ending", entry.ending().as_str())], 1);
    }
    family
}

fn operations(timeline: &Timeline) -> Family {
    let mut family = Family::counter("code_assist_operations_total", "Operations on files, by kind.");
    for operation in timeline.calls().flat_map(|call| read::list(call.closing(), "/operations")) {
        family.add(&[("kind", read::word(operation, "/kind").unwrap_or(UNKNOWN))], 1);
    }
    family
}

fn checks(timeline: &Timeline) -> Vec<Family> {
    let mut checks = Family::counter("code_assist_checks_total", "Checks that ran, by what came of them.");
    let mut seconds =
        Family::counter("code_assist_check_seconds_total", "Time that checks took.").in_thousandths();
    for check in timeline.calls().flat_map(|call| read::list(call.closing(), "/done/checks")) {
        let outcome = [("outcome", read::word(check, "/outcome").unwrap_or(UNKNOWN))];
        checks.add(&outcome, 1);
        seconds.add(&outcome, read::count(check, "/duration_ms").unwrap_or_default());
    }
    vec![checks, seconds]
}
