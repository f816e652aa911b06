//! The verification of one run.

use std::collections::BTreeMap;

use agent_contract::trace::{Kind, Record};
use serde_json::Value;

use super::{
    End, Known, LeftOpen, LogView, Signatures, Status, Verification,
    complete::Account,
    fault::Faults,
    foreign,
    going_on::is_held,
    left_open::note_open,
    log::is_sha256,
    walk::{Walk, places},
};
use crate::{
    LedgerError, Trust,
    chain::{GENESIS, hex},
    note::Opened,
    reader::{Payload, Reader, Row},
    statement,
    tree::Frontier,
};

pub(crate) fn run(
    reader: &Reader,
    log: &LogView,
    run_id: &str,
    held_before: bool,
) -> Result<Verification, LedgerError> {
    let mut known = log.runs.get(run_id).cloned().unwrap_or_default();
    let row = reader.row(run_id)?;
    let mut verified = Verified::new(run_id, log.removed.clone());
    log.faults.iter().for_each(|fault| verified.faults.add(fault.code, &fault.place, &fault.message));
    match &row {
        Some(row) if !known.pruned => {
            if row.origin.is_some() {
                verified.is_foreign(reader, row, &mut known)?;
            }
            match reader.store.seal(row.tenant.as_deref()) {
                Ok(_) => verified.records(reader, row, &known)?,
                Err(error) => verified.faults.add("sealed", "run", error.to_string()),
            }
        }
        _ => verified.without_records(&known, row.is_some()),
    }
    let going_on = row.is_some() && (held_before || is_held(&reader.store, run_id)?);
    Ok(verified.conclude(&known, going_on))
}

/// A run that is being verified.
pub(super) struct Verified {
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
    pub fn new(run_id: &str, taken_out: BTreeMap<String, String>) -> Self {
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
        if !known.imported && reader.has_log()? {
            self.faults.add(
                "log-changed",
                "log",
                "the run is said to be of another store, and was never taken in",
            );
        }
        known.started |= theirs.started;
        known.finished |= theirs.finished;
        known.end = theirs.end.or(known.end.take());
        known.statements = theirs.statements.or(known.statements.take());
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

    pub fn payload(
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
            Some(note) => {
                let origin = row.origin.clone().map_or_else(|| reader.origin(), Ok)?;
                self.checkpoint(note, &origin, trust);
            }
            None if known.finished || known.end.is_some() && self.finished => {
                self.faults.add(
                    "checkpoint-missing",
                    "checkpoint",
                    "the run is over, and its checkpoint is not there",
                );
            }
            None => {}
        }
        let notes = reader.notes(row.number)?;
        for (name, text) in notes.iter().filter(|(name, _)| statement::is_name(name)) {
            self.statement(name, text, trust);
        }
        if let Some(statements) = &known.statements {
            self.statements(&notes, statements);
        }
        Ok(())
    }

    /// The statements must be those that the log names.
    fn statements(&mut self, notes: &[(String, String)], known: &BTreeMap<String, String>) {
        let there: BTreeMap<_, _> =
            notes.iter().map(|(name, text)| (name, policy::blob::sha256(text.as_bytes()))).collect();
        for (name, hash) in known {
            match there.get(name) {
                None => self.faults.add("statement-missing", name, "the log names it, and it is not there"),
                Some(found) if found != hash => {
                    self.faults.add("statement-changed", name, "it is not the one that the log names");
                }
                Some(_) => {}
            }
        }
        let extra = there.into_keys().filter(|name| statement::is_name(name) && !known.contains_key(*name));
        extra.for_each(|name| self.faults.add("statement-extra", name, "the log does not name it"));
    }

    fn ends_as(&mut self, end: &End, who: &str) {
        if end.records > self.records {
            let last = end.records - 1;
            self.faults.add(
                "record-missing",
                places("record", self.records, last),
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
            let message = format!("the last is not the one that {who} knows: it, or one before, was changed");
            self.faults.add("record-changed", self.all(), message);
        } else if end.root != self.root {
            self.faults.add("record-changed", self.all(), format!("they are not those that {who} knows"));
        }
    }

    /// The place of all records.
    fn all(&self) -> String {
        places("record", 0, self.records.saturating_sub(1))
    }

    fn checkpoint(&mut self, note: &str, origin: &str, trust: &Trust) {
        let opened = match trust.open(note) {
            Ok(opened) => opened,
            Err(fault) => return self.faults.add("signature-invalid", "checkpoint", fault),
        };
        if opened.origin != format!("{origin}/runs/{}", self.run_id) {
            self.faults.add("checkpoint-foreign", "checkpoint", "it is of another run, or of another log");
        }
        if !opened.is_all_of(note) {
            self.faults.add("checkpoint-foreign", "checkpoint", "it says more than a checkpoint does");
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
                match (signed_by.is_empty(), trust.demands) {
                    (true, true) => {
                        self.faults.add("signature-unknown", name, "none of the keys gone by has signed it")
                    }
                    (true, false) => {}
                    (false, _) => self.signatures.statements.push(name.to_owned()),
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

    /// What the log that an imported run comes from says of it must be proved as long as it is here.
    fn proved(&mut self, known: &Known) {
        let wanted = [("log-started", known.started), ("log-finished", known.finished || !self.finished)];
        for (name, _) in wanted.into_iter().filter(|(_, there)| !there) {
            self.faults.add("proof-invalid", format!("{name}.tlog-proof"), "it is not there");
        }
    }

    fn conclude(mut self, known: &Known, going_on: bool) -> Verification {
        if !known.started && !known.imported && !known.pruned {
            self.faults.add("run-unknown", "log", "it does not know the run");
        }
        if known.imported && !known.pruned {
            self.proved(known);
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
pub(super) fn unsigned(opened: &Opened, trust: &Trust, place: &str, faults: &mut Faults) {
    if let Err(fault) = trust.demand(opened) {
        faults.add("signature-unknown", place, fault);
    }
}

pub(crate) fn payload_names(record: &Record) -> Vec<String> {
    let named = record.body.get("payloads").and_then(Value::as_array);
    let names = named.into_iter().flatten().filter_map(Value::as_str);
    names.filter(|hash| is_sha256(hash)).map(str::to_owned).collect()
}

/// What a line names, where it is a record.
pub(crate) fn names(line: &[u8]) -> Vec<String> {
    serde_json::from_slice(line).map(|record| payload_names(&record)).unwrap_or_default()
}
