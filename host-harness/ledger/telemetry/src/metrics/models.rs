//! What models were asked, and what it cost.

use serde_json::Value;

use super::{UNKNOWN, exposition::Family};
use crate::{
    read,
    timeline::Timeline,
    turns::{self, TOKENS},
};

pub(super) fn families(timeline: &Timeline, result: &Value) -> Vec<Family> {
    let mut families = calls(timeline);
    families.extend(used(result));
    families
}

/// From the records: calls as the Runner saw them, tokens as the agent read them.
fn calls(timeline: &Timeline) -> Vec<Family> {
    let mut calls = Family::counter("code_assist_model_calls_total", "Calls of models, by how they ended.");
    let mut seconds =
        Family::counter("code_assist_model_call_seconds_total", "Time that calls of models took.")
            .in_thousandths();
    for call in timeline.calls().filter(|call| call.model_binding().is_some()) {
        calls.add(&[("ending", call.ending().as_str())], 1);
        seconds.add(&[], call.duration_ms(timeline.last_ms));
    }
    let mut tokens = Family::counter(
        "code_assist_model_turn_tokens_total",
        "Tokens by type, as the agent read them from the answers.",
    );
    for note in turns::of(&timeline.entries).values() {
        for kind in TOKENS {
            turns::tokens(note, kind).into_iter().for_each(|count| tokens.add(&[("type", kind)], count));
        }
    }
    vec![calls, seconds, tokens]
}

/// From the result: what the Runner counted and charged.
fn used(result: &Value) -> Vec<Family> {
    let mut requests =
        Family::counter("code_assist_model_requests_total", "Requests to models, each attempt counted.");
    let mut tokens = Family::counter("code_assist_model_tokens_total", "Tokens, both ways together.");
    let mut cost =
        Family::counter("code_assist_model_cost_usd_total", "Money that models cost.").in_millionths();
    for model in read::list(result, "/models") {
        let labels = [
            ("binding", read::name(model, "/binding").unwrap_or(UNKNOWN)),
            ("model", read::name(model, "/model").unwrap_or(UNKNOWN)),
        ];
        let of = |pointer| read::count(model, pointer).unwrap_or_default();
        requests.add(&labels, of("/requests"));
        tokens.add(&labels, of("/tokens"));
        cost.add(&labels, of("/micro_usd"));
    }
    vec![requests, tokens, cost]
}
