//! A question to a model, as the loop puts it: the same for every dialect.

use serde_json::Value;

use super::{Turn, Voice, names::names};

/// One question: the whole conversation, since no provider keeps it for us.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The prompt that stands above the conversation; none when it is blank.
    pub system: &'a str,
    /// The conversation: a person first, and last a person or the results of calls.
    pub messages: &'a [Message],
    /// The tools that the model may call.
    pub tools: &'a [Tool],
    /// The form of the answer, where it is to be JSON.
    pub answer: Option<&'a Shape>,
    /// Which model, and how.
    pub settings: &'a Settings,
}

/// One part of the conversation.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// What a person says, or the Runner in a person's place.
    Person(String),
    /// What the model said, as it was heard.
    Model(Turn),
    /// What came of every call of the turn before it.
    Results(Vec<ToolResult>),
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolResult {
    /// The call.
    pub call_id: String,
    /// The tool's name.
    pub name: String,
    /// What the model is told of it.
    pub text: String,
    /// Whether it did what was asked.
    pub outcome: Outcome,
}

/// Whether a call did what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It did.
    Done,
    /// It did not.
    Failed,
}

/// A tool that the model may call.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Its name: letters, digits, `_` and `-`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The JSON Schema of its input: an object.
    pub input: Value,
}

/// The form of an answer that is JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Its name.
    pub name: String,
    /// Its JSON Schema: an object. What it does not require may come as `null`.
    pub schema: Value,
}

/// Which model is asked, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How to speak to it.
    pub voice: Voice,
    /// Its name at the provider.
    pub model: String,
    /// The tokens that its answer may have.
    pub answer_tokens_max: u32,
    /// Whether the answer comes at once or as it is made.
    pub delivery: Delivery,
    /// Whether the provider is to keep what is the same in the next question.
    pub caching: Caching,
    /// How hard it is to think; the provider's choice when none is named.
    pub effort: Option<Effort>,
}

/// Whether an answer comes at once or as it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// At once.
    Whole,
    /// As it is made.
    Streamed,
}

impl Delivery {
    /// The binding's action that carries it.
    pub const fn action(self) -> &'static str {
        match self {
            Self::Whole => "converse",
            Self::Streamed => "stream",
        }
    }
}

/// Whether the provider is to keep what is the same in the next question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// Only what it keeps by itself.
    Off,
    /// It is told where what stays the same ends.
    On,
}

names! {
    /// How hard a model is to think.
    pub enum Effort {
        /// Little.
        Low = "low",
        /// As much as is usual.
        Medium = "medium",
        /// Much.
        High = "high",
    }
}

impl Ask<'_> {
    pub(super) fn is_streamed(&self) -> bool {
        self.settings.delivery == Delivery::Streamed
    }

    pub(super) fn caches(&self) -> bool {
        self.settings.caching == Caching::On
    }

    /// The turns of the model so far.
    pub(super) fn turns(&self) -> impl Iterator<Item = &Turn> {
        self.messages.iter().filter_map(|message| match message {
            Message::Model(turn) => Some(turn),
            Message::Person(_) | Message::Results(_) => None,
        })
    }
}
