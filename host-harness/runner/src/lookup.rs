//! Looking into the code, when the agent asks.

use kernel::{KernelError, lookup::Looks};
use policy::{
    Permit,
    call::{FindCall, MapCall, SymbolsCall},
};
use serde_json::{Value, json};

use crate::{done::Done, outside::Outside};

/// What a file defines.
pub(crate) fn symbols(
    outside: &mut Outside,
    permit: Permit<SymbolsCall>,
) -> Result<Done<String>, KernelError> {
    let Outside { workspace, secrets, lookup, .. } = outside;
    let told = lookup.symbols(permit, workspace, |bytes| secrets.refuse_held("the file", bytes))?;
    let record = json!({ "symbols": told.symbols.len(), "skipped": told.skipped });
    Ok(answered(&json!(told), record))
}

/// A map of the workspace.
pub(crate) fn map(outside: &mut Outside, permit: Permit<MapCall>) -> Result<Done<String>, KernelError> {
    let Outside { workspace, reading, secrets, lookup, .. } = outside;
    let looks = Looks {
        path: &|path| reading.shows(path),
        content: &|bytes| secrets.refuse_held("the file", bytes).is_ok(),
    };
    let map = lookup.map(permit, workspace, &looks)?;
    let record = json!({ "files": map.files, "read": map.read, "skipped": map.skipped });
    Ok(answered(&json!(map), record))
}

/// Where code of some form is.
pub(crate) fn find(outside: &mut Outside, permit: Permit<FindCall>) -> Result<Done<String>, KernelError> {
    let Outside { workspace, reading, secrets, lookup, .. } = outside;
    let looks = Looks {
        path: &|path| reading.shows(path),
        content: &|bytes| secrets.refuse_held("the file", bytes).is_ok(),
    };
    let found = lookup.find(permit, workspace, &looks)?;
    let record = json!({ "matches": found.matches.len(), "files": found.files, "more": found.more });
    Ok(answered(&json!(found), record))
}

fn answered(answer: &Value, mut record: Value) -> Done<String> {
    let text = answer.to_string();
    record["sha256"] = policy::blob::sha256(text.as_bytes()).into();
    let size = text.len();
    Done::new(text, record).with_bytes(size)
}
