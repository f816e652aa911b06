//! What the agent notes of a model's answers.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{read, timeline::Entry};

/// Tokens as a note counts them.
pub(crate) const TOKENS: &[&str] = &["input", "output", "cached_read", "cached_write", "reasoning"];

/// What the agent noted of the answer to each call of a model, by the place of the call. A
/// note stands after the call that it is about and names the same binding.
pub(crate) fn of<'a>(entries: &'a [Entry]) -> BTreeMap<usize, &'a Value> {
    let mut asked: Option<(usize, &str)> = None;
    let mut turns = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        if let Some(binding) = entry.model_binding() {
            asked = Some((at, binding));
        } else if let Some(note) = note(entry) {
            let about = asked.take().filter(|(_, binding)| read::text(note, "/binding") == Some(binding));
            turns.extend(about.map(|(at, _)| (at, note)));
        }
    }
    turns
}

fn note<'a>(entry: &'a Entry) -> Option<&'a Value> {
    let turn = read::text(&entry.opened.body, "/arguments/kind") == Some("turn");
    entry.opened.body.pointer("/arguments/note").filter(|_| turn && entry.is_call_of("audit.record"))
}

/// Tokens of a kind that a note counts.
pub(crate) fn tokens(note: &Value, kind: &str) -> Option<u64> {
    read::count(note, &format!("/said/usage/{kind}"))
}
