//! The JSON encoding of OTLP: ids in hexadecimal, 64 bit numbers as texts, cases as numbers.

use serde_json::{Value, json};

use crate::{
    TraceContext,
    ids::{SpanId, hex},
};

/// Whether it is known that a span's parent is in another process, and whether it is.
const REMOTE_KNOWN: u32 = 0x100;
const REMOTE: u32 = 0x200;

/// The code of a status that is an error; no status is told of what went well.
const ERROR: u8 = 2;

/// What a span does, in the eyes of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SpanKind {
    Internal,
    Client,
}

impl SpanKind {
    const fn number(self) -> u8 {
        match self {
            Self::Internal => 1,
            Self::Client => 3,
        }
    }
}

/// Attributes, of which those without a value are left out.
#[derive(Debug, Clone, Default)]
pub(super) struct Attributes(Vec<Value>);

impl Attributes {
    pub(super) fn text(self, key: &str, value: Option<&str>) -> Self {
        self.with(key, value.map(|value| json!({ "stringValue": value })))
    }

    pub(super) fn texts(self, key: &str, values: Option<&[&str]>) -> Self {
        let of = |value: &&str| json!({ "stringValue": value });
        let list = |values: &[&str]| values.iter().map(of).collect::<Vec<_>>();
        self.with(key, values.map(|values| json!({ "arrayValue": { "values": list(values) } })))
    }

    /// A number of OTLP has a sign.
    pub(super) fn count(self, key: &str, value: Option<u64>) -> Self {
        let told = |value: u64| value.min(i64::MAX as u64).to_string();
        self.with(key, value.map(|value| json!({ "intValue": told(value) })))
    }

    pub(super) fn flag(self, key: &str, value: Option<bool>) -> Self {
        self.with(key, value.map(|value| json!({ "boolValue": value })))
    }

    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    pub(super) fn into_json(self) -> Value {
        Value::Array(self.0)
    }

    fn with(mut self, key: &str, value: Option<Value>) -> Self {
        self.0.extend(value.map(|value| object([("key", key.into()), ("value", value)])));
        self
    }
}

/// Something that happened at a moment.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) name: &'static str,
    pub(super) time_ms: u64,
    pub(super) attributes: Attributes,
}

impl Event {
    fn into_json(self) -> Value {
        object([
            ("timeUnixNano", nanos(self.time_ms).into()),
            ("name", self.name.into()),
            ("attributes", self.attributes.into_json()),
        ])
    }
}

/// A span, before it is written.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) id: SpanId,
    /// Its parent in the run; none for the run itself.
    pub(super) parent: Option<SpanId>,
    pub(super) name: String,
    pub(super) kind: SpanKind,
    pub(super) start_ms: u64,
    pub(super) end_ms: u64,
    pub(super) attributes: Attributes,
    pub(super) events: Vec<Event>,
    pub(super) failed: bool,
}

impl Span {
    pub(super) fn into_json(self, context: &TraceContext) -> Value {
        let carried = context.parent().filter(|_| self.parent.is_none());
        let parent = self.parent.or(carried).map(|parent| ("parentSpanId", hex(&parent).into()));
        let state = context.state().map(|state| ("traceState", state.into()));
        let fields = [
            ("traceId", hex(&context.trace()).into()),
            ("spanId", hex(&self.id).into()),
            ("flags", flags(context, carried.is_some()).into()),
            ("name", self.name.into()),
            ("kind", self.kind.number().into()),
            ("startTimeUnixNano", nanos(self.start_ms).into()),
            ("endTimeUnixNano", nanos(self.end_ms).into()),
            ("attributes", self.attributes.into_json()),
            ("events", self.events.into_iter().map(Event::into_json).collect()),
            ("status", if self.failed { json!({ "code": ERROR }) } else { json!({}) }),
        ];
        object(fields.into_iter().chain(parent).chain(state))
    }
}

/// An object of values that are moved: `json!` would copy them.
fn object(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn flags(context: &TraceContext, remote: bool) -> u32 {
    u32::from(context.flags()) | REMOTE_KNOWN | if remote { REMOTE } else { 0 }
}

fn nanos(time_ms: u64) -> String {
    time_ms.saturating_mul(1_000_000).to_string()
}
