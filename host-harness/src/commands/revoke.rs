use std::path::PathBuf;

use kernel::revocation;
use ledger::{Kind, Status, verify};
use serde_json::{Value, json};

use crate::terminal::out::say;
use crate::{Problem, set_up};

/// Takes capabilities back from a run that is going on.
pub(super) fn run(
    run: &str,
    capability: Option<&str>,
    json: bool,
    state_dir: Option<PathBuf>,
) -> Result<u8, Problem> {
    let store = set_up::reading(state_dir, &policy::Config::default())?;
    let run = store.find(run)?;
    if verify(&store, &run)?.status != Status::Running {
        return Err(Problem::invalid("nothing-to-revoke", format!("`{run}` is not going on any more")));
    }
    let issued = store.records(&run)?;
    let issued = issued.iter().filter(|record| record.kind == Kind::CapabilityIssued);
    let known = |id: &str| {
        let mut ids = issued.filter_map(|record| record.body.get("capability").and_then(Value::as_str));
        ids.any(|one| one == id)
    };
    if let Some(id) = capability.filter(|id| !known(id)) {
        let message = format!("`{run}` has no capability `{}`", id.escape_debug());
        return Err(Problem::invalid("nothing-to-revoke", message));
    }
    let id = capability.unwrap_or(revocation::ALL);
    revocation::write(&store.run_folder(&run), id)?;
    match json {
        true => say!("{}", json!({ "run_id": run, "revoked": id })),
        false => say!("{run}: {id} is revoked; the next call is denied"),
    }
    Ok(0)
}
