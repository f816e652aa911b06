//! Verification: offline, and without trust in whoever wrote the trace.

mod complete;
mod fault;
mod foreign;
mod log;
mod walk;

use std::{
    collections::BTreeMap,
    fs::{File, TryLockError},
    path::Path,
    time::Duration,
};

use agent_contract::trace::{Kind, Record};
use serde::Serialize;
use serde_json::Value;

use crate::{
    LedgerError, Store, Trust,
    chain::{GENESIS, Head, hex},
    note::Opened,
    reader::{Payload, Reader, Row},
    statement,
    tree::Frontier,
};

use complete::Account;
pub use fault::Fault;
use fault::Faults;
pub(crate) use log::{End, Known, LogView};
use walk::Walk;

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
    /// Its records were removed by the rules of retention; the log knows their root.
    Pruned,
    /// Not what was written.
    Corrupt,
}

/// An effect that was opened and never closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOpen {
    /// The place of its record.
    pub record: u64,
    /// What it was: a host function, `placement`, `publication` or `notice`.
    pub what: String,
    /// What is known of it.
    pub known: &'static str,
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
    let reader = store.reader()?;
    let log = LogView::read(&reader)?;
    run(&reader, &log, run_id)
}

/// Verifies the store: its file, its log, and every run, each handed out as soon as it is done.
/// Gives what is wrong with the store itself.
pub fn verify_all(
    store: &Store,
    mut each: impl FnMut(Verification) -> Result<(), LedgerError>,
) -> Result<Vec<Fault>, LedgerError> {
    let reader = store.reader()?;
    let mut faults = file_faults(&reader)?;
    let log = LogView::read(&reader)?;
    for run_id in reader.runs()? {
        each(run(&reader, &log, &run_id)?)?;
    }
    faults.extend(log.faults);
    Ok(faults)
}

/// What the database itself finds wrong with its file.
fn file_faults(reader: &Reader) -> Result<Vec<Fault>, LedgerError> {
    let mut check = reader.db.prepare("PRAGMA quick_check").map_err(reader.fail())?;
    let lines = check.query_map([], |row| row.get::<_, String>(0)).map_err(reader.fail())?;
    let lines: Vec<String> = lines.collect::<rusqlite::Result<_>>().map_err(reader.fail())?;
    let wrong = lines.into_iter().filter(|line| line != "ok");
    Ok(wrong.map(|line| Fault::new("file-damaged", reader.path().display().to_string(), line)).collect())
}

pub(crate) fn run(reader: &Reader, log: &LogView, run_id: &str) -> Result<Verification, LedgerError> {
    let mut known = log.runs.get(run_id).cloned().unwrap_or_default();
    let row = reader.row(run_id)?;
    let mut verified = Verified::new(run_id, log.removed.clone());
    log.faults.iter().for_each(|fault| verified.faults.add(fault.code, &fault.place, &fault.message));
    match &row {
        Some(row) if !known.pruned => {
            if row.origin.is_some() {
                verified.is_foreign(reader, row, &mut known)?;
            }
            verified.records(reader, row, &known)?;
        }
        _ => verified.without_records(&known, row.is_some()),
    }
    let going_on = row.is_some() && is_held(&reader.store.run_folder(run_id).join("held"))?;
    Ok(verified.conclude(&known, going_on))
}

/// A run that is being verified.
struct Verified {
    run_id: String,
    records: u64,
    head: String,
    root: String,
    faults: Faults,
    finished: bool,
    left_open: BTreeMap<u64, LeftOpen>,
    signatures: Signatures,
    /// What was taken out of the store at all, and what this run named of it.
    taken_out: BTreeMap<String, String>,
    removed: BTreeMap<String, String>,
    unchecked: Vec<String>,
}

impl Verified {
    fn new(run_id: &str, taken_out: BTreeMap<String, String>) -> Self {
        Self {
            run_id: run_id.to_owned(),
            records: 0,
            head: hex(&GENESIS),
            root: hex(&Frontier::default().root()),
            faults: Faults::default(),
            finished: false,
            left_open: BTreeMap::new(),
            signatures: Signatures::default(),
            taken_out,
            removed: BTreeMap::new(),
            unchecked: Vec::new(),
        }
    }

    /// A run of another store: what its own log says of it must be proved, and must be what this
    /// store took in.
    fn is_foreign(&mut self, reader: &Reader, row: &Row, known: &mut Known) -> Result<(), LedgerError> {
        let (theirs, removed) = foreign::known(reader, &self.run_id, row, &mut self.faults)?;
        if known.imported && known.end.is_some() && theirs.end.is_some() && known.end != theirs.end {
            self.faults.add("log-changed", "log", "it took in another end of the run than is proved");
        }
        known.started |= theirs.started;
        known.end = theirs.end;
        self.taken_out.extend(removed);
        Ok(())
    }

    fn records(&mut self, reader: &Reader, row: &Row, known: &Known) -> Result<(), LedgerError> {
        let (mut walk, mut account) = (Walk::of_run(&self.run_id), Account::default());
        walk.faults = std::mem::take(&mut self.faults);
        let run_id = self.run_id.clone();
        reader.lines(&run_id, row, |at, line| {
            self.finished = false;
            let Some(record) = walk.step(at, line) else { return Ok(()) };
            note_open(&mut self.left_open, &record);
            account.take(&record, &mut walk.faults);
            self.finished = record.kind == Kind::RunFinished;
            for hash in payload_names(&record) {
                self.payload(reader, row, &hash, &walk.place(at), &mut walk.faults)?;
            }
            Ok(())
        })?;
        (self.records, self.head) = (walk.head.seq, hex(&walk.head.hash));
        self.root = hex(&walk.tree.root());
        self.faults = walk.faults;
        if let Some(result) = &account.result {
            self.result(reader, row, &account, result)?;
        }
        self.attached(reader, row, known)
    }

    fn payload(
        &mut self,
        reader: &Reader,
        row: &Row,
        hash: &str,
        place: &str,
        faults: &mut Faults,
    ) -> Result<(), LedgerError> {
        let at = || format!("payload {hash}");
        match reader.kept(row, hash)? {
            Payload::There(bytes) if policy::blob::sha256(&bytes) == hash => {}
            Payload::There(_) => faults.add(
                "payload-changed",
                at(),
                format!("{place} names it, and it is not what was hashed"),
            ),
            Payload::Sealed => faults.add("sealed", at(), "it can't be opened with the key at hand"),
            Payload::Missing => {
                faults.add("payload-missing", at(), format!("{place} names it, and it is not there"))
            }
            Payload::Removed => match self.taken_out.get(hash) {
                Some(reason) => drop(self.removed.insert(hash.to_owned(), reason.clone())),
                None => {
                    faults.add("payload-missing", at(), "it was taken out, and the log does not know why")
                }
            },
        }
        Ok(())
    }

    fn result(
        &mut self,
        reader: &Reader,
        row: &Row,
        account: &Account,
        hash: &str,
    ) -> Result<(), LedgerError> {
        match reader.kept(row, hash)? {
            Payload::There(bytes) => account.compare(&bytes, &mut self.faults),
            _ => self.unchecked.push("completeness: the result is not there".to_owned()),
        }
        Ok(())
    }

    /// The end as others know it: the log, the run's own checkpoint, the statements.
    fn attached(&mut self, reader: &Reader, row: &Row, known: &Known) -> Result<(), LedgerError> {
        let trust = &reader.store.trust;
        let checkpoint = reader.note(row.number, "checkpoint")?;
        if let Some(end) = &known.end {
            self.ends_as(end, "the log");
        }
        match &checkpoint {
            Some(note) => self.checkpoint(note, trust),
            None if known.end.is_some() => {
                self.faults.add(
                    "checkpoint-missing",
                    "checkpoint",
                    "the run is over, and its checkpoint is not there",
                );
            }
            None => {}
        }
        for (name, text) in reader.notes(row.number)? {
            if name.ends_with(".dsse.json") {
                self.statement(&name, &text, trust);
            }
        }
        Ok(())
    }

    fn ends_as(&mut self, end: &End, who: &str) {
        if end.records > self.records {
            let last = end.records - 1;
            let place = if last > self.records {
                format!("records {} to {last}", self.records)
            } else {
                format!("record {last}")
            };
            self.faults.add(
                "record-missing",
                place,
                format!("not there, and {who} knows {} records", end.records),
            );
        } else if end.records < self.records {
            let place = format!("record {}", end.records);
            self.faults.add(
                "record-extra",
                place,
                format!("it comes after the last of the {} that {who} knows", end.records),
            );
        } else if end.head != self.head {
            let place = format!("record {}", self.records.saturating_sub(1));
            self.faults.add(
                "record-changed",
                place,
                format!("the last record is not the one that {who} knows"),
            );
        } else if end.root != self.root {
            let place = format!("records 0 to {}", self.records.saturating_sub(1));
            self.faults.add("record-changed", place, format!("they are not those that {who} knows"));
        }
    }

    fn checkpoint(&mut self, note: &str, trust: &Trust) {
        let opened = match trust.open(note) {
            Ok(opened) => opened,
            Err(fault) => return self.faults.add("signature-invalid", "checkpoint", fault),
        };
        if !opened.origin.ends_with(&format!("/runs/{}", self.run_id)) {
            self.faults.add("checkpoint-foreign", "checkpoint", "it is of another run");
        }
        if (opened.size, &opened.root) != (self.records, &self.root) {
            let message =
                format!("it is of {} records with another root than these {}", opened.size, self.records);
            self.faults.add("record-changed", "checkpoint", message);
        }
        unsigned(&opened, trust, "checkpoint", &mut self.faults);
        (self.signatures.signed_by, self.signatures.unknown) = (opened.signed_by, opened.unknown);
        self.signatures.witnessed_by = opened.witnessed_by;
    }

    fn statement(&mut self, name: &str, envelope: &str, trust: &Trust) {
        match statement::open(envelope, trust) {
            Err(fault) => self.faults.add("signature-invalid", name, fault),
            Ok((document, signed_by)) => {
                let root = document.pointer("/predicate/trace/root").and_then(Value::as_str);
                if root.is_some_and(|root| root != self.root) {
                    self.faults.add("statement-foreign", name, "it speaks of other records");
                }
                match signed_by.is_empty() && trust.demands {
                    true => {
                        self.faults.add("signature-unknown", name, "none of the keys gone by has signed it")
                    }
                    false => self.signatures.statements.push(name.to_owned()),
                }
            }
        }
    }

    /// A run whose trace is not there.
    fn without_records(&mut self, known: &Known, has_row: bool) {
        if let (Some(end), true) = (&known.end, known.pruned && !has_row) {
            (self.records, self.head, self.root) = (end.records, end.head.clone(), end.root.clone());
        } else if known.pruned && !has_row {
            self.unchecked.push("it was pruned before it came to its end".to_owned());
        } else if known.pruned {
            self.faults.add("run-unpruned", "run", "the log says that it was pruned, and it is there");
        } else {
            self.faults.add("run-missing", "run", "the log knows the run, and its trace is gone");
        }
    }

    fn conclude(mut self, known: &Known, going_on: bool) -> Verification {
        if !known.started && !known.imported && !known.pruned {
            self.faults.add("run-unknown", "log", "it does not know the run");
        }
        if self.finished && known.end.is_none() && !going_on && known.started {
            self.faults.add("log-changed", "log", "the run is over, and the log does not know its end");
        }
        let whole = self.finished && known.end.is_some();
        let status = match (self.faults.is_empty(), known.pruned, whole, going_on) {
            (false, ..) => Status::Corrupt,
            (true, true, ..) => Status::Pruned,
            (true, false, true, _) => Status::Complete,
            (true, false, false, true) => Status::Running,
            (true, false, false, false) => Status::Interrupted,
        };
        Verification {
            run_id: self.run_id,
            status,
            records: self.records,
            head: self.head,
            root: self.root,
            faults: self.faults.into_told(),
            left_open: self.left_open.into_values().collect(),
            signatures: self.signatures,
            removed: self.removed,
            hold: known.hold.clone(),
            unchecked: self.unchecked,
        }
    }
}

/// With keys to go by, one of them must have signed.
fn unsigned(opened: &Opened, trust: &Trust, place: &str, faults: &mut Faults) {
    if let Err(fault) = trust.demand(opened) {
        faults.add("signature-unknown", place, fault);
    }
}

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
    let log = LogView::read(&reader)?;
    let Some(row) = reader.row(run_id)? else {
        return Ok(vec!["the store does not know the run".to_owned()]);
    };
    let (mut walk, mut verified) = (Walk::of_run(run_id), Verified::new(run_id, log.removed.clone()));
    reader.lines(run_id, &row, |at, line| {
        let Some(record) = walk.step(at, line) else { return Ok(()) };
        for hash in payload_names(&record) {
            verified.payload(&reader, &row, &hash, &walk.place(at), &mut walk.faults)?;
        }
        each(record);
        Ok(())
    })?;
    if !log.runs.get(run_id).is_some_and(|known| known.started) {
        walk.faults.add("run-unknown", "log", "it does not know the run");
    }
    Ok(log.faults.iter().chain(&walk.faults.into_told()).map(ToString::to_string).collect())
}

fn note_open(open: &mut BTreeMap<u64, LeftOpen>, record: &Record) {
    if record.kind.closed_by().is_some() {
        open.insert(record.seq, left_open(record));
    } else if let Some(opened) = record.body.get("opened").and_then(Value::as_u64) {
        open.remove(&opened);
    }
}

fn left_open(record: &Record) -> LeftOpen {
    let function = record.body.get("function").and_then(Value::as_str).unwrap_or("a call");
    let (what, known) = match record.kind {
        Kind::PlacementOpened => ("placement", "the checkout may be as before, as after, or between"),
        Kind::PublicationOpened => ("publication", "the remote may have some of it, all of it, or nothing"),
        Kind::NoticeOpened => ("notice", "people may have been told, or not"),
        _ if function.starts_with("network.") => (function, "it may have reached its binding, or not"),
        _ if function.starts_with("process.") => {
            (function, "it may have run, on a copy of the workspace alone")
        }
        _ => (function, "it worked on the memory of the run alone, which is gone"),
    };
    LeftOpen { record: record.seq, what: what.to_owned(), known }
}

pub(crate) fn payload_names(record: &Record) -> Vec<String> {
    let named = record.body.get("payloads").and_then(Value::as_array);
    let names = named.into_iter().flatten().filter_map(Value::as_str);
    names.filter(|hash| hash.len() == 64).map(str::to_owned).collect()
}

/// Whether somebody holds the run. A process that was just being started when its Runner
/// was killed holds it for a moment more; a run that goes on holds it longer.
fn is_held(path: &Path) -> Result<bool, LedgerError> {
    let Ok(file) = File::open(path) else { return Ok(false) };
    for _ in 0..LOOKS {
        match file.try_lock_shared() {
            Ok(()) => return Ok(false),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(LedgerError::io("lock", path)(error)),
        }
    }
    Ok(true)
}
