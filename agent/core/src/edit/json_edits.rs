//! A JSON list of edits:
//!
//! ```json
//! [
//!   { "op": "replace", "path": "a.rs", "old": "one", "new": "two" },
//!   { "op": "replace", "path": "a.rs", "old": "three", "new": "four", "all": true },
//!   { "op": "write", "path": "b.sh", "content": "#!/bin/sh\n", "mode": "100755" },
//!   { "op": "write", "path": "c.png", "content_base64": "iVBORw0KGgo=" },
//!   { "op": "rename", "path": "d.rs", "to": "e.rs" },
//!   { "op": "mode", "path": "f.sh", "mode": "100755" },
//!   { "op": "delete", "path": "g.rs" }
//! ]
//! ```
//!
//! An object with the list under `edits` is taken too, and either in a fence. `replace`
//! must find its text once, unless `all` is true; `rename` must not find another file.

use agent_contract::{
    document,
    edits::{EditOp, JsonEdit, JsonEdits},
    fault::Fault,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{
    fault::ProposalFault,
    names,
    step::{Action, Count, Onto, Place, Step, Target, Way},
};

/// Whether a text is meant to be a list of edits. A bracket may start anything else:
/// `[PATCH 1/2]` is the subject of a mail.
pub(super) fn is_list(text: &str) -> bool {
    let mut letters = unfenced(text).chars().filter(|c| !c.is_whitespace());
    match letters.next() {
        Some('[') => letters.next().is_none_or(|next| matches!(next, '{' | ']')),
        Some('{') => letters.next().is_none_or(|next| matches!(next, '"' | '}')),
        _ => false,
    }
}

/// The text without a fence around the whole of it.
fn unfenced(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}').trim();
    let inside = || {
        let (open, rest) = text.split_once('\n')?;
        let (inner, close) = rest.rsplit_once('\n')?;
        let (mark, count, _) = names::fence(open)?;
        names::closes(close, (mark, count)).then_some(inner)
    };
    inside().unwrap_or(text)
}

/// Reads the list.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, ProposalFault> {
    let value = document::parse_value(unfenced(text)).map_err(|fault| malformed(&fault))?;
    let place = if value.is_array() { "" } else { "/edits" };
    let edits = match value.is_array() {
        true => document::from_value::<Vec<JsonEdit>>(value.clone()),
        false => document::from_value::<JsonEdits>(value.clone()).map(|edits| edits.edits),
    };
    let edits = edits.map_err(|fault| outside(&value, &fault).unwrap_or_else(|| malformed(&fault)))?;
    let step = |(index, edit): (usize, JsonEdit)| {
        let at = format!("{place}/{index}");
        let checked = edit.check();
        checked.map_err(|fault| malformed(&Fault::new(format!("{at}{}", fault.at), fault.message)))?;
        let path = edit.path.clone();
        Ok(Step::in_turn(path, Place::Pointer(at), action(edit)))
    };
    edits.into_iter().enumerate().map(step).collect()
}

fn malformed(fault: &Fault) -> ProposalFault {
    let at = if fault.at.is_empty() { "/" } else { &fault.at };
    ProposalFault::malformed_at(Place::Pointer(at.to_owned()), fault.message.clone())
}

/// A text that was refused where a path belongs is a path that leads elsewhere.
fn outside(value: &Value, fault: &Fault) -> Option<ProposalFault> {
    let path = fault.at.ends_with("/path") || fault.at.ends_with("/to");
    let text = value.pointer(&fault.at).is_some_and(Value::is_string);
    (path && text).then(|| ProposalFault::outside(Place::Pointer(fault.at.clone()), fault.message.clone()))
}

/// What an edit does; that it has what it needs was checked.
fn action(edit: JsonEdit) -> Action {
    match edit.op {
        EditOp::Replace => {
            let (old, new) = (edit.old.unwrap_or_default(), edit.new.unwrap_or_default());
            let count = if edit.all == Some(true) { Count::All } else { Count::Once };
            Action::Replace { old: old.into_bytes(), new: new.into_bytes(), count }
        }
        EditOp::Write => {
            let decoded = edit.content_base64.and_then(|text| STANDARD.decode(text).ok());
            let bytes = decoded.unwrap_or_else(|| edit.content.unwrap_or_default().into_bytes());
            Action::Write { bytes, mode: edit.mode, onto: Onto::Anything }
        }
        EditOp::Delete => Action::Delete { hunks: Vec::new() },
        EditOp::Rename | EditOp::Mode => {
            let target = edit.to.map(|path| Target { path, way: Way::Move, onto: Onto::Nothing });
            Action::Patch { hunks: Vec::new(), target, mode: edit.mode }
        }
    }
}
