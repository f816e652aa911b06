//! The log: one chain and one tree over all that happens to a store, so that a run can't go
//! missing and a finished trace can't be cut short unnoticed.

use std::path::Path;

use agent_contract::trace::Kind;
use ring::rand::{SecureRandom as _, SystemRandom};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Value, json};
use tlog_tiles::tlog::{Hash, record_hash};

use crate::{
    LedgerError, Store,
    chain::{GENESIS, Head, hex},
    note,
    tree::Frontier,
};

/// What the log of a store is called, when nobody gave it another name.
const ORIGIN: &str = "github.com/AGenNext/code-assist/logs";

/// A log that is being added to, within one transaction.
pub(crate) struct Log<'a> {
    db: &'a Connection,
    path: &'a Path,
    store: &'a Store,
    time_ms: u64,
}

/// What the log became.
pub(crate) struct Grown {
    pub checkpoint: String,
    /// What it grew from: how many entries, and their root.
    pub from: (u64, String),
}

/// What is added.
pub(crate) struct Entry<'a> {
    pub run_id: &'a str,
    pub kind: Kind,
    pub body: Value,
}

impl<'a> Log<'a> {
    pub fn new(db: &'a Connection, path: &'a Path, store: &'a Store, time_ms: u64) -> Self {
        Self { db, path, store, time_ms }
    }

    /// The name of the tree; the log begins where it has none, and says which lay there before.
    pub fn origin(&self) -> Result<String, LedgerError> {
        if let Some(origin) = self.state("origin")? {
            return String::from_utf8(origin)
                .map_err(|_| LedgerError::damaged(self.path, "its name is no text"));
        }
        if self.state("checkpoint")?.is_some() || self.state("frontier")?.is_some() {
            return Err(LedgerError::damaged(self.path, "its log has no name"));
        }
        let id = random_id()?;
        let origin = format!("{ORIGIN}/{id}");
        self.set("origin", origin.as_bytes())?;
        let mut body = json!({ "origin": origin });
        if let Some(before) = self.store.lay_here() {
            body["replaces"] = json!(before);
        }
        self.extend(&Entry { run_id: &id, kind: Kind::LogStarted, body })?;
        Ok(origin)
    }

    /// Adds an entry and signs what the tree is now.
    pub fn add(&self, entry: &Entry) -> Result<Grown, LedgerError> {
        let begins = self.state("origin")?.is_none();
        let origin = self.origin()?;
        let (head, before) = self.end()?;
        if let (false, Some(_)) = (begins, self.store.signer()) {
            self.stands(&origin, &head, &before)?;
        }
        let frontier = self.extend(entry)?;
        let checkpoint = note::write(&origin, frontier.size(), frontier.root(), self.store.signer())?;
        self.set("checkpoint", checkpoint.as_bytes())?;
        Ok(Grown { checkpoint, from: (before.size(), hex(&before.root())) })
    }

    /// That what is added to is what was signed last: a past that somebody invented is not
    /// signed with what follows.
    fn stands(&self, origin: &str, head: &Head, frontier: &Frontier) -> Result<(), LedgerError> {
        let bent = |fault| LedgerError::damaged(self.path, format!("the end of its log: {fault}"));
        let note = self.state("checkpoint")?.unwrap_or_default();
        let trust = self.store.trust();
        let opened = trust.open(&String::from_utf8_lossy(&note)).map_err(bent)?;
        match (trust.demand(&opened), opened.unknown.is_empty()) {
            (Err(fault), false) => {
                return Err(LedgerError::Signature(format!("the log goes on, and {fault}")));
            }
            (demanded, _) => demanded.map_err(bent)?,
        }
        let signed = (opened.origin.as_str(), opened.size, opened.root.as_str());
        let same = signed == (origin, frontier.size(), &hex(&frontier.root()));
        match same && self.last()?.is_some_and(|line| record_hash(&line) == head.hash) {
            true => Ok(()),
            false => Err(bent("it is not what its checkpoint is of".to_owned())),
        }
    }

    /// The last line that is there.
    fn last(&self) -> Result<Option<Vec<u8>>, LedgerError> {
        let sql = "SELECT line FROM log ORDER BY seq DESC LIMIT 1";
        let line = self.db.prepare_cached(sql).and_then(|mut line| {
            line.query_row([], |row| Ok(row.get_ref(0)?.as_bytes()?.to_vec())).optional()
        });
        line.map_err(LedgerError::store("read", self.path))
    }

    fn extend(&self, entry: &Entry) -> Result<Frontier, LedgerError> {
        let (mut head, mut frontier) = self.end()?;
        let seq = head.seq;
        let line = head.link(entry.run_id, self.time_ms, entry.kind, &entry.body)?;
        frontier.push(head.hash);
        let written = self
            .db
            .prepare_cached("INSERT INTO log (seq, line) VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute(params![seq.cast_signed(), line.as_bytes()]));
        written.map_err(LedgerError::store("write", self.path))?;
        self.set("frontier", &frontier.to_bytes())?;
        self.set("head", &head.hash.0)?;
        Ok(frontier)
    }

    fn end(&self) -> Result<(Head, Frontier), LedgerError> {
        let damaged = || LedgerError::damaged(self.path, "the end of its log can't be read");
        let frontier =
            self.state("frontier")?.map_or(Some(Frontier::default()), |bytes| Frontier::from_bytes(&bytes));
        let hash = self.state("head")?.map_or(Some(GENESIS), |bytes| bytes.try_into().ok().map(Hash));
        let (frontier, hash) = frontier.zip(hash).ok_or_else(damaged)?;
        Ok((Head { seq: frontier.size(), hash }, frontier))
    }

    fn state(&self, key: &str) -> Result<Option<Vec<u8>>, LedgerError> {
        state(self.db, key).map_err(LedgerError::store("read", self.path))
    }

    fn set(&self, key: &str, value: &[u8]) -> Result<(), LedgerError> {
        let written = self
            .db
            .prepare_cached(
                "INSERT INTO state (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
            )
            .and_then(|mut insert| insert.execute(params![key, value]));
        written.map(|_| ()).map_err(LedgerError::store("write", self.path))
    }
}

/// What the store remembers under a name.
pub(crate) fn state(db: &Connection, key: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    db.prepare_cached("SELECT value FROM state WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()
}

fn random_id() -> Result<String, LedgerError> {
    let mut bytes = [0; 8];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| LedgerError::Unfit("the system has no randomness".to_owned()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
