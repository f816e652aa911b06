//! Events sent by a server, out of the whole text of them.

use agent_contract::fault::shown;
use serde_json::Value;

use super::Fault;

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Event {
    /// `[DONE]`: no more of them come.
    Done,
    /// A document, and the name that it came under.
    Said {
        /// The name, empty where it has none.
        name: String,
        /// The document.
        value: Value,
    },
}

/// Whether a text without a type looks like events.
pub(super) fn is_stream(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    ["data:", "event:", ":", "id:", "retry:"].iter().any(|start| text.starts_with(start))
}

/// The events of a text, in order. Of a last one that is not finished nothing can be told
/// but that the answer broke off.
pub(super) fn events(text: &str, is_cut: bool) -> Result<Vec<Event>, Fault> {
    let raw = split(text);
    let last = raw.len();
    let events = raw.into_iter().enumerate().map(|(at, raw)| {
        let may_be_part = !raw.is_ended || (is_cut && at + 1 == last);
        raw.read(may_be_part)
    });
    events.collect()
}

#[derive(Default)]
struct Raw {
    name: String,
    data: Option<String>,
    is_ended: bool,
}

impl Raw {
    fn line(&mut self, line: &str) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => match &mut self.data {
                Some(data) => data.extend(["\n", value]),
                None => self.data = Some(value.to_owned()),
            },
            // A comment has no name; `id` and `retry` are for those who connect again.
            _ => {}
        }
    }

    fn read(self, may_be_part: bool) -> Result<Event, Fault> {
        let data = self.data.unwrap_or_default();
        if data.trim() == "[DONE]" {
            return Ok(Event::Done);
        }
        match serde_json::from_str(&data) {
            Ok(value) => Ok(Event::Said { name: self.name, value }),
            Err(_) if may_be_part => Err(Fault::cut_off("its last event is not whole")),
            Err(error) => {
                let shown = shown(&data);
                Err(Fault::malformed(format!(
                    "an event of the model's answer is no JSON: {error}: `{shown}`"
                )))
            }
        }
    }
}

fn split(text: &str) -> Vec<Raw> {
    let mut events = Vec::new();
    let mut open = Raw::default();
    for line in lines(text.strip_prefix('\u{feff}').unwrap_or(text)) {
        if !line.is_empty() {
            open.line(line);
        } else if open.data.is_some() {
            events.push(Raw { is_ended: true, ..std::mem::take(&mut open) });
        } else {
            // Without data it is no event, whatever its name.
            open = Raw::default();
        }
    }
    events.extend(open.data.is_some().then_some(open));
    events
}

/// Lines that end in CRLF, LF or CR.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(['\r', '\n']).unwrap_or(rest.len());
        let (line, after) = rest.split_at(end);
        rest = after.strip_prefix("\r\n").or_else(|| after.strip_prefix(['\r', '\n'])).unwrap_or(after);
        Some(line)
    })
}
