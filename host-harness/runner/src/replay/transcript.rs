//! The part of a trace that an agent had to do with.

use std::collections::{BTreeMap, VecDeque};

use ledger::{Kind, Reader, Record};
use serde_json::Value;

use super::{Difference, Over, ReplayError, matters};
use crate::{
    bindings::agennext::code_assist::types::Error,
    transcript::{Given, kept_under, restored},
};

/// What an agent said and was answered, in order.
pub struct Transcript {
    reader: Reader,
    run_id: String,
    steps: VecDeque<Step>,
    request_sha256: String,
    component: String,
    memory_bytes: u64,
    gone_through: u64,
    difference: Option<Difference>,
    /// What is not there any more that it needs.
    missing: Option<String>,
}

/// One thing that it said.
#[derive(Debug)]
pub(crate) struct Step {
    pub seq: u64,
    pub kind: Kind,
    pub body: Value,
    /// What it was answered, where that came to a record.
    pub answer: Option<Value>,
}

const MEMORY_BYTES: u64 = 512 * 1024 * 1024;

impl Transcript {
    /// Reads the transcript of a run.
    pub fn read(reader: Reader, run_id: &str) -> Result<Self, ReplayError> {
        let (mut steps, mut closed) = (VecDeque::new(), BTreeMap::new());
        let mut started = None;
        reader.records(run_id, |record| match record.kind {
            Kind::RunStarted => started = Some(record.body),
            Kind::CallClosed => {
                let opened = record.body.get("opened").and_then(Value::as_u64);
                let answer = record.body.get("answer").filter(|answer| kept_under(answer).is_some());
                closed.extend(opened.zip(answer.cloned()));
            }
            kind if matters(kind) => steps.push_back(step(record)),
            _ => {}
        })?;
        let unfit = |why: &str| ReplayError::Unfit { run_id: run_id.to_owned(), why: why.to_owned() };
        let started = started.ok_or_else(|| unfit("it has no first record"))?;
        let text = |name: &str| started.get(name).and_then(Value::as_str).map(str::to_owned);
        for step in steps.iter_mut().filter(|step| step.kind == Kind::CallOpened) {
            step.answer = closed.remove(&step.seq);
        }
        Ok(Self {
            run_id: run_id.to_owned(),
            steps,
            request_sha256: text("request").ok_or_else(|| unfit("its request is not named"))?,
            component: text("component").ok_or_else(|| unfit("its component is not named"))?,
            memory_bytes: started
                .pointer("/limits/memory_bytes")
                .and_then(Value::as_u64)
                .unwrap_or(MEMORY_BYTES),
            reader,
            gone_through: 0,
            difference: None,
            missing: None,
        })
    }

    /// What the agent was asked, byte for byte.
    pub fn request(&self) -> Result<String, ReplayError> {
        let unfit =
            || ReplayError::Unfit { run_id: self.run_id.clone(), why: "its request is not kept".to_owned() };
        let bytes = self.reader.payload(&self.run_id, &self.request_sha256)?.ok_or_else(unfit)?;
        String::from_utf8(bytes).map_err(|_| unfit())
    }

    /// The component, by its SHA-256.
    pub fn component(&self) -> &str {
        &self.component
    }

    pub(crate) fn memory_bytes(&self) -> u64 {
        self.memory_bytes
    }

    pub(crate) fn gone_through(&self) -> u64 {
        self.gone_through
    }

    pub(crate) fn missing(&self) -> Option<ReplayError> {
        let why = self.missing.clone()?;
        Some(ReplayError::Unfit { run_id: self.run_id.clone(), why })
    }

    pub(crate) fn take_difference(&mut self) -> Option<Difference> {
        self.difference.take()
    }

    /// The next step, which must be of these kinds and fit; else the replay is over.
    pub(crate) fn next(
        &mut self,
        kinds: &[Kind],
        told: impl FnOnce() -> String,
        fits: impl FnOnce(&Value) -> bool,
    ) -> wasmtime::Result<Step> {
        let Some(step) = self.steps.pop_front() else {
            return Err(Over::Ended.into());
        };
        // Where the run was stopped the agent went on saying things that nobody recorded.
        if step.kind == Kind::AgentEnded && step.body.get("stopped").is_some() {
            self.gone_through += 1;
            return Err(Over::Ended.into());
        }
        if kinds.contains(&step.kind) && fits(&step.body) {
            self.gone_through += 1;
            return Ok(step);
        }
        Err(self.differs(&step, told()).into())
    }

    fn differs(&mut self, step: &Step, replayed: String) -> Over {
        let difference = Difference { record: step.seq, recorded: describe(step), replayed };
        self.difference.get_or_insert(difference);
        Over::Differs
    }

    /// The answer that was given.
    pub(crate) fn answer<T: Given>(&mut self, step: &Step) -> wasmtime::Result<Result<T, Error>> {
        let told = step.answer.as_ref().filter(|told| kept_under(told).is_some());
        let Some(told) = told else {
            return Err(Over::Ended.into());
        };
        let hash = kept_under(told).unwrap_or_default();
        let bytes = self.reader.payload(&self.run_id, hash)?;
        match bytes.and_then(|bytes| restored(told, bytes)) {
            Some(answer) => Ok(answer),
            None if self.reader.was_removed(&self.run_id, hash)? => {
                self.missing = Some(format!("what record {} was answered was taken out", step.seq));
                Err(Over::Missing.into())
            }
            None => {
                Err(self.differs(step, format!("its answer `{hash}` is not kept, or not as it was")).into())
            }
        }
    }

    /// The agent gave its report.
    pub(crate) fn ends_with(&mut self, report: &str) -> Option<Difference> {
        let Some(step) = self.steps.pop_front() else { return self.difference.take() };
        let sha256 = policy::blob::sha256(report.as_bytes());
        let recorded = step.body.get("report_sha256").and_then(Value::as_str);
        if step.kind == Kind::AgentEnded && recorded == Some(sha256.as_str()) {
            self.gone_through += 1;
            return None;
        }
        Some(Difference {
            record: step.seq,
            recorded: describe(&step),
            replayed: format!("its report, {sha256}"),
        })
    }

    /// The agent did not come to a report.
    pub(crate) fn stops_with(&mut self, how: &str) -> Option<Difference> {
        let step = self.steps.pop_front()?;
        if step.kind == Kind::AgentEnded && step.body.get("stopped").is_some() {
            self.gone_through += 1;
            return None;
        }
        Some(Difference { record: step.seq, recorded: describe(&step), replayed: how.to_owned() })
    }
}

fn step(mut record: Record) -> Step {
    let answer = record.body.get_mut("answer").map(Value::take);
    Step { seq: record.seq, kind: record.kind, body: record.body, answer }
}

fn describe(step: &Step) -> String {
    let text = |name: &str| step.body.get(name).and_then(Value::as_str).unwrap_or_default();
    match step.kind {
        Kind::CallOpened => format!("{} {}", text("function"), step.body["arguments"]),
        Kind::CapabilityIssued | Kind::CapabilityRefused => format!("it asks for `{}`", text("operation")),
        Kind::AgentEnded => match step.body.get("report_sha256").and_then(Value::as_str) {
            Some(sha256) => format!("its report, {sha256}"),
            None => "it was stopped".to_owned(),
        },
        kind => kind.to_string(),
    }
}
