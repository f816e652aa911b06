//! What the log of another store says of a run, as the proofs beside the run have it.

use std::collections::BTreeMap;

use agent_contract::trace::{Kind, Record};
use serde_json::Value;

use super::{
    fault::Faults,
    log::{Known, end, statements},
};
use crate::{
    LedgerError, Proof, chain,
    reader::{Reader, Row},
};

/// What is proved of a run of another store: what its log knows, and what was taken out.
pub(crate) fn known(
    reader: &Reader,
    run_id: &str,
    row: &Row,
    faults: &mut Faults,
) -> Result<(Known, BTreeMap<String, String>), LedgerError> {
    let (mut known, mut removed) = (Known::default(), BTreeMap::new());
    for (name, text) in reader.notes(row.number)? {
        if !is_proof(&name) {
            continue;
        }
        match entry(reader, row, &text) {
            Ok(entry) => take(&entry, run_id, &name, (&mut known, &mut removed), faults),
            Err(fault) => faults.add("proof-invalid", name, fault),
        }
    }
    Ok((known, removed))
}

/// The entry of the log that a proof is of, if it proves it.
fn entry(reader: &Reader, row: &Row, text: &str) -> Result<Record, String> {
    let proof = Proof::parse(text)?;
    if proof.to_text() != text {
        return Err("it is not written as proofs are".to_owned());
    }
    let line = proof.leaf.as_deref().ok_or("it brings no entry along")?;
    let opened = proof.check(line, &reader.store.trust)?;
    if !opened.is_all_of(&proof.checkpoint) {
        return Err("its checkpoint says more than a checkpoint does".to_owned());
    }
    let (record, _) = chain::parse(line)?;
    // What was taken out is told by the log of whoever took it out.
    let theirs = row.origin.as_deref() == Some(opened.origin.as_str());
    if !theirs && record.kind != Kind::LogPayloadRemoved {
        return Err(format!("it is of the log `{}`", opened.origin.escape_debug()));
    }
    match record.seq == proof.index {
        true => Ok(record),
        false => Err("the entry has another number".to_owned()),
    }
}

fn take(
    entry: &Record,
    run_id: &str,
    name: &str,
    (known, removed): (&mut Known, &mut BTreeMap<String, String>),
    faults: &mut Faults,
) {
    let text = |field: &str| entry.body.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    if name != name_of(entry) {
        faults.add("proof-invalid", name, "it is of another entry than its name says");
    }
    match entry.kind {
        Kind::LogPayloadRemoved => drop(removed.insert(text("payload"), text("reason"))),
        _ if entry.run_id != run_id => faults.add("proof-invalid", name, "the entry is of another run"),
        Kind::LogRunStarted => known.started = true,
        Kind::LogRunFinished => {
            known.finished = true;
            (known.end, known.statements) = (end(&entry.body), statements(&entry.body));
        }
        _ => faults.add("proof-invalid", name, "the entry says something else"),
    }
}

/// Whether a note that is attached to a run proves an entry of a log.
pub(crate) fn is_proof(name: &str) -> bool {
    name.strip_prefix("log-").is_some_and(|name| name.ends_with(".tlog-proof"))
}

/// The name that the proof of an entry is kept under.
pub(crate) fn name_of(entry: &Record) -> String {
    let what = match entry.kind {
        Kind::LogRunStarted => "started",
        Kind::LogRunFinished => "finished",
        Kind::LogPayloadRemoved => {
            let payload = entry.body.get("payload").and_then(Value::as_str).unwrap_or_default();
            return format!("log-removed-{payload}.tlog-proof");
        }
        _ => "other",
    };
    format!("log-{what}.tlog-proof")
}
