//! Verification: offline, and without trust in whoever wrote the trace.

mod complete;
mod fault;
mod foreign;
mod going_on;
mod left_open;
mod log;
mod run;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{LedgerError, Reader, Store};

pub use fault::Fault;
pub(crate) use foreign::is_proof;
pub(crate) use going_on::{end, reread};
pub use left_open::LeftOpen;
pub(crate) use log::{End, Known, LogView, Remembered};
pub(crate) use run::{names, run};

/// What the trace of a run turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Whole, from the first record to the last.
    Complete,
    /// Whole as far as it goes; the run is still going on.
    Running,
    /// Whole as far as it goes; the run was killed before its end.
    Interrupted,
    /// Its records were removed by the rules of retention; the log knows their root.
    Pruned,
    /// Not what was written.
    Corrupt,
}

/// Who stands by the records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Signatures {
    /// Trusted keys whose signatures hold, by name.
    pub signed_by: Vec<String>,
    /// Trusted witnesses that cosigned.
    pub witnessed_by: Vec<String>,
    /// Others who are said to have signed.
    pub unknown: Vec<String>,
    /// Envelopes of statements about the run whose signatures hold, by name.
    pub statements: Vec<String>,
}

/// The verification of a run's trace.
#[derive(Debug, Clone, Serialize)]
pub struct Verification {
    /// The run.
    pub run_id: String,
    /// What the trace turned out to be.
    pub status: Status,
    /// How many records are there.
    pub records: u64,
    /// The hash of the last record.
    pub head: String,
    /// The root of the tree of the records.
    pub root: String,
    /// Every fault, with its place.
    pub faults: Vec<Fault>,
    /// Effects that were opened and never closed.
    pub left_open: Vec<LeftOpen>,
    /// Who stands by it.
    pub signatures: Signatures,
    /// What was taken out of the store since, and why.
    pub removed: BTreeMap<String, String>,
    /// Why the run is to be kept, whatever its age.
    pub hold: Option<String>,
    /// What could not be looked into.
    pub unchecked: Vec<String>,
}

impl Verification {
    pub(crate) fn add(&mut self, code: &'static str, place: &str, message: &str) {
        self.faults.push(Fault::new(code, place, message));
        self.status = Status::Corrupt;
    }
}

/// Verifies the trace of a run.
pub fn verify(store: &Store, run_id: &str) -> Result<Verification, LedgerError> {
    let held = going_on::is_held(store, run_id)?;
    let (reader, remembered) = read(store)?;
    reader.at_one_moment(|| {
        let log = LogView::of(&reader, &remembered)?;
        run(&reader, &log, run_id, held)
    })
}

/// Verifies the store: its file, its log, and every run, each handed out as soon as it is done.
/// Gives what is wrong with the store itself.
pub fn verify_all(
    store: &Store,
    mut each: impl FnMut(Verification) -> Result<(), LedgerError>,
) -> Result<Vec<Fault>, LedgerError> {
    let held = held(store)?;
    let (reader, remembered) = read(store)?;
    reader.at_one_moment(|| {
        let mut faults = file_faults(&reader)?;
        let log = LogView::of(&reader, &remembered)?;
        for run_id in reader.runs()? {
            each(run(&reader, &log, &run_id, held.contains(&run_id))?)?;
        }
        faults.extend(log.faults);
        Ok(faults)
    })
}

/// What is remembered of a store is read before the store is: it can't know more than is there.
fn read(store: &Store) -> Result<(Reader, Remembered), LedgerError> {
    let reader = store.reader()?;
    let remembered = Remembered::read(&reader)?;
    Ok((reader, remembered))
}

/// The runs that somebody holds, before their records are read: who ends one meanwhile leaves
/// it whole, or going on.
fn held(store: &Store) -> Result<BTreeSet<String>, LedgerError> {
    let mut held = BTreeSet::new();
    for run_id in store.runs()? {
        if going_on::is_held(store, &run_id)? {
            held.insert(run_id);
        }
    }
    Ok(held)
}

/// What the database itself finds wrong with its file.
fn file_faults(reader: &Reader) -> Result<Vec<Fault>, LedgerError> {
    let mut check = reader.db.prepare("PRAGMA integrity_check").map_err(reader.fail())?;
    let lines = check.query_map([], |row| row.get::<_, String>(0)).map_err(reader.fail())?;
    let lines: Vec<String> = lines.collect::<rusqlite::Result<_>>().map_err(reader.fail())?;
    let wrong = lines.into_iter().filter(|line| line != "ok");
    Ok(wrong.map(|line| Fault::new("file-damaged", reader.path().display().to_string(), line)).collect())
}
