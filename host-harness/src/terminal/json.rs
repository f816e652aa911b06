use super::out::say;
use agent_contract::{
    event::{Event, EventName},
    fault::is_unseen,
};
use runner::Events;
use serde_json::json;

/// Events as lines of JSON on standard output.
pub(crate) struct Lines;

impl Events for Lines {
    fn wants(&self, _: EventName) -> bool {
        true
    }

    fn take(&mut self, event: &Event) {
        say!("{}", seen(&json!(event).to_string()));
    }
}

/// The same JSON without a character that moves a terminal's cursor or hides its text.
fn seen(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut seen, c| {
        match c.is_control() || is_unseen(c) {
            true => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| seen += &format!("\\u{unit:04x}")),
            false => seen.push(c),
        }
        seen
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_seen_is_written_out_and_means_the_same() {
        let value = json!({ "a\u{9b}": "\u{1b}[31m\u{202e}ä\u{e0041}\u{7f}\n" });
        let text = seen(&value.to_string());
        assert!(!text.chars().any(|c| c.is_control() || is_unseen(c)), "{text:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
