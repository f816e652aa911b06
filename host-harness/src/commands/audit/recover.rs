use kernel::publish::{self, Journal};
use ledger::{Kind, Status, verify};
use serde_json::json;

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
    publish::finish(&journal)?;
    if let Some(opened) = verification.left_open.iter().find(|open| open.what == "placement") {
        let body = json!({ "opened": opened.record, "placement": "working_tree", "recovered": true });
        let mut trace = store.resume(&run)?;
        trace.append(kernel::clock::now_ms(), Kind::PlacementClosed, &body)?;
        trace.sync()?;
    }
    say!("{run}: the change is placed");
    Ok(0)
}
