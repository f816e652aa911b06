//! Verification: offline, and without trust in whoever wrote the trace.

use std::{
    collections::BTreeSet,
    fs::{self, File, TryLockError},
    io::{BufRead as _, BufReader},
    path::Path,
    time::Duration,
};

use serde::Serialize;

use crate::{
    Kind, LedgerError, Record, Store,
    chain::{self, GENESIS},
};

/// How often a lock is looked at, and with what pause between, before somebody holds it.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(5);

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
    let mut records = Vec::new();
    walk(&store.run_folder(run_id).join("trace.jsonl"), None, |record| records.push(record))?;
    Ok(records)
}

/// Verifies the trace of a run.
pub fn verify(store: &Store, run_id: &str) -> Result<Verification, LedgerError> {
    let path = store.run_folder(run_id).join("trace.jsonl");
    if !path.exists() {
        return Ok(gone(run_id));
    }
    let going_on = is_locked(&path)?;
    let (mut left_open, mut last_kind, mut payloads) = (BTreeSet::new(), None, Vec::new());
    let walked = walk(&path, Some(run_id), |record| {
        note_open(&mut left_open, &record);
        payloads.extend(payload_names(&record));
        last_kind = Some(record.kind);
    })?;
    let (mut faults, finished) = (walked.faults, last_kind == Some(Kind::RunFinished));
    if finished && walked.torn > 0 {
        faults.push(format!("{} bytes after the last record", walked.torn));
    }
    let folder = store.run_folder(run_id).join("payloads");
    faults.extend(payloads.iter().filter_map(|hash| payload_fault(&folder, hash)));
    let (indexed, ended) = index_faults(store, run_id, &walked.head);
    faults.extend(indexed);
    // Killed between its last record and the index's, or cut off there since.
    let status = match (faults.is_empty(), finished && ended, going_on) {
        (false, ..) => Status::Corrupt,
        (true, true, _) => Status::Complete,
        (true, false, true) => Status::Running,
        (true, false, false) => Status::Interrupted,
    };
    Ok(Verification {
        run_id: run_id.to_owned(),
        status,
        records: walked.records,
        head: walked.head,
        faults,
        left_open: left_open.into_iter().collect(),
    })
}

fn gone(run_id: &str) -> Verification {
    Verification {
        run_id: run_id.to_owned(),
        status: Status::Corrupt,
        records: 0,
        head: GENESIS.to_owned(),
        faults: vec!["the index knows the run, and its trace is gone".to_owned()],
        left_open: Vec::new(),
    }
}

/// The runs that the index knows; none where it can't be read, which every
/// verification says.
pub(crate) fn indexed(store: &Store) -> BTreeSet<String> {
    let mut runs = BTreeSet::new();
    let _ = walk(&store.root().join("index.jsonl"), None, |entry| {
        runs.insert(entry.run_id);
    });
    runs
}

/// The end of a trace that was killed, for it to go on from there.
pub(crate) fn end(folder: &Path, run_id: &str) -> Result<(u64, String), LedgerError> {
    let path = folder.join("trace.jsonl");
    let walked = walk(&path, Some(run_id), drop)?;
    match walked.faults.first() {
        None if walked.torn == 0 => Ok((walked.records, walked.head)),
        fault => {
            let fault = fault.cloned().unwrap_or_else(|| "its last line is torn".to_owned());
            let damage = std::io::Error::new(std::io::ErrorKind::InvalidData, fault);
            Err(LedgerError::io("go on with", &path)(damage))
        }
    }
}

/// Hands out the records of a run that is going on, and says what is wrong with them,
/// with what they name, and with the index.
pub(crate) fn reread(
    store: &Store,
    run_id: &str,
    mut each: impl FnMut(Record),
) -> Result<Vec<String>, LedgerError> {
    let mut payloads = Vec::new();
    let walked = walk(&store.run_folder(run_id).join("trace.jsonl"), Some(run_id), |record| {
        payloads.extend(payload_names(&record));
        each(record);
    })?;
    let mut faults = walked.faults;
    let folder = store.run_folder(run_id).join("payloads");
    faults.extend(payloads.iter().filter_map(|hash| payload_fault(&folder, hash)));
    faults.extend(index_faults(store, run_id, &walked.head).0);
    Ok(faults)
}

/// A chain that was read back.
struct Walked {
    records: u64,
    /// The hash of the last whole record.
    head: String,
    faults: Vec<String>,
    /// Bytes of a last line without an end.
    torn: usize,
}

/// Reads a chain back, a line at a time: a trace may be larger than the memory.
fn walk(path: &Path, run_id: Option<&str>, mut each: impl FnMut(Record)) -> Result<Walked, LedgerError> {
    let mut reader = BufReader::new(File::open(path).map_err(LedgerError::io("read", path))?);
    let mut walked = Walked { records: 0, head: GENESIS.to_owned(), faults: Vec::new(), torn: 0 };
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        reader.read_until(b'\n', &mut line).map_err(LedgerError::io("read", path))?;
        if line.last() != Some(&b'\n') {
            walked.torn = line.len();
            break;
        }
        line.pop();
        match parse(&line) {
            Ok((record, hash)) => {
                walked.follow(&record, run_id, &hash);
                each(record);
            }
            Err(reason) => walked.faults.push(format!("line {number}: {reason}")),
        }
    }
    Ok(walked)
}

impl Walked {
    fn follow(&mut self, record: &Record, run_id: Option<&str>, hash: &str) {
        let mut fault = |text: &str| self.faults.push(format!("record {}: {text}", self.records));
        if record.seq != self.records {
            fault(&format!("its number is {}", record.seq));
        }
        if run_id.is_some_and(|run_id| record.run_id != run_id) {
            fault("it belongs to another run");
        }
        if record.previous != self.head {
            fault("it does not follow the record before it");
        }
        if record.hash != hash {
            fault("its content is not what was hashed");
        }
        self.records += 1;
        self.head.clone_from(&record.hash);
    }
}

/// A record and the hash that it should have. A line must be the canonical form of its
/// record: two spellings of one record would be two truths.
fn parse(line: &[u8]) -> Result<(Record, String), String> {
    let text = std::str::from_utf8(line).map_err(|_| "not UTF-8".to_owned())?;
    let record: Record = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let (canonical, hash) = chain::rebuilt(&record).map_err(|error| error.to_string())?;
    match canonical == text {
        true => Ok((record, hash)),
        false => Err("not in canonical form".to_owned()),
    }
}

fn note_open(open: &mut BTreeSet<u64>, record: &Record) {
    match record.kind {
        Kind::CallOpened | Kind::PlacementOpened | Kind::PublicationOpened | Kind::NoticeOpened => {
            open.insert(record.seq);
        }
        Kind::CallClosed | Kind::PlacementClosed | Kind::PublicationClosed | Kind::NoticeClosed => {
            let opened = record.body.get("opened").and_then(serde_json::Value::as_u64);
            opened.map(|seq| open.remove(&seq));
        }
        _ => {}
    }
}

fn payload_names(record: &Record) -> Vec<String> {
    let named = record.body.get("payloads").and_then(serde_json::Value::as_array);
    let names = named.into_iter().flatten().filter_map(serde_json::Value::as_str);
    names.filter(|hash| hash.len() == 64).map(str::to_owned).collect()
}

/// A payload beside the trace must be what its name says.
fn payload_fault(folder: &Path, hash: &str) -> Option<String> {
    match fs::read(folder.join(hash)) {
        Ok(bytes) if policy::blob::sha256(&bytes) == hash => None,
        Ok(_) => Some(format!("payload `{hash}`: its content is not what was hashed")),
        Err(error) => Some(format!("payload `{hash}`: {error}")),
    }
}

/// The index must know the run, and a finished one with this very head; says too whether
/// it knows the end.
fn index_faults(store: &Store, run_id: &str, head: &str) -> (Vec<String>, bool) {
    let (mut started, mut finished) = (false, None);
    let walked = walk(&store.root().join("index.jsonl"), None, |entry| {
        if entry.run_id == run_id {
            started |= entry.kind == Kind::IndexStarted;
            finished = finished.take().or(entry.body.get("head").cloned());
        }
    });
    let Ok(walked) = walked else { return (vec!["the index of runs is missing".to_owned()], false) };
    let mut faults: Vec<_> = walked.faults.into_iter().map(|fault| format!("index, {fault}")).collect();
    if !started {
        faults.push("the index does not know the run".to_owned());
    }
    let ended = finished.is_some();
    if finished.is_some_and(|finished| finished != head) {
        faults.push("the index knows another end of the run".to_owned());
    }
    (faults, ended)
}

/// Whether somebody holds the trace. A process that was just being started when its Runner
/// was killed holds it for a moment more; a run that goes on holds it longer.
fn is_locked(path: &Path) -> Result<bool, LedgerError> {
    let file = File::open(path).map_err(LedgerError::io("open", path))?;
    for _ in 0..LOOKS {
        match file.try_lock_shared() {
            Ok(()) => return Ok(false),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(LedgerError::io("lock", path)(error)),
        }
    }
    Ok(true)
}
