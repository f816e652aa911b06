//! Decisions: what each decision point said, how long it took, and why something was not
//! allowed.

use std::collections::{BTreeMap, BTreeSet};

use ledger::Record;
use serde_json::Value;

use super::KEPT_MAX;
use crate::look::Look;

/// Decision points that are told apart; policies of one that are.
const POINTS_MAX: usize = 100;
const POLICIES_MAX: usize = 10;

/// A decision and what it was about.
#[derive(Clone, Copy)]
pub(crate) struct Decided<'a> {
    pub seq: u64,
    /// The function that was called, or the capability that was asked for.
    pub about: &'a str,
    /// The body of its record.
    pub body: &'a Value,
    /// The decision itself.
    pub decision: &'a Value,
}

/// What one decision point said over the whole run.
#[derive(Default)]
pub(crate) struct Point<'a> {
    pub protocol: &'a str,
    pub by: &'a str,
    pub allowed: u64,
    pub denied: u64,
    pub other: u64,
    pub latency_us: u64,
    pub latency_us_max: u64,
    pub policies: BTreeSet<&'a str>,
}

/// The decisions of a run.
#[derive(Default)]
pub(crate) struct Decisions<'a> {
    pub points: BTreeMap<&'a str, Point<'a>>,
    pub all: Vec<Decided<'a>>,
    /// Those that allowed nothing.
    pub against: Vec<Decided<'a>>,
    /// Those that a person was asked about.
    pub approvals: Vec<Decided<'a>>,
    pub count: u64,
    pub against_count: u64,
}

impl<'a> Decisions<'a> {
    pub fn take(&mut self, record: &'a Record) {
        let body = &record.body;
        let (about, decision, allowed) = match record.kind.as_str() {
            "call.opened" => (body.text("function"), body.at("decision.proof"), body.is("decision.allow")),
            "capability.issued" => (body.text("operation"), body.at("proof.decision"), true),
            "capability.refused" => (body.text("operation"), body.at("proof.decision"), false),
            _ => return,
        };
        self.add(Decided { seq: record.seq, about, body, decision }, allowed);
    }

    fn add(&mut self, decided: Decided<'a>, allowed: bool) {
        self.count += 1;
        keep(&mut self.all, decided);
        if !allowed {
            self.against_count += 1;
            keep(&mut self.against, decided);
        }
        if !decided.decision.at("approval").is_null() {
            keep(&mut self.approvals, decided);
        }
        decided.decision.list("points").iter().for_each(|answer| self.answer(answer));
    }

    fn answer(&mut self, answer: &'a Value) {
        let name = answer.text("point");
        if self.points.len() < POINTS_MAX || self.points.contains_key(name) {
            self.points.entry(name).or_default().take(answer);
        }
    }
}

impl<'a> Point<'a> {
    fn take(&mut self, answer: &'a Value) {
        (self.protocol, self.by) = (answer.text("protocol"), answer.text("by"));
        *match answer.text("answer") {
            "allow" => &mut self.allowed,
            "deny" => &mut self.denied,
            _ => &mut self.other,
        } += 1;
        let latency_us = answer.number("latency_us").unwrap_or(0);
        self.latency_us = self.latency_us.saturating_add(latency_us);
        self.latency_us_max = self.latency_us_max.max(latency_us);
        let policy = answer.text("policy_sha256");
        if !policy.is_empty() && self.policies.len() < POLICIES_MAX {
            self.policies.insert(policy);
        }
    }

    /// How long an answer took on the average.
    pub fn latency_us_mean(&self) -> u64 {
        self.latency_us / (self.allowed + self.denied + self.other).max(1)
    }
}

fn keep<'a>(kept: &mut Vec<Decided<'a>>, decided: Decided<'a>) {
    if kept.len() < KEPT_MAX {
        kept.push(decided);
    }
}
