//! The steps of a run in the order in which they began, by pass. Of a long run the first are
//! kept, and those that something is wrong with.

use std::collections::BTreeMap;

use ledger::Record;

use super::NOTHING;
use crate::look::Look;
use serde_json::Value;

/// Steps that are kept whatever came of them, and with those that something is wrong with.
const PLAIN_MAX: usize = 2_500;
const STEPS_MAX: usize = 3_000;
const PASSES_MAX: usize = 200;

/// A call, or anything else that was recorded.
pub(crate) struct Step<'a> {
    pub record: &'a Record,
    /// The record that says what came of it.
    pub closed: Option<&'a Record>,
    pass: usize,
}

/// What went on from when the agent said that a pass begins to when the next one does.
#[derive(Default)]
pub(crate) struct Pass<'a> {
    pub name: &'a str,
    pub started_ms: u64,
    pub ended_ms: u64,
    pub calls: u64,
    pub refused: u64,
    pub failed: u64,
    /// Steps in all, and those that are kept.
    pub count: usize,
    pub steps: Vec<Step<'a>>,
}

/// The passes of a run.
#[derive(Default)]
pub(crate) struct Steps<'a> {
    pub passes: Vec<Pass<'a>>,
    pub calls: u64,
}

impl<'a> Step<'a> {
    /// Whether the step is one whose end is recorded too.
    pub fn is_opened(&self) -> bool {
        self.record.kind.as_str().ends_with(".opened")
    }

    pub fn refused(&self) -> bool {
        let refused_later = self.closed.is_some_and(|closed| !closed.body.at("refused").is_null());
        let withheld = self.closed.is_some_and(|closed| !closed.body.at("withheld").is_null());
        let decided = self.record.kind.as_str() == "call.opened" && !self.record.body.is("decision.allow");
        refused_later || withheld || decided || self.record.kind.as_str() == "capability.refused"
    }

    pub fn failed(&self) -> bool {
        let panicked = self.record.kind.as_str() == "agent.panicked";
        panicked || self.closed.is_some_and(|closed| !closed.body.at("failed").is_null())
    }

    pub fn left_open(&self) -> bool {
        self.is_opened() && self.closed.is_none()
    }

    fn is_trouble(&self) -> bool {
        self.refused() || self.failed() || self.left_open()
    }

    /// What came of it.
    pub fn closing(&self) -> &'a Value {
        self.closed.map_or(&NOTHING, |closed| &closed.body)
    }

    pub fn ended_ms(&self) -> Option<u64> {
        self.closed.map(|closed| closed.time_ms)
    }
}

/// Reads records into steps.
#[derive(Default)]
pub(crate) struct Reader<'a> {
    steps: Steps<'a>,
    open: BTreeMap<u64, Step<'a>>,
    kept: usize,
}

impl<'a> Reader<'a> {
    pub fn take(&mut self, record: &'a Record) {
        match record.kind.as_str() {
            "run.started" => self.enter("capabilities", record),
            "call.opened" if record.body.text("function") == "audit.progress" => {
                self.enter(record.body.text("arguments.pass"), record);
            }
            "agent.ended" => self.enter("the Runner's own judgement", record),
            _ => {}
        }
        if self.steps.passes.is_empty() {
            self.enter("", record);
        }
        match record.body.number("opened").and_then(|seq| self.open.remove(&seq)) {
            Some(step) => self.finish(Step { closed: Some(record), ..step }),
            None => self.begin(Step { record, closed: None, pass: self.steps.passes.len() - 1 }),
        }
    }

    /// A pass begins, and the one before is over.
    fn enter(&mut self, name: &'a str, record: &Record) {
        let passes = &mut self.steps.passes;
        if let Some(last) = passes.last_mut() {
            last.ended_ms = record.time_ms;
        }
        match passes.len() < PASSES_MAX {
            true => passes.push(Pass { name, started_ms: record.time_ms, ..Pass::default() }),
            false => passes[PASSES_MAX - 1].name = "further passes",
        }
    }

    fn begin(&mut self, step: Step<'a>) {
        match step.is_opened() {
            true => drop(self.open.insert(step.record.seq, step)),
            false => self.finish(step),
        }
    }

    fn finish(&mut self, step: Step<'a>) {
        let is_call = step.record.kind.as_str() == "call.opened";
        self.steps.calls += u64::from(is_call);
        let pass = &mut self.steps.passes[step.pass];
        pass.calls += u64::from(is_call);
        pass.refused += u64::from(step.refused());
        pass.failed += u64::from(step.failed());
        pass.count += 1;
        let max = if step.is_trouble() { STEPS_MAX } else { PLAIN_MAX };
        if self.kept < max {
            self.kept += 1;
            pass.steps.push(step);
        }
    }

    /// The steps, in the order in which they began.
    pub fn end(mut self, ended_ms: u64) -> Steps<'a> {
        for step in std::mem::take(&mut self.open).into_values() {
            self.finish(step);
        }
        if let Some(last) = self.steps.passes.last_mut() {
            last.ended_ms = ended_ms;
        }
        self.steps.passes.iter_mut().for_each(|pass| pass.steps.sort_by_key(|step| step.record.seq));
        self.steps
    }
}
