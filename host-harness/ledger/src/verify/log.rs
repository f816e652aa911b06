//! The log of a store, read and verified once for all its runs.

use std::collections::BTreeMap;

use agent_contract::trace::{Kind, Record};
use serde_json::Value;

use super::{
    fault::{Fault, Faults},
    walk::Walk,
};
use crate::{LedgerError, Reader, chain::hex, note::Opened, remembered};

/// What the log knows of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub started: bool,
    pub end: Option<End>,
    /// Where the entry about its end stands.
    pub ended_at: Option<u64>,
    pub started_at: Option<u64>,
    pub imported: bool,
    pub pruned: bool,
    /// Why it is to be kept.
    pub hold: Option<String>,
}

/// The end of a run's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct End {
    pub records: u64,
    pub head: String,
    pub root: String,
}

/// The log as it was found.
#[derive(Debug, Default)]
pub(crate) struct LogView {
    pub faults: Vec<Fault>,
    pub runs: BTreeMap<String, Known>,
    /// Payloads that were taken out, and why.
    pub removed: BTreeMap<String, String>,
    /// Where the entries about them stand.
    pub removed_at: BTreeMap<String, u64>,
    pub entries: u64,
    pub checkpoint: Option<Opened>,
}

impl LogView {
    pub fn read(reader: &Reader) -> Result<Self, LedgerError> {
        let (mut view, mut walk) = (Self::default(), Walk::of_log());
        let checkpoint = reader.state("checkpoint")?;
        let origin = reader.state("origin")?.unwrap_or_default();
        let kept = reader.store.remembered().map(|folder| remembered::read(folder, &origin));
        let (kept, unreadable) = match kept.transpose() {
            Ok(kept) => (kept.flatten().map(|(_, opened)| opened), None),
            Err(fault) => (None, Some(fault)),
        };
        let (mut seen, mut root_then) = (false, None);
        reader.log(|at, line| {
            if let Some(record) = walk.step(at, Some(line)) {
                view.take(&record);
            }
            seen = true;
            if kept.as_ref().is_some_and(|kept| kept.size == walk.tree.size()) {
                root_then = Some(hex(&walk.tree.root()));
            }
            Ok(())
        })?;
        view.entries = walk.tree.size();
        let root = hex(&walk.tree.root());
        let mut faults = walk.faults;
        if let Some(fault) = unreadable {
            faults.add("checkpoint-unreadable", "checkpoint kept outside the store", fault);
        }
        if let Some(kept) = &kept {
            rolled_back(kept, view.entries, root_then.as_deref(), &mut faults);
        }
        if seen || checkpoint.is_some() {
            view.checkpoint =
                signed(reader, checkpoint.as_deref(), &origin, view.entries, &root, &mut faults);
        }
        view.faults = faults.into_told();
        Ok(view)
    }

    fn take(&mut self, entry: &Record) {
        let text = |name: &str| entry.body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        if entry.kind == Kind::LogPayloadRemoved {
            self.removed_at.insert(text("payload"), entry.seq);
            self.removed.insert(text("payload"), text("reason"));
            return;
        }
        let of_run =
            entry.kind.is_of_run() || matches!(entry.kind, Kind::LogHoldPlaced | Kind::LogHoldReleased);
        if !of_run {
            return;
        }
        let known = self.runs.entry(entry.run_id.clone()).or_default();
        match entry.kind {
            Kind::LogRunStarted => (known.started, known.started_at) = (true, Some(entry.seq)),
            Kind::LogRunFinished => (known.end, known.ended_at) = (end(&entry.body), Some(entry.seq)),
            Kind::LogRunImported => {
                (known.imported, known.started_at) = (true, Some(entry.seq));
                known.end = end(&entry.body);
            }
            Kind::LogRunPruned => known.pruned = true,
            Kind::LogHoldPlaced => known.hold = Some(text("reason")),
            Kind::LogHoldReleased => known.hold = None,
            _ => {}
        }
    }
}

pub(crate) fn end(body: &Value) -> Option<End> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(End { records: body.get("records")?.as_u64()?, head: text("head")?, root: text("root")? })
}

fn rolled_back(kept: &Opened, entries: u64, root_then: Option<&str>, faults: &mut Faults) {
    if kept.size > entries {
        let message = format!(
            "the log has {entries} entries, and had {} when it was last written on this machine: the store was put back to an earlier state, or entries {entries} to {} were cut off",
            kept.size,
            kept.size - 1
        );
        faults.add("rolled-back", "store", message);
    } else if root_then.is_some_and(|root| root != kept.root) {
        let message =
            format!("its first {} entries are not those that were there when it was last written", kept.size);
        faults.add("log-changed", "log", message);
    }
}

/// The checkpoint of the log must be what the entries come to, and signed by who signs here.
fn signed(
    reader: &Reader,
    checkpoint: Option<&str>,
    origin: &str,
    entries: u64,
    root: &str,
    faults: &mut Faults,
) -> Option<Opened> {
    let trust = &reader.store.trust;
    let Some(checkpoint) = checkpoint else {
        faults.add("checkpoint-missing", "log", "its checkpoint is not there");
        return None;
    };
    match trust.open(checkpoint) {
        Err(fault) => {
            faults.add("signature-invalid", "checkpoint of the log", fault);
            None
        }
        Ok(opened) => {
            if (opened.origin.as_str(), opened.size, opened.root.as_str()) != (origin, entries, root) {
                let message = format!("it is of {} entries, and not of these {entries}", opened.size);
                faults.add("log-changed", "checkpoint of the log", message);
            }
            super::unsigned(&opened, trust, "checkpoint of the log", faults);
            Some(opened)
        }
    }
}
