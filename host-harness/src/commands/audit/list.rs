//! What runs there are, and what their records say.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ledger::{Kind, Reader, Status, Store, verify};
use serde_json::json;

use super::{Looked, Seen};
use crate::{
    Problem,
    terminal::{line, out::say},
};

/// Every run with its mode and its outcome.
pub(super) fn list(seen: &Seen) -> Result<u8, Problem> {
    let store = seen.store()?;
    let reader = store.reader()?;
    for run in reader.runs()? {
        let (mode, outcome) = told(&reader, &store, &run);
        match seen.json {
            true => say!("{}", json!({ "run_id": run, "mode": mode, "outcome": outcome })),
            false => say!("{}  {:17}  {}", line(&run), line(&mode), line(&outcome)),
        }
    }
    Ok(0)
}

/// The mode and the outcome of a run, as far as its trace tells.
fn told(reader: &Reader, store: &Store, run: &str) -> (String, String) {
    let field = |kind, name: &str| {
        let record = reader.last_of(run, kind).ok()??;
        record.body.get(name)?.as_str().map(str::to_owned)
    };
    let unfinished = || match verify(store, run).map(|verification| verification.status) {
        Ok(Status::Running) => "running".to_owned(),
        Ok(Status::Interrupted) => "interrupted".to_owned(),
        Ok(Status::Pruned) => "pruned".to_owned(),
        _ => "corrupt".to_owned(),
    };
    let mode = field(Kind::RunStarted, "mode").unwrap_or_default();
    (mode, field(Kind::RunFinished, "outcome").unwrap_or_else(unfinished))
}

/// The records of a run, a line each; or what one of them names by its hash.
pub(super) fn show(seen: &Seen, run: &str, payload: Option<&str>) -> Result<u8, Problem> {
    let Looked { reader, run_id: run, .. } = seen.show(run)?;
    let Some(sha256) = payload else {
        reader.records(&run, |record| say!("{}", json!(record)))?;
        return Ok(0);
    };
    let bytes = reader.payload(&run, sha256)?.ok_or_else(|| {
        let message = format!("`{run}` kept nothing under `{}`, or it was taken out", sha256.escape_debug());
        Problem::invalid("no-payload", message)
    })?;
    match (seen.json, str::from_utf8(&bytes)) {
        (false, _) => crate::terminal::out::bytes(&bytes),
        (true, Ok(text)) => say!("{}", json!({ "payload": sha256, "text": text })),
        (true, Err(_)) => say!("{}", json!({ "payload": sha256, "base64": BASE64_STANDARD.encode(&bytes) })),
    }
    Ok(0)
}
