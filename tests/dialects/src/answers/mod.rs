//! Answers as the providers write them, whole or streamed, from a script of what the model
//! is to say.

mod anthropic;
mod bedrock;
mod chat;
mod gemini;
mod responses;
mod trouble;

use serde_json::{Value, json};

use crate::{Delivery, Provider};

pub use trouble::{Trouble, interrupted, trouble};

/// What the model is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its words.
    pub text: String,
    /// Its calls.
    pub calls: Vec<Call>,
    /// How it ends.
    pub end: End,
    /// Whether the provider says what it counted.
    pub counted: Counted,
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its id; an empty one is left out where the provider may do that.
    pub id: String,
    /// The tool.
    pub name: String,
    /// The text of its input, which need not be JSON.
    pub arguments: String,
}

/// How an answer ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// All was said.
    Finished,
    /// The limit of tokens was reached.
    Length,
    /// The model declined, in these words, or the question was blocked where models do not
    /// decline in a way of their own.
    Refused(String),
    /// The provider withheld the answer.
    Filtered,
}

/// Whether the provider says what it counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// It does: [`COUNTS`].
    Told,
    /// It does not.
    Silent,
}

/// Tokens of the question, of the cache among them, of the answer, of thoughts among them.
/// Bedrock and some of the flavours do not count thoughts, or the cache, apart.
pub const COUNTS: [u64; 4] = [120, 100, 30, 8];

impl Script {
    /// A script that only says something.
    pub fn text(text: &str) -> Self {
        Self { text: text.to_owned(), calls: Vec::new(), end: End::Finished, counted: Counted::Told }
    }

    /// The same with calls.
    pub fn with_calls(self, calls: &[(&str, &str, &str)]) -> Self {
        let call = |(id, name, arguments): &(&str, &str, &str)| Call {
            id: (*id).to_owned(),
            name: (*name).to_owned(),
            arguments: (*arguments).to_owned(),
        };
        Self { calls: calls.iter().map(call).collect(), ..self }
    }

    /// The same with another end.
    pub fn ending(self, end: End) -> Self {
        Self { end, ..self }
    }
}

impl Call {
    /// The input where it stands as JSON and not as a text.
    fn input(&self) -> Value {
        serde_json::from_str(&self.arguments).unwrap_or_else(|_| self.arguments.as_str().into())
    }
}

/// An answer over HTTP. Bedrock's binary events are told as the text that the Runner makes
/// of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The type.
    pub content_type: &'static str,
    /// More headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl Reply {
    fn whole(status: u16, body: &Value) -> Self {
        let content_type = "application/json";
        Self { status, content_type, headers: Vec::new(), body: body.to_string() }
    }

    fn streamed(events: &[Sent]) -> Self {
        let content_type = "text/event-stream";
        Self {
            status: 200,
            content_type,
            headers: Vec::new(),
            body: events.iter().map(Sent::written).collect(),
        }
    }

    /// The document that the Runner gives the agent for it.
    pub fn document(&self) -> Value {
        let is_json = self.content_type == "application/json";
        let parsed: Option<Value> = is_json.then(|| serde_json::from_str(&self.body).ok()).flatten();
        let headers = self.headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into()));
        json!({
            "status": self.status,
            "content_type": self.content_type,
            "headers": Value::Object(headers.collect()),
            "body": parsed.unwrap_or_else(|| self.body.as_str().into()),
        })
    }

    /// The document for the same answer when the connection breaks within it.
    pub fn cut(&self, bytes: usize) -> Value {
        let end = (0..=bytes.min(self.body.len())).rev().find(|at| self.body.is_char_boundary(*at));
        let mut document = self.document();
        document["body"] = self.body[..end.unwrap_or_default()].into();
        document["cut"] = "net-cut-off".into();
        document
    }
}

/// One event of a stream.
struct Sent {
    name: Option<&'static str>,
    data: String,
}

impl Sent {
    fn named(name: &'static str, data: &Value) -> Self {
        Self { name: Some(name), data: data.to_string() }
    }

    fn unnamed(data: &Value) -> Self {
        Self { name: None, data: data.to_string() }
    }

    fn done() -> Self {
        Self { name: None, data: "[DONE]".to_owned() }
    }

    fn written(&self) -> String {
        let name = self.name.map(|name| format!("event: {name}\n")).unwrap_or_default();
        format!("{name}data: {}\n\n", self.data)
    }
}

/// The answer that a script makes.
pub fn answer(provider: Provider, delivery: Delivery, script: &Script) -> Reply {
    match provider.dialect {
        "openai-responses" => responses::answer(delivery, script),
        "openai-chat" => chat::answer(provider.flavour, delivery, script),
        "anthropic-messages" => anthropic::answer(delivery, script),
        "gemini" => gemini::answer(delivery, script),
        _ => bedrock::answer(delivery, script),
    }
}

/// A text in pieces of a few characters.
fn pieces(text: &str) -> Vec<String> {
    let chars: Vec<_> = text.chars().collect();
    chars.chunks(5).map(|piece| piece.iter().collect()).collect()
}
