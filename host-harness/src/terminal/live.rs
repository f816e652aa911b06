use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use agent_contract::event::{Event, EventName};
use indicatif::{ProgressBar, ProgressStyle};
use runner::{Events, event::Hear};

use super::{line, style};

/// What a model says without the end of a line is shown after so many characters.
const LINE_CHARS_MAX: usize = 100;

/// What goes on right now, on the last line of a terminal, with what a model says above
/// it; nothing in a pipe.
pub(crate) struct Live {
    bar: ProgressBar,
    said: Arc<Mutex<String>>,
}

impl Live {
    pub fn new() -> Self {
        // Hidden by itself where standard error is no terminal.
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            bar.set_style(style);
        }
        Self { bar, said: Arc::default() }
    }

    /// What is on the last line, for others who want to write there.
    pub fn bar(&self) -> ProgressBar {
        self.bar.clone()
    }

    /// Shows what is left of what was said.
    fn flush(&self) {
        let rest = std::mem::take(&mut *self.said.lock().unwrap_or_else(PoisonError::into_inner));
        if !rest.trim().is_empty() {
            show(&self.bar, &rest);
        }
    }
}

fn show(bar: &ProgressBar, text: &str) {
    bar.println(format!("  {}{}{}", style::FAINT, line(text.trim_end()), style::RESET));
}

/// The lines that are whole, or long enough.
fn lines(said: &mut String) -> Vec<String> {
    let mut whole = Vec::new();
    loop {
        let end = said.find('\n').map(|end| end + 1);
        let long = || said.char_indices().nth(LINE_CHARS_MAX).map(|(end, _)| end);
        let Some(end) = end.or_else(long) else { return whole };
        whole.push(said.drain(..end).collect());
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
        self.flush();
        match event.event {
            EventName::PassStarted => self.bar.set_message(text("pass")),
            EventName::RunFinished => return self.bar.finish_and_clear(),
            _ => {}
        }
        self.bar.enable_steady_tick(Duration::from_millis(100));
    }

    fn hear(&self) -> Option<Hear> {
        if self.bar.is_hidden() {
            return None;
        }
        let (bar, said) = (self.bar.clone(), self.said.clone());
        Some(Arc::new(move |text: &str| {
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            said.push_str(text);
            lines(&mut said).iter().for_each(|text| show(&bar, text));
        }))
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.flush();
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_lines_are_shown_and_the_rest_waits() {
        let mut said = "one\ntwo\nthr".to_owned();
        assert_eq!(lines(&mut said), ["one\n", "two\n"]);
        assert_eq!(said, "thr");
        let mut long = "ä".repeat(LINE_CHARS_MAX + 1);
        assert_eq!(lines(&mut long).len(), 1);
        assert_eq!(long, "ä");
    }
}
