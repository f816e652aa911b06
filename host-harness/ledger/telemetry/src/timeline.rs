//! The records of a run as spans of time: passes, and what was opened and closed.

use std::collections::BTreeMap;

use ledger::{Kind, Record};
use serde_json::Value;

use crate::{known, read};

/// What a record opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Opened {
    Call,
    Placement,
    Publication,
    Notice,
}

impl Opened {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Placement => "placement",
            Self::Publication => "publication",
            Self::Notice => "notice",
        }
    }

    fn by(kind: Kind) -> Option<Self> {
        match kind {
            Kind::CallOpened => Some(Self::Call),
            Kind::PlacementOpened => Some(Self::Placement),
            Kind::PublicationOpened => Some(Self::Publication),
            Kind::NoticeOpened => Some(Self::Notice),
            _ => None,
        }
    }

    fn closed_by(kind: Kind) -> Option<Self> {
        match kind {
            Kind::CallClosed => Some(Self::Call),
            Kind::PlacementClosed => Some(Self::Placement),
            Kind::PublicationClosed => Some(Self::Publication),
            Kind::NoticeClosed => Some(Self::Notice),
            _ => None,
        }
    }
}

/// How something that was opened ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ending {
    Done,
    /// Done, and the answer not given.
    Withheld,
    Refused,
    Failed,
    /// Never closed.
    Interrupted,
}

impl Ending {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Withheld => "withheld",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// Something that was opened, and closed unless the run ended before.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) what: Opened,
    pub(crate) opened: &'a Record,
    pub(crate) closed: Option<&'a Record>,
    /// The pass that it belongs to.
    pub(crate) pass: Option<usize>,
}

impl Entry<'_> {
    /// What the closing record says; nothing where there is none.
    pub(crate) fn closing(&self) -> &Value {
        self.closed.map_or(&Value::Null, |record| &record.body)
    }

    pub(crate) fn function(&self) -> Option<&str> {
        read::word(&self.opened.body, "/function")
    }

    pub(crate) fn is_call_of(&self, function: &str) -> bool {
        self.what == Opened::Call && self.function() == Some(function)
    }

    /// The binding of the model that a call asks.
    pub(crate) fn model_binding(&self) -> Option<&str> {
        read::text(&self.opened.body, "/arguments/binding")
            .filter(|binding| self.is_call_of("network.invoke") && binding.starts_with("model."))
    }

    pub(crate) fn ending(&self) -> Ending {
        let closing = self.closing();
        let has = |field: &str| closing.get(field).is_some_and(|value| !value.is_null());
        match () {
            () if self.closed.is_none() => Ending::Interrupted,
            () if has("refused") => Ending::Refused,
            () if has("failed") => Ending::Failed,
            () if has("withheld") => Ending::Withheld,
            () => Ending::Done,
        }
    }

    /// Why it was not done.
    pub(crate) fn code(&self) -> Option<&str> {
        let closing = self.closing();
        match self.ending() {
            Ending::Refused => read::word(closing, "/refused")
                .or_else(|| read::word(&self.opened.body, "/decision/refusal/code")),
            Ending::Failed => read::word(closing, "/failed/code"),
            Ending::Withheld => read::word(closing, "/withheld"),
            Ending::Interrupted => Some("interrupted"),
            Ending::Done => None,
        }
    }

    /// Bytes that the agent was given.
    pub(crate) fn bytes_given(&self) -> Option<u64> {
        let closing = self.closing();
        read::count(closing, "/done/bytes").or_else(|| read::count(closing, "/done/state/bytes"))
    }

    /// Bytes that the agent handed over to be written.
    pub(crate) fn bytes_taken(&self) -> Option<u64> {
        let changes = read::list(&self.opened.body, "/arguments/changes");
        (!changes.is_empty()).then(|| read::sum(changes, "/bytes"))
    }

    pub(crate) fn duration_ms(&self, last_ms: u64) -> u64 {
        self.end_ms(last_ms).saturating_sub(self.opened.time_ms)
    }

    pub(crate) fn end_ms(&self, last_ms: u64) -> u64 {
        self.closed.map_or(last_ms, |record| record.time_ms).max(self.opened.time_ms)
    }
}

/// A step of the agent's work, from its call of `audit.progress` to the next one.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    pub(crate) first: &'a Record,
    pub(crate) end_ms: u64,
}

impl Pass<'_> {
    pub(crate) fn name(&self) -> &'static str {
        known::one_of(known::PASSES, self.told())
    }

    /// The name as the agent gave it.
    pub(crate) fn told(&self) -> Option<&str> {
        read::text(&self.first.body, "/arguments/pass")
    }

    pub(crate) fn duration_ms(&self) -> u64 {
        self.end_ms.saturating_sub(self.first.time_ms)
    }
}

/// A run, in the order of its records.
#[derive(Debug, Default)]
pub(crate) struct Timeline<'a> {
    pub(crate) started: Option<&'a Record>,
    pub(crate) finished: Option<&'a Record>,
    pub(crate) first_ms: u64,
    pub(crate) last_ms: u64,
    pub(crate) passes: Vec<Pass<'a>>,
    pub(crate) entries: Vec<Entry<'a>>,
    by_seq: BTreeMap<u64, usize>,
    pass: Option<usize>,
}

impl<'a> Timeline<'a> {
    pub(crate) fn of(records: &'a [Record]) -> Self {
        let first_ms = records.first().map_or(0, |record| record.time_ms);
        let last_ms = records.iter().map(|record| record.time_ms).fold(first_ms, u64::max);
        let mut timeline = Self { first_ms, last_ms, ..Self::default() };
        records.iter().for_each(|record| timeline.take(record));
        timeline.end_pass(last_ms);
        timeline
    }

    /// What the first record says; nothing where it is lost.
    pub(crate) fn opening(&self) -> &Value {
        self.started.map_or(&Value::Null, |record| &record.body)
    }

    /// How the run ended; nothing where it did not.
    pub(crate) fn outcome(&self) -> Option<&str> {
        self.finished.and_then(|record| read::word(&record.body, "/outcome"))
    }

    pub(crate) fn duration_ms(&self) -> u64 {
        self.last_ms.saturating_sub(self.first_ms)
    }

    pub(crate) fn calls(&self) -> impl Iterator<Item = &Entry<'a>> {
        self.entries.iter().filter(|entry| entry.what == Opened::Call)
    }

    fn take(&mut self, record: &'a Record) {
        match record.kind {
            Kind::RunStarted => self.started = self.started.or(Some(record)),
            Kind::RunFinished => self.finished = Some(record),
            Kind::AgentEnded | Kind::AgentPanicked => self.end_pass(record.time_ms),
            kind => match (Opened::by(kind), Opened::closed_by(kind)) {
                (Some(what), _) => self.open(what, record),
                (_, Some(what)) => self.close(what, record),
                _ => {}
            },
        }
    }

    fn open(&mut self, what: Opened, record: &'a Record) {
        let entry = Entry { what, opened: record, closed: None, pass: None };
        if entry.is_call_of("audit.progress") && read::flag(&record.body, "/decision/allow") == Some(true) {
            self.end_pass(record.time_ms);
            self.pass = Some(self.passes.len());
            self.passes.push(Pass { first: record, end_ms: record.time_ms });
        }
        let pass = self.pass.filter(|_| what == Opened::Call);
        self.by_seq.insert(record.seq, self.entries.len());
        self.entries.push(Entry { pass, ..entry });
    }

    /// Closes what a record names. One that names nothing, or something else, closes nothing.
    fn close(&mut self, what: Opened, record: &'a Record) {
        let opened = read::count(&record.body, "/opened").and_then(|seq| self.by_seq.get(&seq));
        let entry = opened.and_then(|at| self.entries.get_mut(*at));
        if let Some(entry) = entry.filter(|entry| entry.what == what) {
            entry.closed = entry.closed.or(Some(record));
        }
    }

    fn end_pass(&mut self, end_ms: u64) {
        if let Some(pass) = self.pass.take().and_then(|at| self.passes.get_mut(at)) {
            pass.end_ms = end_ms.max(pass.first.time_ms);
        }
    }
}

/// Why a capability was refused: by the decision, or because it no longer held.
pub(crate) fn refusal_code(body: &Value) -> Option<&str> {
    read::word(body, "/refusal/code").or_else(|| read::word(body, "/code"))
}
