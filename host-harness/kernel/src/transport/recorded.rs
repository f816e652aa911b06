//! Recorded conversations: a file with a line of JSON for each call. It answers in a model's
//! place, the same every time, and reaches nobody.

use std::{
    io::Write as _,
    path::Path,
    sync::{Mutex, PoisonError},
};

use agent_contract::{document, fault::shown};
use policy::Code;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{KernelError, input};

const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;
const STATUS: u64 = 200;

/// A call and its answer.
///
/// A line that was recorded has everything, and answers that call alone. One that somebody
/// wrote may leave out what it does not care about: it answers the next call that fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// The binding that was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding: Option<String>,
    /// The action of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The hash of what it was called with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_sha256: Option<String>,
    /// The document that it answered with.
    pub answer: Map<String, Value>,
}

/// The keys that an answer can have.
const ANSWER_KEYS: &[&str] = &["status", "content_type", "headers", "body", "cut"];

/// A recording. Each line answers once.
#[derive(Debug)]
pub struct Recording {
    name: String,
    lines: Vec<Recorded>,
    used: Mutex<Vec<bool>>,
}

impl Recorded {
    /// A line for a call.
    pub fn of(binding: &str, action: &str, input_sha256: &str, answer: Value) -> Self {
        let answer = match answer {
            Value::Object(answer) => answer,
            other => Map::from_iter([("body".to_owned(), other)]),
        };
        Self {
            binding: Some(binding.to_owned()),
            action: Some(action.to_owned()),
            input_sha256: Some(input_sha256.to_owned()),
            answer,
        }
    }

    fn fits(&self, binding: &str, action: &str, input_sha256: &str) -> bool {
        let same = |written: &Option<String>, asked: &str| written.as_ref().is_none_or(|text| text == asked);
        same(&self.binding, binding) && same(&self.action, action) && same(&self.input_sha256, input_sha256)
    }

    /// The answer with what nobody wrote: it went well, and its body says of which kind it is.
    fn document(&self) -> Value {
        let mut answer = self.answer.clone();
        let streamed = answer.get("body").is_some_and(Value::is_string);
        let kind = if streamed { "text/event-stream" } else { "application/json" };
        let usual = [
            ("status", json!(STATUS)),
            ("content_type", json!(kind)),
            ("headers", json!({})),
            ("body", Value::Null),
        ];
        for (key, value) in usual {
            answer.entry(key).or_insert(value);
        }
        Value::Object(answer)
    }

    fn fault(&self) -> Option<String> {
        if let Some(key) = self.answer.keys().find(|key| !ANSWER_KEYS.contains(&key.as_str())) {
            return Some(format!("`answer` has the key `{}`, which no answer has", shown(key)));
        }
        let is = |key: &str, good: fn(&Value) -> bool| self.answer.get(key).is_none_or(good);
        let status = |value: &Value| value.as_u64().is_some_and(|status| (100..600).contains(&status));
        let headers =
            |value: &Value| value.as_object().is_some_and(|headers| headers.values().all(Value::is_string));
        let kinds = [
            ("status", is("status", status), "a number from 100 to 599"),
            ("content_type", is("content_type", Value::is_string), "a text"),
            ("headers", is("headers", headers), "an object of texts"),
            ("cut", is("cut", Value::is_string), "a text"),
        ];
        let (key, _, kind) = kinds.into_iter().find(|(_, good, _)| !good)?;
        Some(format!("`answer.{key}` is not {kind}"))
    }
}

impl Recording {
    /// A recording of these lines.
    pub fn of(name: &str, lines: Vec<Recorded>) -> Self {
        let used = Mutex::new(vec![false; lines.len()]);
        Self { name: shown(name), lines, used }
    }

    /// Reads a recording.
    pub fn load(file: &Path) -> Result<Self, KernelError> {
        let text = input::read_text(file, FILE_BYTES_MAX)?;
        let name = shown(&file.file_name().unwrap_or_default().to_string_lossy());
        let mut lines = Vec::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let odd = |why: String| {
                KernelError::new(
                    Code::RecordingMalformed,
                    format!("the recording `{name}`, line {}: {why}", at + 1),
                )
            };
            let read: Recorded = document::parse(line).map_err(|fault| odd(fault.to_string()))?;
            read.fault().map_or(Ok(()), |fault| Err(odd(fault)))?;
            lines.push(read);
        }
        Ok(Self::of(&name, lines))
    }

    /// The answer to a call, as many times as it was recorded: first what was recorded for just
    /// this call, then what was written for any like it.
    pub fn answer(&self, binding: &str, action: &str, input_sha256: &str) -> Result<Value, KernelError> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let fitting = |exact: bool| {
            self.lines.iter().enumerate().position(|(at, line)| {
                !used[at] && line.input_sha256.is_some() == exact && line.fits(binding, action, input_sha256)
            })
        };
        let Some(at) = fitting(true).or_else(|| fitting(false)) else {
            let left = used.iter().filter(|used| !**used).count();
            return Err(self.ended(binding, action, left));
        };
        used[at] = true;
        Ok(self.lines[at].document())
    }

    fn ended(&self, binding: &str, action: &str, left: usize) -> KernelError {
        let (binding, action) = (shown(binding), shown(action));
        let what = match left {
            0 => "has no answer any more".to_owned(),
            left => format!("has {left} answers left, and none to this"),
        };
        KernelError::new(
            Code::RecordingEnded,
            format!(
                "binding `{binding}`: `{action}` was called, and the recording `{}` {what}\nhint: record again with `record`, or write a line without `input_sha256`, which answers whatever is asked",
                self.name
            ),
        )
    }
}

/// Adds a call to a recording, which is made if there is none.
pub fn append(file: &Path, call: &Recorded) -> Result<(), KernelError> {
    let odd = |error: serde_json::Error| {
        KernelError::new(Code::KernelFailed, format!("can't record a call: {error}"))
    };
    let mut line = serde_json::to_vec(call).map_err(odd)?;
    line.push(b'\n');
    let opened = crate::memory::private().create(true).append(true).open(file);
    // In one piece: two calls at once give two lines.
    opened.and_then(|mut opened| opened.write_all(&line)).map_err(KernelError::io("write to", file.display()))
}

#[cfg(test)]
mod tests;
