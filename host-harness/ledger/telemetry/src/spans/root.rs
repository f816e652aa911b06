//! The span of the run.

use ledger::{Kind, Record};

use super::{
    Telling, event,
    otlp::{Attributes, Event, Span, SpanKind},
};
use crate::{ids, read, timeline::Opened};

impl Telling<'_> {
    pub(super) fn root(&self, records: &[Record]) -> Span {
        let timeline = &self.timeline;
        Span {
            id: ids::run(self.run_id),
            parent: None,
            name: "run".to_owned(),
            kind: SpanKind::Internal,
            start_ms: timeline.first_ms,
            end_ms: timeline.last_ms,
            attributes: self.run().and(self.ended()).and(self.revision()).and(self.published()),
            events: self.events(records),
            failed: timeline.outcome() != Some("succeeded"),
        }
    }

    /// What the run started with.
    fn run(&self) -> Attributes {
        let opening = self.timeline.opening();
        Attributes::default()
            .text("code_assist.run.id", read::as_word(self.run_id))
            .text("code_assist.run.mode", read::word(opening, "/mode"))
            .text("code_assist.run.resumes", read::word(opening, "/resumes"))
            .text("code_assist.run.platform", read::word(opening, "/platform"))
            .text("code_assist.run.root", self.content(read::text(opening, "/root")).as_deref())
            .text("code_assist.component.digest", read::digest(opening, "/component"))
            .text("code_assist.policy.digest", read::digest(opening, "/policy"))
            .text("code_assist.request.digest", read::digest(opening, "/request"))
            .text("code_assist.contract.version", read::word(opening, "/contract"))
            .text("code_assist.sandbox.held", read::word(opening, "/sandbox/held"))
    }

    /// How it ended.
    fn ended(&self) -> Attributes {
        let outcome = self.timeline.outcome().unwrap_or("unfinished");
        let finished = self.timeline.finished.map(|record| &record.body);
        let reason = read::word(self.result, "/verdict/reasons/0/code");
        Attributes::default()
            .text("code_assist.run.outcome", Some(outcome))
            .count("code_assist.run.exit_code", finished.and_then(|body| read::count(body, "/exit_code")))
            .flag("code_assist.run.production_ready", read::flag(self.result, "/verdict/production_ready"))
            .text("code_assist.code", reason)
            .text("error.type", Some(outcome).filter(|outcome| *outcome != "succeeded"))
    }

    /// The revision that the change starts from, and the one that it became.
    fn revision(&self) -> Attributes {
        let opening = self.timeline.opening();
        let placed = self.timeline.entries.iter().find(|entry| entry.what == Opened::Placement);
        let goal = placed.and_then(|entry| entry.opened.body.get("goal"));
        let branch = goal.and_then(|goal| read::text(goal, "/branch"));
        Attributes::default()
            .text("vcs.ref.base.revision", read::digest(opening, "/commit"))
            .text("vcs.ref.base.name", self.content(read::text(opening, "/branch")).as_deref())
            .text("vcs.ref.head.revision", goal.and_then(|goal| read::digest(goal, "/commit")))
            .text("vcs.ref.head.name", self.content(branch).as_deref())
    }

    /// Where beyond the machine the change is now.
    fn published(&self) -> Attributes {
        let published = self.result.get("published").filter(|published| published.is_object());
        let field = |pointer| published.and_then(|published| read::count(published, pointer));
        let github = published.and_then(|published| read::word(published, "/path")) == Some("github");
        let remote = published.and_then(|published| read::text(published, "/remote"));
        let change = field("/pull_request").map(|number| number.to_string());
        Attributes::default()
            .text("vcs.provider.name", Some("github").filter(|_| github))
            .text("vcs.repository.name", self.content(remote.map(last_part)).as_deref())
            .text("vcs.change.id", change.as_deref())
    }

    fn events(&self, records: &[Record]) -> Vec<Event> {
        let mut events: Vec<_> = records.iter().filter_map(|record| self.event(record)).collect();
        if self.timeline.finished.is_none() {
            events.push(event::interrupted(self.timeline.last_ms));
        }
        events
    }

    fn event(&self, record: &Record) -> Option<Event> {
        match record.kind {
            Kind::CapabilityIssued => Some(self.issued(record)),
            Kind::CapabilityRefused => Some(self.not_issued(record)),
            Kind::CapabilityRevoked => Some(self.revoked(record)),
            Kind::GateFinished => Some(event::gate(&record.body, record.time_ms)),
            Kind::AgentPanicked => Some(self.panicked(record)),
            Kind::AgentEnded => Some(event::agent_ended(record)),
            _ => None,
        }
    }
}

/// The name of a repository, without whose it is.
fn last_part(remote: &str) -> &str {
    remote.rsplit('/').next().unwrap_or(remote)
}
