//! What is kept, for how long, and what is taken out: by rules that the log tells of.

use std::fs;

use agent_contract::trace::Kind;
use rusqlite::{Connection, params};
use serde_json::json;

use crate::{
    LedgerError, Status, Store, db,
    log::Entry,
    reader::{Reader, Row, unhex},
    store::is_name,
    verify::{self, LogView},
};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// How long runs are kept.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Runs of all kinds.
    pub days: u64,
    /// Production changes.
    pub production_days: u64,
}

/// What was done with a run that could have been removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pruned {
    /// The run.
    pub run_id: String,
    /// Why it was kept; nothing when it was removed.
    pub kept: Option<String>,
}

/// Removes the runs that need not be kept any more. What they were stays proved: the log has
/// their heads and roots.
pub fn prune(
    store: &Store,
    retention: Retention,
    now_ms: u64,
    really: bool,
) -> Result<Vec<Pruned>, LedgerError> {
    let reader = store.reader()?;
    let log = LogView::read(&reader)?;
    if let Some(fault) = log.faults.first() {
        return Err(LedgerError::damaged(reader.path(), fault.to_string()));
    }
    let mut done = Vec::new();
    for run_id in reader.runs()? {
        let Some(row) = reader.row(&run_id)? else { continue };
        if !is_over(&reader, &run_id, &row, retention, now_ms)? {
            continue;
        }
        let kept = reason_to_keep(&reader, &log, &run_id)?;
        if kept.is_none() && really {
            remove(store, &run_id, &row, now_ms)?;
        }
        done.push(Pruned { run_id, kept });
    }
    if really && done.iter().any(|pruned| pruned.kept.is_none()) {
        compact(store)?;
    }
    Ok(done)
}

fn is_over(
    reader: &Reader,
    run_id: &str,
    row: &Row,
    retention: Retention,
    now_ms: u64,
) -> Result<bool, LedgerError> {
    let mut first = None;
    let mut last_ms = 0;
    reader.lines(run_id, row, |_, line| {
        let record = line.and_then(|line| serde_json::from_slice::<agent_contract::trace::Record>(line).ok());
        if let Some(record) = record {
            last_ms = record.time_ms;
            first.get_or_insert(record);
        }
        Ok(())
    })?;
    let mode = first.as_ref().and_then(|record| record.body.get("mode")?.as_str());
    let days = if mode == Some("production_change") { retention.production_days } else { retention.days };
    Ok(last_ms > 0 && now_ms.saturating_sub(last_ms) > days.saturating_mul(DAY_MS))
}

fn reason_to_keep(reader: &Reader, log: &LogView, run_id: &str) -> Result<Option<String>, LedgerError> {
    if let Some(reason) = log.runs.get(run_id).and_then(|known| known.hold.clone()) {
        return Ok(Some(format!("it is on hold: {reason}")));
    }
    Ok(match verify::run(reader, log, run_id, false)?.status {
        Status::Running => Some("it is still going on".to_owned()),
        Status::Corrupt => Some("it does not verify, and may be needed as it is".to_owned()),
        _ => None,
    })
}

fn remove(store: &Store, run_id: &str, row: &Row, now_ms: u64) -> Result<(), LedgerError> {
    let path = store.file();
    let entry = Entry { run_id, kind: Kind::LogRunPruned, body: json!({}) };
    store
        .note(now_ms, &entry, |tx| remove_rows(tx, row.number).map_err(LedgerError::store("write", &path)))?;
    if !is_name(run_id) {
        return Ok(());
    }
    let folder = store.run_folder(run_id);
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(LedgerError::io("remove", &folder)(error))
        }
        _ => Ok(()),
    }
}

fn remove_rows(db: &Connection, run: i64) -> rusqlite::Result<()> {
    db.execute_batch("PRAGMA secure_delete=ON")?;
    db.execute(
        "DELETE FROM records WHERE place BETWEEN ?1 AND ?2",
        params![db::place(run, 0), db::place(run, u64::from(u32::MAX))],
    )?;
    db.execute("DELETE FROM notes WHERE run = ?1", [run])?;
    db.execute("DELETE FROM kept WHERE run = ?1", [run])?;
    db.execute("DELETE FROM runs WHERE number = ?1", [run])?;
    // What was redacted stays known, so that it does not come back.
    let sql = "DELETE FROM payloads WHERE bytes IS NOT NULL AND number NOT IN (SELECT payload FROM kept)";
    db.execute(sql, []).map(|_| ())
}

/// Gives the space back; nothing of what was removed stays in the file.
fn compact(store: &Store) -> Result<(), LedgerError> {
    let path = store.file();
    let db = store.writer()?;
    db.execute_batch("VACUUM").map_err(LedgerError::store("compact", &path))?;
    let busy = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
    match busy.map_err(LedgerError::store("compact", &path))? {
        false => Ok(()),
        true => Err(LedgerError::Unfit(format!(
            "somebody reads the ledger `{}`: what was taken out may still lie in its files\nhint: do the same again later",
            path.display()
        ))),
    }
}

/// Keeps a run whatever its age, or no longer.
pub fn hold(
    store: &Store,
    run_id: &str,
    reason: Option<&str>,
    by: &str,
    now_ms: u64,
) -> Result<(), LedgerError> {
    let reader = store.reader()?;
    reader.there(run_id)?;
    let held = LogView::read(&reader)?.runs.get(run_id).and_then(|known| known.hold.clone());
    let (kind, body) = match (reason, held) {
        (Some(reason), _) => (Kind::LogHoldPlaced, json!({ "reason": reason, "by": by })),
        (None, Some(_)) => (Kind::LogHoldReleased, json!({ "by": by })),
        (None, None) => return Err(LedgerError::Unfit(format!("`{run_id}` is not on hold"))),
    };
    store.note(now_ms, &Entry { run_id, kind, body }, |_| Ok(()))
}

/// Takes a payload out of the store, for all runs that name it. Its hash stays, and the log
/// says why it is gone.
pub fn redact(store: &Store, sha256: &str, reason: &str, by: &str, now_ms: u64) -> Result<(), LedgerError> {
    let path = store.file();
    let sha256 = spelt(sha256)?;
    let redacted = is_redacted(store, &sha256)?;
    if redacted && LogView::read(&store.reader()?)?.removed.contains_key(&sha256) {
        return compact(store);
    }
    let entry = Entry {
        run_id: "",
        kind: Kind::LogPayloadRemoved,
        body: json!({ "payload": sha256, "reason": reason, "by": by }),
    };
    store.note(now_ms, &entry, |tx| {
        let fail = || LedgerError::store("write", &path);
        tx.execute_batch("PRAGMA secure_delete=ON").map_err(fail())?;
        let sql = "UPDATE payloads SET bytes = NULL WHERE sha256 = ?1 AND bytes IS NOT NULL";
        match tx.execute(sql, [unhex(&sha256)]).map_err(fail())? {
            0 if !redacted => Err(LedgerError::Unfit(format!("the store has no payload `{sha256}`"))),
            _ => Ok(()),
        }
    })?;
    compact(store)
}

/// A hash as the log spells it.
fn spelt(sha256: &str) -> Result<String, LedgerError> {
    let digits = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
    let message = || format!("`{}` is no SHA-256 in 64 hexadecimal digits", sha256.escape_debug());
    digits.then(|| sha256.to_ascii_lowercase()).ok_or_else(|| LedgerError::Unfit(message()))
}

/// Whether it was taken out before, and may have been left in the files then.
fn is_redacted(store: &Store, sha256: &str) -> Result<bool, LedgerError> {
    let sql = "SELECT count(*) > 0 AND count(bytes) = 0 FROM payloads WHERE sha256 = ?1";
    let reader = store.reader()?;
    reader.db.query_row(sql, [unhex(sha256)], |row| row.get(0)).map_err(reader.fail())
}
