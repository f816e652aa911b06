//! The Runner's document about an answer, before anyone knows what it means.

use std::borrow::Cow;

use agent_contract::fault::shown;
use serde_json::{Map, Value};

use super::{Fault, sse, sse::Event};

const NOTHING: &str = "the model's answer has no content at all";

/// An answer as the Runner brings it.
pub(super) struct Answer<'a> {
    pub(super) status: u16,
    headers: Option<&'a Map<String, Value>>,
    body: Body<'a>,
    is_cut: bool,
}

enum Body<'a> {
    Json(Cow<'a, Value>),
    Events(&'a str),
    Text(&'a str),
}

/// What a successful answer holds.
pub(super) enum Heard<'a> {
    /// One document.
    Whole(&'a Value),
    /// Events in their order.
    Streamed(Vec<Event>),
}

impl<'a> Answer<'a> {
    pub(super) fn parse(document: &'a Value) -> Result<Self, Fault> {
        let status = document["status"].as_u64().and_then(|status| u16::try_from(status).ok());
        let status = status.filter(|status| (100..=599).contains(status)).ok_or_else(|| {
            Fault::malformed("the Runner's document about the answer names no `status` of HTTP")
        })?;
        let content_type = document["content_type"].as_str().unwrap_or_default().to_ascii_lowercase();
        Ok(Self {
            status,
            headers: document["headers"].as_object(),
            body: Body::of(&document["body"], &content_type),
            is_cut: !document["cut"].is_null(),
        })
    }

    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header by its name in small letters.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.and_then(|(_, value)| value.as_str())
    }

    /// The JSON of it, where it is JSON.
    pub(super) fn json(&self) -> Option<&Value> {
        match &self.body {
            Body::Json(value) => Some(value),
            Body::Events(_) | Body::Text(_) => None,
        }
    }

    /// The text of it, where it is none.
    pub(super) fn text(&self) -> &str {
        match self.body {
            Body::Json(_) => "",
            Body::Events(text) | Body::Text(text) => text,
        }
    }

    pub(super) fn heard(&self) -> Result<Heard<'_>, Fault> {
        match &self.body {
            Body::Json(value) => Ok(Heard::Whole(value)),
            Body::Events(text) => self.streamed(text),
            Body::Text(_) if self.is_cut => Err(Fault::cut_off("the connection ended before it did")),
            Body::Text(text) if text.trim().is_empty() => Err(Fault::empty(NOTHING)),
            Body::Text(text) => Err(Fault::malformed(format!(
                "the model's answer is neither JSON nor a stream of events: `{}`",
                shown(text)
            ))),
        }
    }
}

impl Answer<'_> {
    /// Events that say nothing are an answer as little as no events are.
    fn streamed(&self, text: &str) -> Result<Heard<'_>, Fault> {
        let events = sse::events(text, self.is_cut)?;
        match self.is_cut || events.iter().any(|event| *event != Event::Done) {
            true => Ok(Heard::Streamed(events)),
            false => Err(Fault::empty(NOTHING)),
        }
    }
}

impl<'a> Body<'a> {
    /// Some servers name no type, or the wrong one, so the text has a say.
    fn of(body: &'a Value, content_type: &str) -> Self {
        const STREAMS: [&str; 2] = ["text/event-stream", "application/vnd.amazon.eventstream"];
        let Value::String(text) = body else { return Self::Json(Cow::Borrowed(body)) };
        if STREAMS.iter().any(|stream| content_type.starts_with(stream)) || sse::is_stream(text) {
            return Self::Events(text);
        }
        serde_json::from_str(text).map_or(Self::Text(text), |value| Self::Json(Cow::Owned(value)))
    }
}
