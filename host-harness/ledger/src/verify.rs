//! Verification: offline, and without trust in whoever wrote the trace.

use std::{
    collections::BTreeSet,
    fs::{self, File, TryLockError},
    path::Path,
};

use serde::Serialize;

use crate::{
    Kind, LedgerError, Record, Store,
    chain::{self, GENESIS},
};

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
    /// Not what was written.
    Corrupt,
}

/// The verification of a run's trace.
#[derive(Debug, Clone, Serialize)]
pub struct Verification {
    /// The run.
    pub run_id: String,
    /// What the trace turned out to be.
    pub status: Status,
    /// How many records are whole.
    pub records: u64,
    /// The hash of the last whole record.
    pub head: String,
    /// Every fault, with its place.
    pub faults: Vec<String>,
    /// Effects that were opened and never closed, by the place of their records.
    pub left_open: Vec<u64>,
}

/// The whole records of a run's trace, without judging them.
pub fn read_records(store: &Store, run_id: &str) -> Result<Vec<Record>, LedgerError> {
    Ok(Lines::read(&store.run_folder(run_id).join("trace.jsonl"))?.parse().0)
}

/// Verifies the trace of a run.
pub fn verify(store: &Store, run_id: &str) -> Result<Verification, LedgerError> {
    let path = store.run_folder(run_id).join("trace.jsonl");
    let going_on = is_locked(&path)?;
    let lines = Lines::read(&path)?;
    let (records, mut faults) = lines.parse();
    faults.extend(chain_faults(&records, run_id));
    let finished = records.last().is_some_and(|record| record.kind == Kind::RunFinished);
    if finished && lines.torn > 0 {
        faults.push(format!("{} bytes after the last record", lines.torn));
    }
    faults.extend(payload_faults(store, run_id, &records));
    faults.extend(index_faults(store, run_id, &records)?);
    let status = match (faults.is_empty(), finished, going_on) {
        (false, ..) => Status::Corrupt,
        (true, true, _) => Status::Complete,
        (true, false, true) => Status::Running,
        (true, false, false) => Status::Interrupted,
    };
    let head = records.last().map_or(GENESIS.to_owned(), |record| record.hash.clone());
    Ok(Verification {
        run_id: run_id.to_owned(),
        status,
        records: records.len() as u64,
        head,
        faults,
        left_open: left_open(&records),
    })
}

/// The records of a run that is going on, and what is wrong with them.
pub(crate) fn reread(folder: &Path, run_id: &str) -> Result<(Vec<Record>, Vec<String>), LedgerError> {
    let (records, mut faults) = Lines::read(&folder.join("trace.jsonl"))?.parse();
    faults.extend(chain_faults(&records, run_id));
    Ok((records, faults))
}

struct Lines {
    text: Vec<u8>,
    /// Bytes of a last line without an end.
    torn: usize,
}

impl Lines {
    fn read(path: &Path) -> Result<Self, LedgerError> {
        let mut text = fs::read(path).map_err(LedgerError::io("read", path))?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let torn = text.len() - whole;
        text.truncate(whole);
        Ok(Self { text, torn })
    }

    fn parse(&self) -> (Vec<Record>, Vec<String>) {
        let (mut records, mut faults) = (Vec::new(), Vec::new());
        for (number, line) in self.text.split_inclusive(|byte| *byte == b'\n').enumerate() {
            match parse(line) {
                Ok(record) => records.push(record),
                Err(reason) => faults.push(format!("line {}: {reason}", number + 1)),
            }
        }
        (records, faults)
    }
}

/// A line must be the canonical form of its record: two spellings of one record
/// would be two truths.
fn parse(line: &[u8]) -> Result<Record, String> {
    let text = std::str::from_utf8(line).map_err(|_| "not UTF-8".to_owned())?.trim_end_matches('\n');
    let record: Record = agent_contract::document::parse(text).map_err(|fault| fault.to_string())?;
    let canonical = serde_json_canonicalizer::to_string(&record).map_err(|error| error.to_string())?;
    match canonical == text {
        true => Ok(record),
        false => Err("not in canonical form".to_owned()),
    }
}

fn chain_faults(records: &[Record], run_id: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut previous = GENESIS;
    for (place, record) in records.iter().enumerate() {
        let mut fault = |text: &str| faults.push(format!("record {place}: {text}"));
        if record.seq != place as u64 {
            fault(&format!("its number is {}", record.seq));
        }
        if record.run_id != run_id {
            fault("it belongs to another run");
        }
        if record.previous != previous {
            fault("it does not follow the record before it");
        }
        if chain::expected_hash(record).ok().as_ref() != Some(&record.hash) {
            fault("its content is not what was hashed");
        }
        previous = &record.hash;
    }
    faults
}

fn left_open(records: &[Record]) -> Vec<u64> {
    let mut open = BTreeSet::new();
    for record in records {
        match record.kind {
            Kind::CallOpened | Kind::PlacementOpened => drop(open.insert(record.seq)),
            Kind::CallClosed | Kind::PlacementClosed => {
                let opened = record.body.get("opened").and_then(serde_json::Value::as_u64);
                opened.map(|seq| open.remove(&seq));
            }
            _ => {}
        }
    }
    open.into_iter().collect()
}

/// Every payload beside the trace must be what its name says.
fn payload_faults(store: &Store, run_id: &str, records: &[Record]) -> Vec<String> {
    let folder = store.run_folder(run_id).join("payloads");
    let named = records.iter().filter_map(|record| record.body.get("payloads")?.as_array());
    let named = named.flatten().filter_map(|hash| hash.as_str());
    let fault = |hash: &str| match fs::read(folder.join(hash)) {
        Ok(bytes) if policy::blob::sha256(&bytes) == hash => None,
        Ok(_) => Some(format!("payload `{hash}`: its content is not what was hashed")),
        Err(error) => Some(format!("payload `{hash}`: {error}")),
    };
    named.filter(|hash| hash.len() == 64).filter_map(fault).collect()
}

/// The index must know the run, and a finished one with this very head.
fn index_faults(store: &Store, run_id: &str, records: &[Record]) -> Result<Vec<String>, LedgerError> {
    let path = store.root().join("index.jsonl");
    let (entries, mut faults) = match Lines::read(&path) {
        Ok(lines) => lines.parse(),
        Err(_) => return Ok(vec!["the index of runs is missing".to_owned()]),
    };
    let mut previous = GENESIS;
    for (place, entry) in entries.iter().enumerate() {
        let whole = entry.seq == place as u64
            && entry.previous == previous
            && chain::expected_hash(entry)? == entry.hash;
        if !whole {
            faults.push(format!("index record {place}: the chain is broken"));
        }
        previous = &entry.hash;
    }
    let of_run = |kind| entries.iter().find(move |entry| entry.kind == kind && entry.run_id == run_id);
    if of_run(Kind::IndexStarted).is_none() {
        faults.push("the index does not know the run".to_owned());
    }
    if let Some(finished) = of_run(Kind::IndexFinished) {
        let head = finished.body.get("head").and_then(|head| head.as_str());
        if head != records.last().map(|record| record.hash.as_str()) {
            faults.push("the index knows another end of the run".to_owned());
        }
    }
    Ok(faults)
}

fn is_locked(path: &Path) -> Result<bool, LedgerError> {
    let file = File::open(path).map_err(LedgerError::io("open", path))?;
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(LedgerError::io("lock", path)(error)),
    }
}
