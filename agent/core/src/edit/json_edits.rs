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
//! An object with the list under `edits` is taken too. `replace` must find its text
//! once, unless `all` is true.

use agent_contract::{
    document,
    edits::{EditOp, JsonEdit, JsonEdits},
    fault::Fault,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    fault::ProposalFault,
    step::{Action, Onto, Step},
};

/// Reads the list.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, ProposalFault> {
    let malformed = |fault: Fault| ProposalFault::malformed(1, fault.to_string());
    let value = document::parse_value(text.trim_start_matches('\u{feff}')).map_err(malformed)?;
    let (edits, place) = match value.is_array() {
        true => (document::from_value::<Vec<JsonEdit>>(value), ""),
        false => (document::from_value::<JsonEdits>(value).map(|edits| edits.edits), "/edits"),
    };
    let edits = edits.map_err(malformed)?;
    let step =
        |(index, edit)| step(edit).map_err(|what| malformed(Fault::new(format!("{place}/{index}"), what)));
    edits.into_iter().enumerate().map(step).collect()
}

fn step(edit: JsonEdit) -> Result<Step, String> {
    surplus(&edit)?;
    let op = edit.op;
    let missing = |field: &str| format!("`{op}` needs `{field}`");
    let action = match op {
        EditOp::Replace => {
            let old = edit.old.filter(|old| !old.is_empty()).ok_or_else(|| missing("old"))?;
            let new = edit.new.ok_or_else(|| missing("new"))?;
            Action::Replace { old: old.into_bytes(), new: new.into_bytes(), all: edit.all.unwrap_or(false) }
        }
        EditOp::Write => {
            let bytes = content(edit.content, edit.content_base64)?;
            Action::Write { bytes, mode: edit.mode, onto: Onto::Anything }
        }
        EditOp::Delete => Action::Delete { hunks: Vec::new() },
        EditOp::Rename => {
            let to = edit.to.ok_or_else(|| missing("to"))?;
            Action::Patch { hunks: Vec::new(), to: Some(to), keep: false, mode: None }
        }
        EditOp::Mode => {
            let mode = edit.mode.ok_or_else(|| missing("mode"))?;
            Action::Patch { hunks: Vec::new(), to: None, keep: false, mode: Some(mode) }
        }
    };
    Ok(Step { path: edit.path, line: 1, action })
}

/// A field that the operation does not know is a mistake, not a decoration.
fn surplus(edit: &JsonEdit) -> Result<(), String> {
    let known: &[&str] = match edit.op {
        EditOp::Replace => &["old", "new", "all"],
        EditOp::Write => &["content", "content_base64", "mode"],
        EditOp::Delete => &[],
        EditOp::Rename => &["to"],
        EditOp::Mode => &["mode"],
    };
    let given = [
        ("old", edit.old.is_some()),
        ("new", edit.new.is_some()),
        ("all", edit.all.is_some()),
        ("content", edit.content.is_some()),
        ("content_base64", edit.content_base64.is_some()),
        ("to", edit.to.is_some()),
        ("mode", edit.mode.is_some()),
    ];
    match given.iter().find(|(field, given)| *given && !known.contains(field)) {
        None => Ok(()),
        Some((field, _)) => Err(format!("`{}` does not take `{field}`", edit.op)),
    }
}

fn content(text: Option<String>, base64: Option<String>) -> Result<Vec<u8>, String> {
    match (text, base64) {
        (Some(text), None) => Ok(text.into_bytes()),
        (None, Some(base64)) => STANDARD.decode(base64).map_err(|error| format!("`content_base64`: {error}")),
        _ => Err("`write` needs one of `content` and `content_base64`".to_owned()),
    }
}
