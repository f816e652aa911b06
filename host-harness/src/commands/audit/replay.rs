//! Running an agent again, and comparing two runs.

use kernel::input;
use runner::replay::{ReplayError, Replayed, replay};
use serde_json::json;

use super::Seen;
use crate::{
    Problem,
    cli::ReplayArgs,
    set_up,
    terminal::{out::say, style},
};

const REQUEST_BYTES_MAX: u64 = 64 * 1024 * 1024;
const DIFFERS: u8 = 1;
const INTEGRITY: u8 = 6;

/// Runs the agent again on what it was answered. What does not verify is not run.
pub(super) fn run(seen: &Seen, args: &ReplayArgs) -> Result<u8, Problem> {
    let looked = seen.look(&args.run)?;
    let (corrupt, verification) = (looked.is_corrupt(), &looked.verification);
    if corrupt {
        let fault = verification.faults.first().map(ToString::to_string).unwrap_or_default();
        let message = format!("`{}` does not verify: {fault}", verification.run_id);
        return Err(Problem::integrity("trace-corrupt", message));
    }
    let agent = set_up::agent(args.component.as_deref(), None)?;
    let request = args.request.as_ref().map(|file| input::read_text(file, REQUEST_BYTES_MAX)).transpose()?;
    let replayed = set_up::runtime()?.block_on(replay(&agent, looked.reader, &looked.run_id, request));
    let replayed = replayed.map_err(|error| match error {
        ReplayError::Ledger(error) => error.into(),
        other => Problem::invalid("replay-impossible", other.to_string()),
    })?;
    let same_component = replayed.component_sha256 == replayed.replayed_sha256;
    match seen.json {
        true => say!("{}", json!(replayed)),
        false => tell(&replayed, same_component),
    }
    Ok(match (replayed.same, same_component && args.request.is_none()) {
        (true, _) => 0,
        (false, true) => INTEGRITY,
        (false, false) => DIFFERS,
    })
}

fn tell(replayed: &Replayed, same_component: bool) {
    let version = match same_component {
        true => "the same component".to_owned(),
        false => format!("another component, {}", &replayed.replayed_sha256[..16]),
    };
    match &replayed.difference {
        None => say!(
            "{}  {}the same{}, byte for byte: {} records, {version}",
            replayed.run_id,
            style::GOOD,
            style::RESET,
            replayed.records
        ),
        Some(difference) => {
            say!(
                "{}  {}differs{} at record {}, {version}",
                replayed.run_id,
                style::BAD,
                style::RESET,
                difference.record
            );
            say!("  recorded: {}", crate::terminal::line(&difference.recorded));
            say!("  replayed: {}", crate::terminal::line(&difference.replayed));
        }
    }
}

/// Says where two runs differ.
pub(super) fn diff(seen: &Seen, one: &str, other: &str) -> Result<u8, Problem> {
    let (left, right) = (seen.show(one)?, seen.show(other)?);
    let (one, other) = (&left.run_id, &right.run_id);
    let differences = ledger::diff((&left.reader, one), (&right.reader, other))?;
    if seen.json {
        say!("{}", json!({ "one": one, "other": other, "differences": differences }));
    } else if differences.is_empty() {
        say!("{one} and {other} are the same, but for ids and times");
    }
    for difference in differences.iter().filter(|_| !seen.json) {
        let place = |record: Option<u64>| record.map_or("none".to_owned(), |record| record.to_string());
        say!(
            "records {} and {}, {}",
            place(difference.records.0),
            place(difference.records.1),
            difference.at
        );
        say!("  {}- {}{}", style::REMOVED, crate::terminal::line(&difference.one.to_string()), style::RESET);
        say!("  {}+ {}{}", style::ADDED, crate::terminal::line(&difference.other.to_string()), style::RESET);
    }
    Ok(match (left.is_corrupt() || right.is_corrupt(), differences.is_empty()) {
        (true, _) => INTEGRITY,
        (false, true) => 0,
        (false, false) => DIFFERS,
    })
}
