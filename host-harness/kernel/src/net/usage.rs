//! What an answer tells of its cost.

use policy::config::UsageConfig;
use serde_json::Value;

use super::meter::Usage;

/// A line of events that is longer tells nothing.
const LINE_BYTES_MAX: usize = 1024 * 1024;

/// Reads an answer as it comes, for what it cost.
#[derive(Debug)]
pub(super) struct Reader {
    config: UsageConfig,
    form: Form,
    input: Option<u64>,
    output: Option<u64>,
}

#[derive(Debug)]
enum Form {
    /// One JSON document.
    Document(Vec<u8>),
    /// Events, each with a document; the last that tells counts.
    Events { line: Vec<u8>, skips: bool },
}

impl Reader {
    pub(super) fn new(config: UsageConfig, content_type: &str) -> Self {
        let events = content_type.trim_start().to_ascii_lowercase().starts_with("text/event-stream");
        let form = match events {
            true => Form::Events { line: Vec::new(), skips: false },
            false => Form::Document(Vec::new()),
        };
        Self { config, form, input: None, output: None }
    }

    /// Takes more of the answer.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        match &mut self.form {
            Form::Document(document) => document.extend_from_slice(bytes),
            Form::Events { .. } => bytes.iter().for_each(|byte| self.push_byte(*byte)),
        }
    }

    fn push_byte(&mut self, byte: u8) {
        let Form::Events { line, skips } = &mut self.form else { return };
        match byte {
            b'\n' | b'\r' => {
                let whole = std::mem::take(line);
                if !std::mem::take(skips) {
                    self.read_event(&whole);
                }
            }
            _ if line.len() >= LINE_BYTES_MAX => {
                line.clear();
                *skips = true;
            }
            _ if *skips => {}
            _ => line.push(byte),
        }
    }

    fn read_event(&mut self, line: &[u8]) {
        let Some(data) = line.strip_prefix(b"data:") else { return };
        if let Ok(document) = serde_json::from_slice(data) {
            self.read(&document);
        }
    }

    fn read(&mut self, document: &Value) {
        let at = |pointer: &str| document.pointer(pointer).and_then(Value::as_u64);
        self.input = at(&self.config.input_tokens).or(self.input);
        self.output = at(&self.config.output_tokens).or(self.output);
    }

    /// What the answer cost, if it told both numbers.
    pub(super) fn finish(mut self) -> Option<Usage> {
        match std::mem::replace(&mut self.form, Form::Document(Vec::new())) {
            Form::Document(document) => {
                if let Ok(document) = serde_json::from_slice(&document) {
                    self.read(&document);
                }
            }
            Form::Events { line, .. } => self.read_event(&line),
        }
        Some(Usage { input_tokens: self.input?, output_tokens: self.output? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, text: &str) -> Option<(u64, u64)> {
        let config = UsageConfig {
            input_tokens: "/usage/in".to_owned(),
            output_tokens: "/usage/out".to_owned(),
            price_input_per_million: None,
            price_output_per_million: None,
        };
        let mut reader = Reader::new(config, content_type);
        text.as_bytes().chunks(3).for_each(|chunk| reader.push(chunk));
        reader.finish().map(|usage| (usage.input_tokens, usage.output_tokens))
    }

    #[test]
    fn a_document_tells_at_its_pointers() {
        for (text, expected) in [
            (r#"{"usage":{"in":3,"out":4}}"#, Some((3, 4))),
            (r#"{"usage":{"in":3}}"#, None),
            (r#"{"usage":{"in":-3,"out":4}}"#, None),
            (r#"{"usage":{"in":"3","out":4}}"#, None),
            ("not JSON", None),
            ("", None),
        ] {
            assert_eq!(read("application/json", text), expected, "{text}");
        }
    }

    #[test]
    fn of_events_the_last_that_tells_counts() {
        for (text, expected) in [
            (
                "data: {\"usage\":{\"in\":3,\"out\":1}}\n\ndata: {\"usage\":{\"out\":9}}\n\ndata: [DONE]\n\n",
                Some((3, 9)),
            ),
            ("event: x\r\ndata:{\"usage\":{\"in\":3,\"out\":1}}\r\n\r\n", Some((3, 1))),
            ("data: {\"usage\":{\"in\":3,\"out\":1}}", Some((3, 1))),
            ("data: {\"usage\":null}\n\n", None),
        ] {
            assert_eq!(read("text/event-stream; charset=utf-8", text), expected, "{text}");
        }
        let long =
            format!("data: {}\ndata: {{\"usage\":{{\"in\":1,\"out\":2}}}}\n", "x".repeat(LINE_BYTES_MAX));
        assert_eq!(read("text/event-stream", &long), Some((1, 2)));
    }
}
