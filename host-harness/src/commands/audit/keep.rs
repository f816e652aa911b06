//! What is kept, handed on, taken in and taken out.

use std::path::{Path, PathBuf};

use kernel::artifact;
use ledger::{Retention, import as take_in};
use serde_json::json;

use super::{Seen, warn};
use crate::{Problem, terminal::out::say};

/// Writes a run into one file.
pub(super) fn export(seen: &Seen, run: &str, output: Option<PathBuf>) -> Result<u8, Problem> {
    let reader = seen.store()?.reader()?;
    let run_id = reader.find(run)?;
    if output.as_ref().is_some_and(|path| path.as_os_str() == "-") {
        reader.export(&run_id, &mut std::io::stdout().lock())?;
        return Ok(0);
    }
    let path = output.unwrap_or_else(|| PathBuf::from(format!("{run_id}.tar")));
    artifact::fill(&path, |out| Ok::<_, Problem>(reader.export(&run_id, out)?))?;
    match seen.json {
        true => say!("{}", json!({ "run_id": run_id, "file": path })),
        false => say!("{run_id}: written to {}; `code-assist audit verify {0}` verifies it", path.display()),
    }
    Ok(0)
}

/// Takes a run of another store in.
pub(super) fn import(seen: &Seen, file: &Path) -> Result<u8, Problem> {
    let exports = seen.for_exports()?;
    let store = seen.writer()?.trusting(exports.trust().clone());
    let run_id = take_in(file, &store, kernel::clock::now_ms())?;
    match seen.json {
        true => say!("{}", json!({ "run_id": run_id })),
        false => say!("{run_id}: taken in"),
    }
    if !seen.keys.is_empty() {
        warn("name the key in `[ledger] trusted`, or with `--key` at each verification from now on");
    }
    Ok(0)
}

/// Removes the runs that need not be kept any more.
pub(super) fn prune(seen: &Seen, older_than: Option<u64>, dry_run: bool) -> Result<u8, Problem> {
    let ledger = &seen.config.ledger;
    let days = older_than.unwrap_or(ledger.retention_days);
    let production_days = older_than.or(ledger.production_days).unwrap_or(ledger.retention_days);
    let retention = Retention { days, production_days };
    let done = ledger::prune(&seen.writer()?, retention, kernel::clock::now_ms(), !dry_run)?;
    for pruned in &done {
        let removed = if dry_run { "would be removed" } else { "removed" };
        match (seen.json, &pruned.kept) {
            (true, kept) => say!(
                "{}",
                json!({ "run_id": pruned.run_id, "removed": kept.is_none() && !dry_run, "kept": kept })
            ),
            (false, None) => say!("{}  {removed}", pruned.run_id),
            (false, Some(why)) => say!("{}  kept: {why}", pruned.run_id),
        }
    }
    if done.is_empty() && !seen.json {
        say!("no run is older than {days} days");
    }
    Ok(0)
}

/// Keeps a run whatever its age, or no longer.
pub(super) fn hold(seen: &Seen, run: &str, reason: Option<&str>) -> Result<u8, Problem> {
    let store = seen.writer()?;
    let run = store.find(run)?;
    ledger::hold(&store, &run, reason, &kernel::place::user(), kernel::clock::now_ms())?;
    match (seen.json, reason) {
        (true, _) => say!("{}", json!({ "run_id": run, "hold": reason })),
        (false, Some(_)) => say!("{run}: on hold"),
        (false, None) => say!("{run}: no longer on hold"),
    }
    Ok(0)
}

/// Takes a payload out of the store.
pub(super) fn redact(seen: &Seen, sha256: &str, reason: &str) -> Result<u8, Problem> {
    let store = seen.writer()?;
    ledger::redact(&store, sha256, reason, &kernel::place::user(), kernel::clock::now_ms())?;
    match seen.json {
        true => say!("{}", json!({ "payload": sha256, "removed": true })),
        false => say!("{sha256}: taken out; its hash stays"),
    }
    Ok(0)
}

/// Prints the key that verifies what is signed here.
pub(super) fn key(seen: &Seen, pem: bool) -> Result<u8, Problem> {
    let store = seen.writer()?;
    let none = || Problem::invalid("no-key", "nothing is signed here");
    let key = store.signer().ok_or_else(none)?.key().clone();
    match (seen.json, pem) {
        (true, _) => say!("{}", json!({ "name": key.name(), "vkey": key.vkey(), "pem": key.pem() })),
        (false, true) => crate::terminal::out::print(format_args!("{}", key.pem())),
        (false, false) => say!("{}", key.vkey()),
    }
    Ok(0)
}
