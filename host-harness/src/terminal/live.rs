use std::time::Duration;

use agent_contract::event::{Event, EventName};
use indicatif::{ProgressBar, ProgressStyle};
use runner::Events;

use super::line;

/// What goes on right now, on the last line of a terminal; nothing in a pipe.
pub(crate) struct Live {
    bar: ProgressBar,
}

impl Live {
    pub fn new() -> Self {
        // Hidden by itself where standard error is no terminal.
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// What is on the last line, for others who want to write there.
    pub fn bar(&self) -> ProgressBar {
        self.bar.clone()
    }
}

impl Events for Live {
    fn wants(&self, name: EventName) -> bool {
        let wanted = matches!(name, EventName::PassStarted | EventName::RunFinished);
        wanted && !self.bar.is_hidden()
    }

    fn take(&mut self, event: &Event) {
        let text =
            |name: &str| event.details.get(name).and_then(|text| text.as_str()).map(line).unwrap_or_default();
        match event.event {
            EventName::PassStarted => self.bar.set_message(text("pass")),
            EventName::RunFinished => return self.bar.finish_and_clear(),
            _ => {}
        }
        self.bar.enable_steady_tick(Duration::from_millis(100));
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
