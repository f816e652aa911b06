//! What happened at a moment: capabilities, gates, checks, the end of the agent.

use ledger::Record;
use serde_json::Value;

use super::{
    Telling,
    otlp::{Attributes, Event},
};
use crate::{
    known, read,
    timeline::{self, Ending, Entry},
};

impl Telling<'_> {
    pub(super) fn issued(&self, record: &Record) -> Event {
        let body = &record.body;
        let attributes = capability(body)
            .text("code_assist.decision.id", read::word(body, "/proof/decision/id"))
            .text("code_assist.capability.scope", self.document(body, "/scope").as_deref());
        Event { name: "capability.issued", time_ms: record.time_ms, attributes }
    }

    pub(super) fn not_issued(&self, record: &Record) -> Event {
        let body = &record.body;
        let message = read::text(body, "/refusal/message").or(read::text(body, "/message"));
        let attributes = capability(body)
            .text("code_assist.code", timeline::refusal_code(body))
            .text("code_assist.message", self.content(message).as_deref());
        Event { name: "capability.refused", time_ms: record.time_ms, attributes }
    }

    pub(super) fn revoked(&self, record: &Record) -> Event {
        let attributes = Attributes::default()
            .text("code_assist.capability.id", read::word(&record.body, "/capability"))
            .text("code_assist.code", read::word(&record.body, "/code"));
        Event { name: "capability.revoked", time_ms: record.time_ms, attributes }
    }

    pub(super) fn panicked(&self, record: &Record) -> Event {
        let message = self.content(read::text(&record.body, "/message"));
        let attributes = Attributes::default()
            .text("exception.type", Some("panic"))
            .text("exception.message", message.as_deref());
        Event { name: "exception", time_ms: record.time_ms, attributes }
    }

    /// What came of the checks and gates of a call, and that it was left open.
    pub(super) fn events_of(&self, entry: &Entry, end_ms: u64) -> Vec<Event> {
        let closing = entry.closing();
        let checks = read::list(closing, "/done/checks").iter().map(|check| self.check(check, end_ms));
        let gates = read::list(closing, "/done/gates").iter().map(|body| gate(body, end_ms));
        let open = Some(end_ms).filter(|_| entry.ending() == Ending::Interrupted).map(interrupted);
        checks.chain(gates).chain(open).collect()
    }

    /// A check's name may be its command.
    fn check(&self, body: &Value, time_ms: u64) -> Event {
        let attributes = Attributes::default()
            .text("code_assist.check.name", self.content(read::text(body, "/name")).as_deref())
            .text("code_assist.check.outcome", read::word(body, "/outcome"))
            .count("code_assist.check.duration_ms", read::count(body, "/duration_ms"))
            .count("process.exit.code", read::count(body, "/exit_code"));
        Event { name: "check", time_ms, attributes }
    }
}

pub(super) fn gate(body: &Value, time_ms: u64) -> Event {
    let findings = read::list(body, "/findings");
    let failing = findings.iter().filter(|finding| read::flag(finding, "/fails") == Some(true));
    let attributes = Attributes::default()
        .text("code_assist.gate.name", read::word(body, "/gate"))
        .text("code_assist.gate.outcome", read::word(body, "/outcome"))
        .flag("code_assist.gate.required", read::flag(body, "/required"))
        .count("code_assist.gate.findings", Some(findings.len() as u64))
        .count("code_assist.gate.findings_failing", Some(failing.count() as u64));
    Event { name: "gate", time_ms, attributes }
}

pub(super) fn agent_ended(record: &Record) -> Event {
    let attributes = Attributes::default()
        .count("code_assist.agent.calls", read::count(&record.body, "/calls"))
        .text("code_assist.code", read::word(&record.body, "/stopped/code"));
    Event { name: "agent.ended", time_ms: record.time_ms, attributes }
}

pub(super) fn interrupted(time_ms: u64) -> Event {
    Event { name: "interrupted", time_ms, attributes: Attributes::default() }
}

/// Which capability was asked for is the agent's word.
fn capability(body: &Value) -> Attributes {
    let name = known::one_of(known::CAPABILITIES, read::text(body, "/operation"));
    Attributes::default()
        .text("code_assist.capability.name", Some(name))
        .text("code_assist.capability.id", read::word(body, "/capability"))
}
