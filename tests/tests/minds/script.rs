//! What a model says in a script.

use std::sync::atomic::{AtomicUsize, Ordering};

use dialects::answers::{Call, Script};
use serde_json::{Value, json};

use crate::server::Turn;

/// No two calls have the same id, whatever the script.
static CALLS: AtomicUsize = AtomicUsize::new(0);

/// Calls of tools, as a script.
pub fn called(calls: &[(&str, Value)]) -> Script {
    let call = |(name, input): &(&str, Value)| Call {
        id: format!("c{:08}", CALLS.fetch_add(1, Ordering::Relaxed)),
        name: (*name).to_owned(),
        arguments: input.to_string(),
    };
    Script { calls: calls.iter().map(call).collect(), ..Script::text("") }
}

/// Calls of tools.
pub fn calls(calls: &[(&str, Value)]) -> Turn {
    Turn::Says(called(calls))
}

/// The input of an edit of one file, with which the model is done.
pub fn edit(path: &str, old: &str, new: &str) -> Value {
    json!({ "edits": [{ "path": path, "old": old, "new": new }], "done": true })
}

/// An edit of one file.
pub fn edits(path: &str, old: &str, new: &str) -> Turn {
    calls(&[("edit", edit(path, old, new))])
}

/// Words.
pub fn says(text: &str) -> Turn {
    Turn::Says(Script::text(text))
}

/// A reviewer who accepts.
pub fn accepts() -> Turn {
    says(&json!({ "accept": true, "faults": [], "summary": "It does what the task says." }).to_string())
}

/// A plan.
pub fn plans(what: &str, files: &[&str]) -> Turn {
    let step = json!({ "what": what, "files": files });
    says(&json!({ "steps": [step], "files": files, "risks": ["none that is known"] }).to_string())
}
