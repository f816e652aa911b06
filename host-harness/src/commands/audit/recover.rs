use std::path::Path;

use kernel::publish::{self, Journal, Step};
use ledger::{Kind, Status, Store, verify};
use serde_json::{Value, json};

use super::Seen;
use crate::{Problem, terminal::out::say};

/// Finishes what a killed placement began, and records that.
pub(super) fn run(seen: &Seen, run: &str) -> Result<u8, Problem> {
    let store = seen.writer()?;
    let run = store.find(run)?;
    let journal = Journal::path(&store.run_folder(&run));
    if !journal.exists() {
        return Err(Problem::invalid("nothing-to-recover", format!("no change of `{run}` was being placed")));
    }
    let verification = verify(&store, &run)?;
    if verification.status != Status::Interrupted {
        let message = format!("`{run}` is not interrupted; there is nothing to recover");
        return Err(Problem::invalid("nothing-to-recover", message));
    }
    if !is_recorded(&store, &run, &journal) {
        let message = format!("what lies in `{}` is not the change that `{run}` recorded", journal.display());
        return Err(Problem::integrity("journal-changed", message));
    }
    publish::finish(&journal)?;
    if let Some(opened) = verification.left_open.iter().find(|open| open.what == "placement") {
        let body = json!({ "opened": opened.record, "placement": "working_tree", "recovered": true });
        let mut trace = store.resume(&run)?;
        trace.append(kernel::clock::now_ms(), Kind::PlacementClosed, &body)?;
        trace.sync()?;
    }
    match seen.json {
        true => say!("{}", json!({ "run_id": run, "placed": true })),
        false => say!("{run}: the change is placed"),
    }
    Ok(0)
}

/// Whether a journal speaks of the repository of the run, and of the files that its record of the
/// placement names.
fn is_recorded(store: &Store, run: &str, journal: &Path) -> bool {
    let record = |kind| store.record(run, kind).ok().flatten();
    let (Some(started), Some(placement)) = (record(Kind::RunStarted), record(Kind::PlacementOpened)) else {
        return false;
    };
    let Ok(journal) = Journal::read(journal) else { return false };
    let root = started.body.get("root").and_then(Value::as_str).map(Path::new);
    let files = placement.body.get("files").and_then(Value::as_array);
    let recorded = |step: &Step| {
        let file = json!({ "path": step.path, "before": step.before, "after": step.after });
        files.is_some_and(|files| files.contains(&file))
    };
    root == Some(&journal.root) && journal.run_id == run && journal.steps.iter().all(recorded)
}
