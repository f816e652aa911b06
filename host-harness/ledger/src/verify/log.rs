//! The log of a store, read and verified once for all its runs.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use agent_contract::trace::{Kind, Record};
use serde_json::Value;

use super::{
    fault::{Fault, Faults},
    run::unsigned,
    walk::{Walk, places},
};
use crate::{LedgerError, Reader, chain::hex, note::Opened, remembered};

/// What the log knows of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub started: bool,
    pub end: Option<End>,
    /// Whether it came to its end in the log that it was written to.
    pub finished: bool,
    /// The statements about it, by name, and the hashes of their envelopes.
    pub statements: Option<BTreeMap<String, String>>,
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
        let remembered = Remembered::read(reader)?;
        reader.at_one_moment(|| Self::of(reader, &remembered))
    }

    /// The log, and how it stands to what is remembered of it.
    pub fn of(reader: &Reader, remembered: &Remembered) -> Result<Self, LedgerError> {
        let (mut view, mut walk) = (Self::default(), Walk::of_log());
        let kept = remembered.checkpoint.as_ref();
        let mut root_then = None;
        reader.log(|at, line| {
            if let Some(record) = walk.step(at, Some(line)) {
                view.take(&record);
            }
            if kept.is_some_and(|kept| kept.size == walk.tree.size()) {
                root_then = Some(hex(&walk.tree.root()));
            }
            Ok(())
        })?;
        view.entries = walk.tree.size();
        let mut faults = std::mem::take(&mut walk.faults);
        remembered.tell(view.entries, root_then.as_deref(), &mut faults);
        let checkpoint = reader.state("checkpoint")?;
        if view.entries > 0 || checkpoint.is_some() {
            view.checkpoint = signed(reader, checkpoint.as_deref(), &walk, &mut faults)?;
            continued(reader, &walk, &mut faults)?;
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
            Kind::LogRunFinished => {
                (known.end, known.ended_at) = (end(&entry.body), Some(entry.seq));
                known.finished = true;
                known.statements = statements(&entry.body);
            }
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

/// What the log names of the statements about a run.
pub(crate) fn statements(body: &Value) -> Option<BTreeMap<String, String>> {
    serde_json::from_value(body.get("statements")?.clone()).ok()
}

/// Whether something is a hash as it is spelt here.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

pub(crate) fn end(body: &Value) -> Option<End> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let end = End { records: body.get("records")?.as_u64()?, head: text("head")?, root: text("root")? };
    (is_sha256(&end.head) && is_sha256(&end.root)).then_some(end)
}

/// What is remembered of the log, in another place than the store.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    checkpoint: Option<Opened>,
    /// Where that is kept.
    file: Option<PathBuf>,
    /// What is wrong with what is remembered, or with the log's being another.
    fault: Option<Fault>,
}

impl Remembered {
    pub fn read(reader: &Reader) -> Result<Self, LedgerError> {
        let Some(folder) = reader.store.remembered() else { return Ok(Self::default()) };
        let origin = reader.origin()?;
        let other = remembered::other_at(folder, reader.store.root(), &origin);
        let replaced = other.map(|(file, before)| replaced(&file, &before, &origin));
        Ok(match remembered::read(folder, &origin) {
            Ok(kept) => Self {
                checkpoint: kept.map(|(_, opened)| opened),
                file: Some(remembered::path(folder, &origin)),
                fault: replaced,
            },
            Err(fault) => {
                let fault = Fault::new("checkpoint-unreadable", "checkpoint kept outside the store", fault);
                Self { fault: Some(fault), ..Self::default() }
            }
        })
    }

    fn tell(&self, entries: u64, root_then: Option<&str>, faults: &mut Faults) {
        if let Some(fault) = &self.fault {
            faults.add(fault.code, &fault.place, &fault.message);
        }
        if let Some(kept) = &self.checkpoint {
            let file = self.file.as_deref().unwrap_or(Path::new(""));
            rolled_back(kept, file, entries, root_then, faults);
        }
    }
}

fn replaced(file: &Path, before: &str, origin: &str) -> Fault {
    let now = match origin {
        "" => "there is none now".to_owned(),
        _ => format!("the log is `{}` now", origin.escape_debug()),
    };
    let message = format!(
        "the log `{}` was written here, and {now}: the store was emptied or replaced (who meant that removes `{}`)",
        before.escape_debug(),
        file.display()
    );
    Fault::new("rolled-back", "store", message)
}

fn rolled_back(kept: &Opened, file: &Path, entries: u64, root_then: Option<&str>, faults: &mut Faults) {
    let (size, file) = (kept.size, file.display());
    if size > entries {
        let message = format!(
            "the log has {entries} entries, and had {size} when it was last written on this machine: the store was put back to an earlier state, or entries {entries} to {} were cut off (who put it back from a copy removes `{file}`)",
            size - 1
        );
        faults.add("rolled-back", "store", message);
    } else if root_then.is_some_and(|root| root != kept.root) {
        let message = format!(
            "its first {size} entries are not those that were there when it was last written (who put it back from a copy removes `{file}`)"
        );
        faults.add("log-changed", "log", message);
    }
}

/// What the next entry would be added to must be what the entries come to.
fn continued(reader: &Reader, walk: &Walk, faults: &mut Faults) -> Result<(), LedgerError> {
    let (head, frontier) = (reader.state_bytes("head")?, reader.state_bytes("frontier")?);
    if head.as_deref() != Some(&walk.head.hash.0) || frontier != Some(walk.tree.to_bytes()) {
        let message = "what the store remembers as the end of its log is not what the entries come to";
        faults.add("log-changed", "end of the log", message);
    }
    Ok(())
}

/// The checkpoint of the log must be what the entries come to, and signed by who signs here.
fn signed(
    reader: &Reader,
    checkpoint: Option<&str>,
    walk: &Walk,
    faults: &mut Faults,
) -> Result<Option<Opened>, LedgerError> {
    const PLACE: &str = "checkpoint of the log";
    let (trust, entries) = (&reader.store.trust, walk.tree.size());
    let Some(checkpoint) = checkpoint else {
        faults.add("checkpoint-missing", "log", "its checkpoint is not there");
        return Ok(None);
    };
    let opened = match trust.open(checkpoint) {
        Ok(opened) => opened,
        Err(fault) => {
            faults.add("signature-invalid", PLACE, fault);
            return Ok(None);
        }
    };
    if opened.size > walk.head.seq {
        let place = places("log entry", walk.head.seq, opened.size - 1);
        faults.add(
            "record-missing",
            place,
            format!("not there, and the checkpoint is of {} entries", opened.size),
        );
    }
    if (&opened.origin, opened.size, &opened.root) != (&reader.origin()?, entries, &hex(&walk.tree.root())) {
        let message = format!("it is of {} entries, and not of these {entries}", opened.size);
        faults.add("log-changed", PLACE, message);
    }
    if !opened.is_all_of(checkpoint) {
        faults.add("log-changed", PLACE, "it says more than a checkpoint does");
    }
    unsigned(&opened, trust, PLACE, faults);
    Ok(Some(opened))
}
