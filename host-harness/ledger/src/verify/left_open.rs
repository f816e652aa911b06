//! Effects that were opened, until they are closed.

use std::collections::BTreeMap;

use agent_contract::trace::{Kind, Record};
use serde::Serialize;
use serde_json::Value;

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

pub(crate) fn note_open(open: &mut BTreeMap<u64, LeftOpen>, record: &Record) {
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
