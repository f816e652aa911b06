//! The span of a call, a placement, a publication or a notice.

use serde_json::Value;

use super::{
    Telling,
    otlp::{Attributes, Span, SpanKind},
};
use crate::{
    ids, read,
    timeline::{Ending, Entry, Opened},
};

impl Telling<'_> {
    /// The turn is what the agent noted of a model's answer, for the call of a model.
    pub(super) fn entry(&self, entry: &Entry, turn: Option<&Value>) -> Span {
        let end_ms = entry.end_ms(self.timeline.last_ms);
        let of_model = entry.model_binding().map(|binding| self.model(binding, entry, turn));
        let (name, more) = match of_model {
            Some(model) => model,
            None => (name(entry).to_owned(), Attributes::default()),
        };
        Span {
            id: ids::entry(self.run_id, entry.opened.seq),
            parent: Some(self.parent_of(entry)),
            name,
            kind: kind(entry),
            start_ms: entry.opened.time_ms,
            end_ms,
            attributes: self.plain(entry).and(self.own(entry)).and(more),
            events: self.events_of(entry, end_ms),
            failed: error(entry).is_some(),
        }
    }

    /// What every entry has.
    fn plain(&self, entry: &Entry) -> Attributes {
        let message = read::text(entry.closing(), "/failed/message")
            .or_else(|| read::text(&entry.opened.body, "/decision/refusal/message"));
        Attributes::default()
            .text("code_assist.run.id", read::as_word(self.run_id))
            .count("code_assist.record.seq", Some(entry.opened.seq))
            .text("code_assist.ending", Some(entry.ending().as_str()))
            .text("code_assist.code", entry.code())
            .text("error.type", error(entry).as_deref())
            .text("code_assist.message", self.content(message).as_deref())
    }

    fn own(&self, entry: &Entry) -> Attributes {
        match entry.what {
            Opened::Call => self.call(entry),
            Opened::Placement => self.placement(entry),
            Opened::Publication => self.publication(entry),
            Opened::Notice => self.notice(entry),
        }
    }

    fn call(&self, entry: &Entry) -> Attributes {
        let (opening, closing) = (&entry.opened.body, entry.closing());
        Attributes::default()
            .text("code_assist.function", entry.function())
            .text("code_assist.capability.id", read::word(opening, "/capability"))
            .text("code_assist.decision.id", read::word(opening, "/decision/proof/id"))
            .flag("code_assist.decision.allow", read::flag(opening, "/decision/allow"))
            .count("code_assist.bytes_given", entry.bytes_given())
            .count("code_assist.bytes_taken", entry.bytes_taken())
            .count("code_assist.operations", Some(operations(closing)).filter(|count| *count > 0))
            .text("code_assist.arguments", self.document(opening, "/arguments").as_deref())
    }

    fn placement(&self, entry: &Entry) -> Attributes {
        let (opening, closing) = (&entry.opened.body, entry.closing());
        Attributes::default()
            .text("code_assist.placement", read::word(closing, "/placement"))
            .count("code_assist.files", Some(read::list(opening, "/files").len() as u64))
            .text("vcs.ref.head.revision", read::digest(opening, "/goal/commit"))
            .text("vcs.ref.head.name", self.content(read::text(opening, "/goal/branch")).as_deref())
    }

    fn publication(&self, entry: &Entry) -> Attributes {
        let (opening, closing) = (&entry.opened.body, entry.closing());
        let change = read::count(closing, "/pull_request/number").map(|number| number.to_string());
        Attributes::default()
            .count("code_assist.files", Some(read::list(opening, "/files").len() as u64))
            .text("vcs.change.id", change.as_deref())
            .text("vcs.ref.head.revision", read::digest(opening, "/commit"))
            .text("vcs.ref.head.name", self.content(read::text(opening, "/branch")).as_deref())
            .text("vcs.change.title", self.content(read::text(opening, "/pull_request")).as_deref())
    }

    fn notice(&self, entry: &Entry) -> Attributes {
        let opening = &entry.opened.body;
        Attributes::default()
            .text("code_assist.notice.binding", self.content(read::text(opening, "/binding")).as_deref())
            .text("code_assist.notice.message", self.content(read::text(opening, "/message")).as_deref())
    }
}

fn name<'a>(entry: &'a Entry) -> &'a str {
    match entry.what {
        Opened::Call => entry.function().unwrap_or(Opened::Call.as_str()),
        what => what.as_str(),
    }
}

/// What waits for an answer from outside the machine is a client.
fn kind(entry: &Entry) -> SpanKind {
    let outside = match entry.what {
        Opened::Call => entry.is_call_of("network.invoke"),
        what => matches!(what, Opened::Publication | Opened::Notice),
    };
    if outside { SpanKind::Client } else { SpanKind::Internal }
}

/// The class of the error that an entry ended with. An answer that says so is one, too.
fn error(entry: &Entry) -> Option<String> {
    let code = || entry.code().unwrap_or(entry.ending().as_str()).to_owned();
    match entry.ending() {
        Ending::Done => model_status(entry).filter(|status| *status >= 400).map(|status| status.to_string()),
        _ => Some(code()),
    }
}

/// The status with which a provider answered.
pub(super) fn model_status(entry: &Entry) -> Option<u64> {
    entry.model_binding().and_then(|_| read::count(entry.closing(), "/done/status"))
}

fn operations(closing: &Value) -> u64 {
    read::list(closing, "/operations").len() as u64
}
