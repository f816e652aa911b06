//! What a model said, the same for every dialect.

use serde_json::{Map, Value};

use super::{Settings, Voice};

/// One turn of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// What it said; the JSON itself where a form was asked for.
    pub text: String,
    /// The tools that it wants called, all of them together.
    pub calls: Vec<ToolCall>,
    /// Why it stopped.
    pub stop: Stop,
    /// What the provider counted, where it says so.
    pub usage: Option<Usage>,
    /// What its provider wants back unchanged in the next question.
    pub echo: Option<Echo>,
}

/// A tool that the model wants called.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCall {
    /// The provider's name for the call, or one of ours where it gives none.
    pub id: String,
    /// The tool.
    pub name: String,
    /// Its input. One that can't be used is the model's to mend.
    pub input: Result<Map<String, Value>, InputFault>,
}

/// An input that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InputFault {
    /// What the model wrote.
    pub raw: String,
    /// What is wrong with it.
    pub message: String,
}

/// Why a model stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It said all that it wanted to.
    Finished,
    /// It waits for the results of its calls.
    Calls,
    /// Its answer reached the limit of tokens.
    Length,
    /// It declined, in its own words.
    Refused(String),
    /// The provider withheld the answer, for the reason given.
    Filtered(String),
    /// The provider paused it; it goes on when it is asked to.
    Paused,
}

/// What a provider counted for one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Tokens of the question, those of the cache included.
    pub input: u64,
    /// Tokens of the answer, those of its reasoning included.
    pub output: u64,
    /// Of the question: read from the cache.
    pub cached_read: u64,
    /// Of the question: written to the cache.
    pub cached_write: u64,
    /// Of the answer: thought and not said.
    pub reasoning: u64,
}

/// What a provider wants back unchanged: signed thoughts and the like. It is of no use
/// to another model, which gets the turn's text and calls alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Echo {
    voice: Voice,
    model: String,
    parts: Vec<Value>,
}

impl Echo {
    pub(super) fn new(settings: &Settings, parts: Vec<Value>) -> Self {
        Self { voice: settings.voice, model: settings.model.clone(), parts }
    }
}

impl Turn {
    /// A turn that ended before anything was said.
    pub(super) fn silent(stop: Stop) -> Self {
        Self { text: String::new(), calls: Vec::new(), stop, usage: None, echo: None }
    }

    /// Whether there is anything to send back.
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty() && self.calls.is_empty()
    }

    /// The parts to send back, where the same model said them.
    pub(super) fn echoed(&self, settings: &Settings) -> Option<&[Value]> {
        let echo = self.echo.as_ref()?;
        (echo.voice == settings.voice && echo.model == settings.model).then_some(&echo.parts)
    }
}

impl ToolCall {
    /// The input as it is sent back: one that can't be used is told in the result.
    pub(super) fn sent_back(&self) -> Map<String, Value> {
        self.input.clone().unwrap_or_default()
    }
}
