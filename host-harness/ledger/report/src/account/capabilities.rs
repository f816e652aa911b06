//! Capabilities: what was issued and how often it was used, and what was not.

use std::collections::BTreeMap;

use ledger::Record;
use serde_json::Value;

use super::KEPT_MAX;
use crate::look::Look;

/// A capability that was issued.
pub(crate) struct Issued<'a> {
    pub body: &'a Value,
    pub time_ms: u64,
    /// Calls that were allowed under it.
    pub used: u64,
    /// Calls that were refused under it.
    pub refused: u64,
    /// What ended it before the run did.
    pub end: Option<(&'static str, u64)>,
}

/// Those that were issued and those that were not.
#[derive(Default)]
pub(crate) struct Capabilities<'a> {
    pub issued: Vec<Issued<'a>>,
    pub refused: Vec<&'a Value>,
    /// How many more there are than are kept.
    pub issued_more: usize,
    pub refused_more: usize,
    places: BTreeMap<&'a str, usize>,
}

impl<'a> Capabilities<'a> {
    pub fn take(&mut self, record: &'a Record) {
        let body = &record.body;
        match record.kind.as_str() {
            "capability.issued" => self.issue(record),
            "capability.refused" if self.refused.len() < KEPT_MAX => self.refused.push(body),
            "capability.refused" => self.refused_more += 1,
            "capability.revoked" => self.end(record, "revoked"),
            "capability.expired" => self.end(record, "expired"),
            "call.opened" => self.used(body),
            _ => {}
        }
    }

    fn issue(&mut self, record: &'a Record) {
        let body = &record.body;
        if self.issued.len() == KEPT_MAX {
            self.issued_more += 1;
            return;
        }
        self.places.insert(body.text("capability"), self.issued.len());
        self.issued.push(Issued { body, time_ms: record.time_ms, used: 0, refused: 0, end: None });
    }

    fn of(&mut self, body: &Value) -> Option<&mut Issued<'a>> {
        let place = self.places.get(body.text("capability"))?;
        self.issued.get_mut(*place)
    }

    fn end(&mut self, record: &Record, how: &'static str) {
        let time_ms = record.time_ms;
        if let Some(issued) = self.of(&record.body) {
            issued.end = Some((how, time_ms));
        }
    }

    fn used(&mut self, body: &Value) {
        let allowed = body.is("decision.allow");
        if let Some(issued) = self.of(body) {
            issued.used += u64::from(allowed);
            issued.refused += u64::from(!allowed);
        }
    }
}
