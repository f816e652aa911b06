//! The records, read once from the first to the last, as what the page speaks of.

mod capabilities;
mod decisions;
mod steps;

use ledger::Record;
use serde_json::Value;

pub(crate) use capabilities::{Capabilities, Issued};
pub(crate) use decisions::{Decided, Decisions, Point};
pub(crate) use steps::{Pass, Step, Steps};

use crate::{Run, look::Look};

/// What stands for a document that is not there.
pub(crate) static NOTHING: Value = Value::Null;

/// Items that are kept of what a trace can hold any number of.
const KEPT_MAX: usize = 2_000;

/// What happened, in order.
pub(crate) struct Account<'a> {
    pub run_id: &'a str,
    pub started_ms: u64,
    pub ended_ms: u64,
    /// The body of the first record.
    pub started: &'a Value,
    /// The body of the last record of a run that is over.
    pub finished: &'a Value,
    /// The agent's end.
    pub ended: &'a Value,
    pub request: Value,
    pub setting: Value,
    pub result: Value,
    /// Whether the records name a result, be it there or not.
    pub result_named: bool,
    pub diff: String,
    pub capabilities: Capabilities<'a>,
    pub steps: Steps<'a>,
    pub decisions: Decisions<'a>,
    pub seen: Seen<'a>,
}

/// What the records themselves say of checks, gates and files: all there is where a run came to
/// no result.
#[derive(Default)]
pub(crate) struct Seen<'a> {
    pub checks: Vec<&'a Value>,
    pub gates: Vec<&'a Value>,
    pub operations: Vec<&'a Value>,
    pub panics: Vec<&'a Value>,
}

impl<'a> Account<'a> {
    pub fn read(run: &Run<'a>) -> Self {
        let mut account = Self::begun(run.records);
        let mut steps = steps::Reader::default();
        for record in run.records {
            account.take(record);
            steps.take(record);
        }
        account.steps = steps.end(account.ended_ms);
        account.follow(run.payload);
        account
    }

    fn begun(records: &'a [Record]) -> Self {
        Self {
            run_id: records.first().map_or("", |record| &record.run_id),
            started_ms: records.first().map_or(0, |record| record.time_ms),
            ended_ms: records.iter().map(|record| record.time_ms).max().unwrap_or(0),
            started: &NOTHING,
            finished: &NOTHING,
            ended: &NOTHING,
            request: Value::Null,
            setting: Value::Null,
            result: Value::Null,
            result_named: false,
            diff: String::new(),
            capabilities: Capabilities::default(),
            steps: Steps::default(),
            decisions: Decisions::default(),
            seen: Seen::default(),
        }
    }

    fn take(&mut self, record: &'a Record) {
        let body = &record.body;
        match record.kind.as_str() {
            "run.started" => self.started = body,
            "run.finished" => self.finished = body,
            "run.result" => self.result_named = true,
            "agent.ended" => self.ended = body,
            _ => self.seen.take(record),
        }
        self.capabilities.take(record);
        self.decisions.take(record);
        if record.kind.as_str() == "run.result" {
            self.result = Value::String(body.text("result").to_owned());
        }
    }

    /// Reads what the records name by its hash.
    fn follow(&mut self, payload: &dyn Fn(&str) -> Option<Vec<u8>>) {
        let document = |hash: &str| -> Value {
            let bytes = payload(hash).filter(|_| !hash.is_empty());
            bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
        };
        self.request = document(self.started.text("request"));
        self.setting = document(self.started.text("setting"));
        self.result = self.result.as_str().map(document).unwrap_or_default();
        self.diff = self.diff_of(payload);
    }

    /// The change as the result tells it, else as the artifact does.
    fn diff_of(&self, payload: &dyn Fn(&str) -> Option<Vec<u8>>) -> String {
        let told = self.result.text("diff");
        let artifact = self.result.list("artifacts").iter().find(|one| one.text("name") == "change.diff");
        match (told, artifact) {
            ("", Some(artifact)) => {
                let bytes = payload(artifact.text("sha256")).unwrap_or_default();
                String::from_utf8_lossy(&bytes).into_owned()
            }
            _ => told.to_owned(),
        }
    }

    /// How the run ended: as the result says, else as the last record does.
    pub fn outcome(&self) -> &str {
        match self.result.text("outcome") {
            "" => self.finished.text("outcome"),
            outcome => outcome,
        }
    }

    pub fn checks(&self) -> Vec<&Value> {
        self.told("checks", &self.seen.checks)
    }

    pub fn gates(&self) -> Vec<&Value> {
        self.told("gates", &self.seen.gates)
    }

    /// The files that the run changed; of a run without a result, its operations.
    pub fn changed(&self) -> Vec<&Value> {
        self.told("changed_files", &self.seen.operations)
    }

    fn told<'b>(&'b self, name: &str, seen: &[&'b Value]) -> Vec<&'b Value> {
        match self.result.is_object() {
            true => self.result.list(name).iter().collect(),
            false => seen.to_vec(),
        }
    }
}

impl<'a> Seen<'a> {
    fn take(&mut self, record: &'a Record) {
        match record.kind.as_str() {
            "gate.finished" => keep(&mut self.gates, [&record.body]),
            "agent.panicked" => keep(&mut self.panics, [&record.body]),
            "call.closed" => {
                keep(&mut self.checks, record.body.list("done.checks"));
                keep(&mut self.operations, record.body.list("operations"));
            }
            _ => {}
        }
    }
}

/// Adds what there is room for.
fn keep<'a>(kept: &mut Vec<&'a Value>, more: impl IntoIterator<Item = &'a Value>) {
    let room = KEPT_MAX.saturating_sub(kept.len());
    kept.extend(more.into_iter().take(room));
}
