//! What an answer tells of its cost.

use policy::config::{CachedTokens, Pointers, UsageConfig};
use serde_json::Value;

use super::meter::Usage;

/// A line of events that is longer tells nothing.
const LINE_BYTES_MAX: usize = 1024 * 1024;

/// Reads an answer as it comes, for what it cost.
#[derive(Debug)]
pub(super) struct Reader {
    config: UsageConfig,
    form: Form,
    told: Told,
    /// Whether anything of it was no complaint.
    answers: bool,
    complains: bool,
}

/// The numbers that were told, each the last time that it was.
#[derive(Debug, Default)]
struct Told {
    input: Option<u64>,
    output: Option<u64>,
    total: Option<u64>,
    cached: Option<u64>,
    written: Option<u64>,
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
        Self { config, form, told: Told::default(), answers: false, complains: false }
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
        let complains = document.get("error").is_some_and(|error| !error.is_null());
        self.complains |= complains;
        self.answers |= document.is_object() && !complains;
        hear(document, &self.config.input_tokens, &mut self.told.input);
        hear(document, &self.config.output_tokens, &mut self.told.output);
        hear(document, &self.config.total_tokens, &mut self.told.total);
        hear(document, &self.config.cached_input_tokens, &mut self.told.cached);
        hear(document, &self.config.written_input_tokens, &mut self.told.written);
    }

    /// The tokens that were sent, as far as that is told by now.
    pub(super) fn input(&self) -> Option<u64> {
        self.told.usage(self.config.cached).map(|usage| usage.input_tokens)
    }

    /// What the answer cost, if it told both numbers, and whether it was one.
    pub(super) fn finish(mut self) -> (Option<Usage>, bool) {
        match std::mem::replace(&mut self.form, Form::Document(Vec::new())) {
            Form::Document(document) => {
                if let Ok(document) = serde_json::from_slice(&document) {
                    self.read(&document);
                }
            }
            Form::Events { line, .. } => self.read_event(&line),
        }
        (self.told.usage(self.config.cached), self.answers && !self.complains)
    }
}

/// Hears a number at the first place that has one.
fn hear(document: &Value, at: &Pointers, told: &mut Option<u64>) {
    let found = at.iter().find_map(|pointer| document.pointer(pointer)?.as_u64());
    *told = found.or(*told);
}

impl Told {
    fn usage(&self, counted: CachedTokens) -> Option<Usage> {
        let input = self.input?;
        let rest = || self.total.map(|total| total.saturating_sub(input));
        let output_tokens = self.output.or_else(rest)?;
        let (cached, written) = (self.cached.unwrap_or(0), self.written.unwrap_or(0));
        let beside = match counted {
            CachedTokens::Within => 0,
            CachedTokens::Beside => cached.saturating_add(written),
        };
        Some(Usage {
            input_tokens: input.saturating_add(beside),
            output_tokens,
            cached_input_tokens: cached,
            written_input_tokens: written,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, text: &str) -> Option<(u64, u64)> {
        let config = UsageConfig {
            input_tokens: Pointers::of(&["/usage/in"]),
            output_tokens: Pointers::of(&["/usage/out"]),
            ..UsageConfig::default()
        };
        heard(config, content_type, text).map(|usage| (usage.input_tokens, usage.output_tokens))
    }

    fn heard(config: UsageConfig, content_type: &str, text: &str) -> Option<Usage> {
        let mut reader = Reader::new(config, content_type);
        text.as_bytes().chunks(3).for_each(|chunk| reader.push(chunk));
        reader.finish().0
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

    /// As providers tell it: the cache among what was sent or beside it, the answer itself or
    /// all together.
    #[test]
    fn each_way_of_telling_comes_to_the_same() {
        let config = |cached, total: &[&str], output: &[&str]| UsageConfig {
            input_tokens: Pointers::of(&["/m/in", "/in"]),
            output_tokens: Pointers::of(output),
            total_tokens: Pointers::of(total),
            cached_input_tokens: Pointers::of(&["/m/read", "/read"]),
            written_input_tokens: Pointers::of(&["/written"]),
            cached,
            ..UsageConfig::default()
        };
        let expected = |written| {
            Some(Usage {
                input_tokens: 10,
                output_tokens: 7,
                cached_input_tokens: 4,
                written_input_tokens: written,
            })
        };
        let within = || config(CachedTokens::Within, &[], &["/out"]);
        let beside = || config(CachedTokens::Beside, &[], &["/out"]);
        let total = || config(CachedTokens::Within, &["/total"], &[]);
        for (config, text, usage) in [
            (within(), r#"{"in":10,"read":4,"out":7}"#, expected(0)),
            (beside(), r#"{"in":6,"read":4,"out":7}"#, expected(0)),
            (beside(), r#"{"m":{"in":3,"read":4},"written":3,"out":7}"#, expected(3)),
            (total(), r#"{"in":10,"read":4,"total":17}"#, expected(0)),
            (total(), r#"{"in":10,"total":3}"#, Some(Usage { input_tokens: 10, ..Usage::default() })),
            (total(), r#"{"in":10}"#, None),
        ] {
            assert_eq!(heard(config, "application/json", text), usage, "{text}");
        }
        let stream = "data: {\"m\":{\"in\":3,\"read\":4}}\n\ndata: {\"written\":3,\"out\":7}\n\n";
        assert_eq!(heard(beside(), "text/event-stream", stream), expected(3));
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
