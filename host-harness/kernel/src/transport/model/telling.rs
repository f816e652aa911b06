//! From the events of an answer to the text that the person hears.

use serde_json::Value;

use super::{envelope::Told, events::Events, person::Person};

/// Takes an answer as it comes, and tells what of it is for the person.
#[derive(Debug)]
pub(super) struct Telling {
    told: Vec<Told>,
    events: Events,
    person: Person,
}

impl Telling {
    pub(super) fn new(told: Vec<Told>) -> Self {
        Self { told, events: Events::default(), person: Person::default() }
    }

    pub(super) fn push(&mut self, piece: &[u8], hear: &mut (dyn FnMut(&str) + Send)) {
        let Self { told, events, person } = self;
        events.push(piece, |data| tell(told, person, data, hear));
    }

    pub(super) fn finish(&mut self, hear: &mut (dyn FnMut(&str) + Send)) {
        let Self { told, events, person } = self;
        events.finish(|data| tell(told, person, data, hear));
    }
}

/// What is no JSON has no text: the mark at the end of some streams, say.
fn tell(told: &[Told], person: &mut Person, data: &[u8], hear: &mut (dyn FnMut(&str) + Send)) {
    let Ok(event) = serde_json::from_slice::<Value>(data) else { return };
    for text in told.iter().filter_map(|told| told.text(&event)) {
        let clean = person.clean(text);
        if !clean.is_empty() {
            hear(&clean);
        }
    }
}
