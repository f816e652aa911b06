//! Events on their way out: to the terminal, to a pipe, to a service.

use std::sync::Arc;

use agent_contract::event::{Event, EventName};
use serde_json::Value;

/// Takes the events of a run, in order.
pub trait Events: Send {
    /// Whether anybody wants events of this name. Those that nobody wants are not made.
    fn wants(&self, name: EventName) -> bool;

    /// Takes an event.
    fn take(&mut self, event: &Event);

    /// What models say to the person while they say it; nobody hears it by default.
    fn hear(&self) -> Option<Hear> {
        None
    }
}

/// Takes what a model says, piece by piece. It is a stranger's text.
pub type Hear = Arc<dyn Fn(&str) + Send + Sync>;

/// Takes no events.
pub struct Silent;

impl Events for Silent {
    fn wants(&self, _: EventName) -> bool {
        false
    }

    fn take(&mut self, _: &Event) {}
}

/// What takes out of an event what nobody may be told.
pub(crate) type Clean = Box<dyn Fn(&mut Value) + Send>;

/// Numbers the events of a run.
pub(crate) struct Emitter {
    run_id: String,
    seq: u64,
    events: Box<dyn Events>,
    clean: Option<Clean>,
    /// What is told as soon as the records that it tells of are in the store.
    held: Vec<Event>,
    holds: bool,
}

impl Emitter {
    /// `clean` takes out of every event what nobody may be told.
    pub fn new(run_id: String, events: Box<dyn Events>, clean: Option<Clean>) -> Self {
        Self { run_id, seq: 0, events, clean, held: Vec::new(), holds: false }
    }

    /// Who hears what models say.
    pub fn hear(&self) -> Option<Hear> {
        self.events.hear()
    }

    /// Tells what happened. `details` is an object, made only when somebody wants it.
    pub fn emit(&mut self, name: EventName, details: impl FnOnce() -> Value) {
        let seq = self.seq;
        self.seq += 1;
        if !self.events.wants(name) {
            return;
        }
        let mut details = details();
        self.clean.iter().for_each(|clean| clean(&mut details));
        let details = match details {
            Value::Object(fields) => fields,
            other => [("value".to_owned(), other)].into_iter().collect(),
        };
        let time_ms = kernel::clock::now_ms();
        let event = Event { seq, run_id: self.run_id.clone(), time_ms, event: name, details };
        match self.holds {
            true => self.held.push(event),
            false => self.events.take(&event),
        }
    }

    /// Holds what happens from now on: its record is not in the store yet.
    pub fn hold(&mut self) {
        self.holds = true;
    }

    /// Lets out what was held.
    pub fn flush(&mut self) {
        self.holds = false;
        for event in self.held.drain(..) {
            self.events.take(&event);
        }
    }
}
