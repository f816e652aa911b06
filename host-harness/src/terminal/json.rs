use super::out::say;
use agent_contract::event::{Event, EventName};
use runner::Events;
use serde_json::json;

/// Events as lines of JSON on standard output.
pub(crate) struct Lines;

impl Events for Lines {
    fn wants(&self, _: EventName) -> bool {
        true
    }

    fn take(&mut self, event: &Event) {
        say!("{}", json!(event));
    }
}
