//! Proofs that somebody else can verify.

use std::path::Path;

use kernel::input;
use serde_json::json;

use super::Seen;
use crate::{Problem, terminal::out};

const CHECKPOINT_BYTES_MAX: u64 = 1024 * 1024;

/// Prints a proof: of a record in its run, of a run in the log, of the log's growth; the log's
/// checkpoint where nothing is named.
pub(super) fn run(
    seen: &Seen,
    run: Option<&str>,
    record: Option<u64>,
    since: Option<&Path>,
) -> Result<u8, Problem> {
    let reader = seen.store()?.reader()?;
    let text = match (run, record, since) {
        (Some(run), Some(record), _) => reader.prove_record(&reader.find(run)?, record)?.to_text(),
        (Some(run), None, _) => reader.prove_run(&reader.find(run)?)?.to_text(),
        (None, _, Some(file)) => growth(seen, &reader, file)?,
        (None, _, None) => reader.log_checkpoint()?,
    };
    match seen.json {
        true => out::say!("{}", json!({ "proof": text })),
        false => out::print(format_args!("{text}")),
    }
    Ok(0)
}

/// As a witness takes it: the size before, the hashes on the way, the checkpoint.
fn growth(seen: &Seen, reader: &ledger::Reader, file: &Path) -> Result<String, Problem> {
    let text = input::read_text(file, CHECKPOINT_BYTES_MAX)?;
    let unreadable = |fault| Problem::invalid("checkpoint-invalid", format!("`{}`: {fault}", file.display()));
    let before = seen.store()?.trust().open(&text).map_err(unreadable)?;
    let hashes: String = reader.prove_growth(&before)?.iter().map(|hash| format!("{hash}\n")).collect();
    Ok(format!("old {}\n{hashes}\n{}", before.size, reader.log_checkpoint()?))
}
