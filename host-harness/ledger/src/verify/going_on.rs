//! A run that goes on, or was killed: its end as it stands, and who holds it.

use std::{
    fs::{File, TryLockError},
    time::Duration,
};

use agent_contract::trace::Record;

use super::{LogView, Remembered, run::Verified, run::payload_names, walk::Walk};
use crate::{
    LedgerError, Store,
    chain::Head,
    reader::{Reader, Row},
    store::is_name,
    tree::Frontier,
};

/// How often a lock is looked at, and with what pause between, before somebody holds it.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(5);

/// The end of a trace that was killed, for it to go on from there.
pub(crate) fn end(reader: &Reader, run_id: &str, row: &Row) -> Result<(Head, Frontier), LedgerError> {
    let mut walk = Walk::of_run(run_id);
    reader.lines(run_id, row, |at, line| {
        walk.step(at, line);
        Ok(())
    })?;
    match walk.faults.into_told().first() {
        None => Ok((walk.head, walk.tree)),
        Some(fault) => Err(LedgerError::damaged(reader.path(), format!("run `{run_id}`: {fault}"))),
    }
}

/// Hands out the records of a run that is going on, and says what is wrong with them,
/// with what they name, and with the log.
pub(crate) fn reread(
    store: &Store,
    run_id: &str,
    mut each: impl FnMut(Record),
) -> Result<Vec<String>, LedgerError> {
    let reader = store.reader()?;
    let remembered = Remembered::read(&reader)?;
    reader.at_one_moment(|| reread_now(&reader, &LogView::of(&reader, &remembered)?, run_id, &mut each))
}

fn reread_now(
    reader: &Reader,
    log: &LogView,
    run_id: &str,
    each: &mut dyn FnMut(Record),
) -> Result<Vec<String>, LedgerError> {
    let Some(row) = reader.row(run_id)? else {
        return Ok(vec!["the store does not know the run".to_owned()]);
    };
    let (mut walk, mut verified) = (Walk::of_run(run_id), Verified::new(run_id, log.removed.clone()));
    reader.lines(run_id, &row, |at, line| {
        let Some(record) = walk.step(at, line) else { return Ok(()) };
        for hash in payload_names(&record) {
            verified.payload(reader, &row, &hash, &walk.place(at), &mut walk.faults)?;
        }
        each(record);
        Ok(())
    })?;
    if !log.runs.get(run_id).is_some_and(|known| known.started) {
        walk.faults.add("run-unknown", "log", "it does not know the run");
    }
    Ok(log.faults.iter().chain(&walk.faults.into_told()).map(ToString::to_string).collect())
}

/// Whether somebody holds the run. A process that was just being started when its Runner
/// was killed holds it for a moment more; a run that goes on holds it longer.
pub(crate) fn is_held(store: &Store, run_id: &str) -> Result<bool, LedgerError> {
    if !is_name(run_id) {
        return Ok(false);
    }
    let path = store.run_folder(run_id).join("held");
    if !path.is_file() {
        return Ok(false);
    }
    let Ok(file) = File::open(&path) else { return Ok(false) };
    for _ in 0..LOOKS {
        match file.try_lock_shared() {
            Ok(()) => return Ok(false),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(LedgerError::io("lock", &path)(error)),
        }
    }
    Ok(true)
}
