//! Following a chain, line by line: a trace may be larger than the memory.

use agent_contract::trace::Record;
use tlog_tiles::tlog::record_hash;

use super::fault::Faults;
use crate::{
    chain::{self, Head, hex},
    tree::Frontier,
};

/// The place of several.
pub(crate) fn places(what: &str, first: u64, last: u64) -> String {
    match (first < last, what.strip_suffix('y')) {
        (false, _) => format!("{what} {first}"),
        (true, Some(what)) => format!("{what}ies {first} to {last}"),
        (true, None) => format!("{what}s {first} to {last}"),
    }
}

/// A chain that is being followed.
pub(crate) struct Walk {
    /// What its entries are called: `record`, `log entry`.
    what: &'static str,
    run_id: Option<String>,
    pub head: Head,
    pub tree: Frontier,
    pub faults: Faults,
    /// Whether the record before was there and can be read.
    linked: bool,
}

impl Walk {
    pub fn of_run(run_id: &str) -> Self {
        Self::new("record", Some(run_id.to_owned()))
    }

    pub fn of_log() -> Self {
        Self::new("log entry", None)
    }

    fn new(what: &'static str, run_id: Option<String>) -> Self {
        let (head, tree, faults) = (Head::new(), Frontier::default(), Faults::default());
        Self { what, run_id, head, tree, faults, linked: true }
    }

    /// Takes the next line. Gives the record, where the line is one.
    pub fn step(&mut self, at: u64, line: Option<&[u8]>) -> Option<Record> {
        self.gap(at);
        let Some(line) = line else {
            self.faults.add("sealed", self.place(at), "it can't be opened with the key at hand");
            self.head.seq = at + 1;
            self.linked = false;
            return None;
        };
        let parsed = chain::parse(line);
        let leaf = parsed.as_ref().map_or_else(|_| record_hash(line), |(_, hash)| *hash);
        let record = match parsed {
            Ok((record, _)) => {
                self.follow(at, &record);
                Some(record)
            }
            Err(reason) => {
                self.faults.add("record-unreadable", self.place(at), reason);
                None
            }
        };
        self.head = Head { seq: at + 1, hash: leaf };
        self.tree.push(leaf);
        self.linked = record.is_some();
        record
    }

    pub fn place(&self, at: u64) -> String {
        format!("{} {at}", self.what)
    }

    fn gap(&mut self, at: u64) {
        let expected = self.head.seq;
        if at != expected {
            let last = at.saturating_sub(1);
            self.faults.add("record-missing", places(self.what, expected, last), "not there");
            self.linked = false;
        }
    }

    fn follow(&mut self, at: u64, record: &Record) {
        let place = self.place(at);
        if record.seq != at {
            self.faults.add("record-moved", &place, format!("its number is {}", record.seq));
        }
        if self.run_id.as_ref().is_some_and(|run_id| record.run_id != *run_id) {
            self.faults.add("record-foreign", &place, "it belongs to another run");
        }
        if self.linked && record.previous != hex(&self.head.hash) {
            let message = match at {
                0 => "it does not begin as the first does",
                _ => "the second does not follow the first as that stands now: one of the two was changed",
            };
            self.faults.add("record-changed", places(self.what, at.saturating_sub(1), at), message);
        }
    }
}
