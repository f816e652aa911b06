//! Spans of a run, as a request of OTLP in its JSON encoding.

mod entry;
mod event;
mod model;
mod otlp;
mod root;

use ledger::Record;
use serde_json::{Value, json};

use crate::{
    TraceContext, ids, read,
    timeline::{Entry, Pass, Timeline},
    turns,
};
use otlp::{Attributes, Span, SpanKind};

/// The version of the conventions that the names are from.
const SCHEMA: &str = "https://opentelemetry.io/schemas/1.37.0";

/// Bytes of a text at the most, where texts are told.
const TEXT_BYTES_MAX: usize = 4096;

/// How spans are made.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The service that they are of.
    pub service_name: String,
    /// Whether arguments and texts are told too.
    pub content: bool,
    /// The context that was carried into the run.
    pub parent: Option<TraceContext>,
}

/// An `ExportTraceServiceRequest` of OTLP in its JSON encoding, with a span for the run, for
/// each pass, and for each call and whatever else was opened. Of no records there are none.
///
/// The result is the run's own, where it is at hand: the records name it by its hash.
pub fn spans(records: &[Record], result: Option<&Value>, options: &Options) -> Value {
    let Some(first) = records.first() else { return json!({ "resourceSpans": [] }) };
    let telling = Telling::of(records, &first.run_id, result.unwrap_or(&Value::Null), options);
    let mut request = json!({ "resourceSpans": [{
        "resource": { "attributes": telling.resource().into_json() },
        "scopeSpans": [{
            "scope": { "name": "agennext.code-assist", "version": env!("CARGO_PKG_VERSION") },
            "schemaUrl": SCHEMA,
        }],
        "schemaUrl": SCHEMA,
    }] });
    let spans = telling.all(records).into_iter().map(|span| span.into_json(&telling.context));
    request["resourceSpans"][0]["scopeSpans"][0]["spans"] = spans.collect();
    request
}

/// What every span is made of.
struct Telling<'a> {
    run_id: &'a str,
    timeline: Timeline<'a>,
    result: &'a Value,
    options: &'a Options,
    context: TraceContext,
}

impl<'a> Telling<'a> {
    fn of(records: &'a [Record], run_id: &'a str, result: &'a Value, options: &'a Options) -> Self {
        let context = options.parent.clone().unwrap_or_else(|| TraceContext::of_run(run_id));
        Self { run_id, timeline: Timeline::of(records), result, options, context }
    }

    fn all(&self, records: &[Record]) -> Vec<Span> {
        let turns = turns::of(&self.timeline.entries);
        let entries = self.timeline.entries.iter().enumerate();
        let entries = entries.map(|(at, entry)| self.entry(entry, turns.get(&at).copied()));
        let passes = self.timeline.passes.iter().map(|pass| self.pass(pass));
        [self.root(records)].into_iter().chain(passes).chain(entries).collect()
    }

    fn resource(&self) -> Attributes {
        Attributes::default()
            .text("service.name", Some(&self.options.service_name))
            .text("service.version", read::word(self.timeline.opening(), "/runner"))
    }

    fn pass(&self, pass: &Pass) -> Span {
        Span {
            id: ids::pass(self.run_id, pass.first.seq),
            parent: Some(ids::run(self.run_id)),
            name: format!("pass {}", pass.name()),
            kind: SpanKind::Internal,
            start_ms: pass.first.time_ms,
            end_ms: pass.end_ms,
            attributes: Attributes::default()
                .text("code_assist.run.id", read::as_word(self.run_id))
                .text("code_assist.pass.name", Some(pass.name()))
                .text("code_assist.pass.told", self.content(pass.told()).as_deref()),
            events: Vec::new(),
            failed: false,
        }
    }

    /// The span that an entry lies in.
    fn parent_of(&self, entry: &Entry) -> ids::SpanId {
        let pass = entry.pass.and_then(|at| self.timeline.passes.get(at));
        pass.map_or(ids::run(self.run_id), |pass| ids::pass(self.run_id, pass.first.seq))
    }

    /// A text that somebody wrote: told only where that was asked for, and not at length.
    fn content(&self, text: Option<impl AsRef<str>>) -> Option<String> {
        let text = text.filter(|_| self.options.content)?;
        let text = text.as_ref();
        Some(text[..text.floor_char_boundary(TEXT_BYTES_MAX)].to_owned())
    }

    /// A document that somebody wrote, likewise.
    fn document(&self, body: &Value, pointer: &str) -> Option<String> {
        self.content(body.pointer(pointer).filter(|value| !value.is_null()).map(Value::to_string))
    }
}
