//! A store to try things on, and what is expected of its verification.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use ledger::{
    Fault, Key, Kind, LedgerError, Reader, Signer as _, Statement, Status, Store, Trust, Verification,
};
use policy::Blob;
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

pub const RUN: &str = "run-1";
pub const OTHER: &str = "run-2";
pub const CALLS: u64 = 18;

/// A store that was written and signed, and is looked at by somebody who has the key.
pub struct Place {
    pub temp: TempDir,
    /// As it was written.
    whole: Vec<u8>,
}

pub fn key() -> Key {
    Key::new(&[7; 32]).unwrap()
}

pub fn trust() -> Trust {
    Trust::of(vec![key().key().clone()])
}

pub fn payload(run_id: &str, call: u64) -> Blob {
    Blob::new(format!("what call {call} of {run_id} read").into_bytes())
}

/// Writes a run of `2 + 2 * calls` records.
pub fn write(store: &Store, run_id: &str, calls: u64) {
    let mut trace = store.start(run_id, 1_000).unwrap();
    write_calls(&mut trace, run_id, calls);
    let body = json!({ "outcome": "succeeded", "exit_code": 0 });
    trace.finish(9_000, &body, vec![statement(run_id)]).unwrap();
}

pub fn write_calls(trace: &mut ledger::Trace, run_id: &str, calls: u64) {
    trace.append(1_001, Kind::RunStarted, &json!({ "mode": "developer", "task": "é ∀ \"x\"" })).unwrap();
    for call in 0..calls {
        let body = json!({ "function": "repo.read", "call": call, "decision": { "allow": false } });
        let entry = trace.open(1_002 + call, Kind::CallOpened, &body).unwrap();
        let blob = payload(run_id, call);
        trace.keep(&blob).unwrap();
        let body = json!({ "call": call, "payloads": [blob.sha256()] });
        trace.close_later(entry, 1_002 + call, Kind::CallClosed, body).unwrap();
    }
}

pub fn statement(run_id: &str) -> Statement {
    let document = json!({
        "_type": "https://in-toto.io/Statement/v1", "subject": [{ "name": run_id }], "predicate": {},
    });
    Statement { name: "run.dsse.json".to_owned(), document, names_trace: true }
}

impl Place {
    /// A store with two runs.
    pub fn new() -> Self {
        let mut place = Self { temp: tempfile::tempdir().unwrap(), whole: Vec::new() };
        write(&place.writer(), RUN, CALLS);
        write(&place.writer(), OTHER, 2);
        place.whole = fs::read(place.file()).unwrap();
        assert!(!place.root().join("ledger.db-wal").exists());
        place
    }

    pub fn root(&self) -> PathBuf {
        self.temp.path().join("store")
    }

    pub fn file(&self) -> PathBuf {
        self.root().join("ledger.db")
    }

    /// Who writes.
    pub fn writer(&self) -> Store {
        Store::new(self.root()).signed_by(Arc::new(key())).remembered_in(self.temp.path().join("kept"))
    }

    /// Who looks, and trusts the key alone.
    pub fn auditor(&self) -> Store {
        Store::new(self.root()).trusting(trust()).remembered_in(self.temp.path().join("kept"))
    }

    pub fn whole(&self) -> &[u8] {
        &self.whole
    }

    /// Puts the file into the store.
    pub fn put(&self, file: &[u8]) {
        fs::write(self.file(), file).unwrap();
        for beside in ["ledger.db-wal", "ledger.db-shm"] {
            let _ = fs::remove_file(self.root().join(beside));
        }
    }

    /// Does something to the store as it was written.
    pub fn bent(&self, bend: impl FnOnce(&Connection)) {
        self.put(&self.whole);
        bend(&self.db());
    }

    pub fn db(&self) -> Connection {
        let db = Connection::open(self.file()).unwrap();
        db.pragma_update(None, "synchronous", "OFF").unwrap();
        db.pragma_update(None, "journal_mode", "MEMORY").unwrap();
        db
    }

    /// Expects a run to be corrupt, and one of its faults to name the place.
    pub fn found(&self, what: &str, touched: &Touched) {
        match ledger::verify(&self.auditor(), RUN) {
            Ok(verification) => expect(what, &verification, touched),
            Err(error) => assert!(error.is_damage(), "{what}: {error}"),
        }
        self.found_in_all(what);
    }

    /// Expects the store not to be whole.
    pub fn found_in_all(&self, what: &str) {
        let mut corrupt = 0;
        let faults = ledger::verify_all(&self.auditor(), |verification| {
            corrupt += usize::from(verification.status == Status::Corrupt);
            Ok(())
        });
        match faults {
            Ok(faults) => assert!(corrupt > 0 || !faults.is_empty(), "{what}: all of the store is well"),
            Err(error) => assert!(error.is_damage(), "{what}: {error}"),
        }
    }

    /// Expects everything to be as it was written.
    pub fn well(&self) {
        let verification = ledger::verify(&self.auditor(), RUN).unwrap();
        assert_eq!((verification.status, verification.faults.as_slice()), (Status::Complete, &[][..]));
        let each = |verification: Verification| -> Result<(), LedgerError> {
            assert_eq!(verification.status, Status::Complete);
            Ok(())
        };
        assert_eq!(ledger::verify_all(&self.auditor(), each).unwrap(), []);
    }
}

/// What was done something to.
#[derive(Debug)]
pub enum Touched {
    Record(u64),
    Log(u64),
    /// What is named like that.
    Named(String),
}

impl Touched {
    pub fn named(name: &str) -> Self {
        Self::Named(name.to_owned())
    }

    fn is_in(&self, fault: &Fault) -> bool {
        match self {
            Self::Record(at) => covers(&fault.place, "record ", "records ", *at),
            Self::Log(at) => covers(&fault.place, "log entry ", "log entries ", *at),
            Self::Named(name) => fault.place == *name,
        }
    }
}

fn covers(place: &str, one: &str, several: &str, at: u64) -> bool {
    let single = place.strip_prefix(one).and_then(|number| number.parse().ok());
    let range = place.strip_prefix(several).and_then(|range| range.split_once(" to "));
    let range = range.and_then(|(first, last)| Some(first.parse().ok()?..=last.parse().ok()?));
    single == Some(at) || range.is_some_and(|range: std::ops::RangeInclusive<u64>| range.contains(&at))
}

pub fn expect(what: &str, verification: &Verification, touched: &Touched) {
    let faults = &verification.faults;
    assert_eq!(verification.status, Status::Corrupt, "{what}");
    assert!(faults.iter().any(|fault| touched.is_in(fault)), "{what}: {touched:?} is not in {faults:#?}");
}

/// A key that nobody goes by.
pub fn stranger() -> ledger::PublicKey {
    Key::new(&[9; 32]).unwrap().key().clone()
}

/// How far apart samples lie: signatures are slow where nothing is optimised.
pub fn apart(step: usize) -> usize {
    if cfg!(debug_assertions) { step * 29 } else { step }
}

/// Writes a run into a file.
pub fn write_export(reader: &Reader, run: &str, path: &Path) -> Result<(), LedgerError> {
    reader.export(run, &mut fs::File::create(path).unwrap())
}
