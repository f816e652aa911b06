use std::path::PathBuf;

use kernel::publish::{self, Journal, Standing};
use ledger::{Kind, Status, Store, Verification, read_records, verify};
use serde_json::{Value, json};

use crate::terminal::out::say;
use crate::{Problem, cli::AuditCommand, set_up, terminal::style};

/// Looks at traces.
pub(super) fn run(command: AuditCommand, json: bool, state_dir: Option<PathBuf>) -> Result<u8, Problem> {
    let store = set_up::store(state_dir)?;
    match command {
        AuditCommand::List => list(&store, json),
        AuditCommand::Show { run } => show(&store, &run),
        AuditCommand::Verify { runs } => verify_runs(&store, &runs, json),
        AuditCommand::Recover { run } => recover(&store, &run),
    }
}

fn list(store: &Store, json: bool) -> Result<u8, Problem> {
    for run in store.runs()? {
        let (mode, outcome) = told(store, &run);
        match json {
            true => say!("{}", json!({ "run_id": run, "mode": mode, "outcome": outcome })),
            false => say!("{run}  {mode:17}  {outcome}"),
        }
    }
    Ok(0)
}

/// The mode and the outcome of a run, as far as its trace tells.
fn told(store: &Store, run: &str) -> (String, String) {
    let Ok(records) = read_records(store, run) else { return (String::new(), "trace is gone".to_owned()) };
    let field = |kind, name: &str| {
        let record = records.iter().find(|record| record.kind == kind)?;
        record.body.get(name)?.as_str().map(str::to_owned)
    };
    let unfinished = || match verify(store, run).map(|verification| verification.status) {
        Ok(Status::Running) => "running".to_owned(),
        Ok(Status::Interrupted) => "interrupted".to_owned(),
        _ => "corrupt".to_owned(),
    };
    let mode = field(Kind::RunStarted, "mode").unwrap_or_default();
    (mode, field(Kind::RunFinished, "outcome").unwrap_or_else(unfinished))
}

fn show(store: &Store, run: &str) -> Result<u8, Problem> {
    for record in read_records(store, &store.find(run)?)? {
        say!("{}", json!(record));
    }
    Ok(0)
}

fn verify_runs(store: &Store, runs: &[String], json: bool) -> Result<u8, Problem> {
    let all = if runs.is_empty() {
        store.runs()?
    } else {
        runs.iter().map(|run| store.find(run)).collect::<Result<_, _>>()?
    };
    if all.is_empty() {
        return Err(Problem::invalid("no-runs", format!("no run in `{}`", store.root().display())));
    }
    let mut corrupt = false;
    for run in all {
        let verification = verify(store, &run)?;
        corrupt |= verification.status == Status::Corrupt;
        let checkout = checkout(store, &verification);
        match json {
            true => say!("{}", machine(&verification, checkout)),
            false => print(&verification, checkout),
        }
    }
    Ok(if corrupt { 6 } else { 0 })
}

/// How the checkout stands to a run that did not come to its end.
fn checkout(store: &Store, verification: &Verification) -> Option<&'static str> {
    if !matches!(verification.status, Status::Interrupted | Status::Corrupt) {
        return None;
    }
    let journal = Journal::path(&store.run_folder(&verification.run_id));
    if !publish::is_settled(&journal) {
        return Some("being placed right now");
    }
    let Ok(journal) = Journal::read(&journal) else { return Some("as before: no placement was begun") };
    Some(match publish::survey(&journal) {
        Ok(Standing::Before) => "as before",
        Ok(Standing::After) => "as after",
        Ok(Standing::Between) => "between before and after: finish it with `code-assist audit recover`",
        Ok(Standing::Other) => "neither as before nor as after: it was changed since",
        Err(_) => "out of reach",
    })
}

fn machine(verification: &Verification, checkout: Option<&str>) -> Value {
    let mut value = json!(verification);
    value["checkout"] = json!(checkout);
    value
}

fn print(verification: &Verification, checkout: Option<&str>) {
    let (colour, word) = match verification.status {
        Status::Complete => (style::GOOD, "complete"),
        Status::Running => (style::NOTE, "running"),
        Status::Interrupted => (style::NOTE, "interrupted"),
        Status::Corrupt => (style::BAD, "corrupt"),
    };
    let reset = style::RESET;
    say!(
        "{}  {colour}{word}{reset}  {} records, head {}",
        verification.run_id,
        verification.records,
        &verification.head[..16]
    );
    verification.faults.iter().for_each(|fault| say!("  fault: {fault}"));
    verification.left_open.iter().for_each(|seq| say!("  record {seq} was opened and never closed"));
    checkout.into_iter().for_each(|standing| say!("  checkout: {standing}"));
}

/// Finishes what a killed placement began, and records that.
fn recover(store: &Store, run: &str) -> Result<u8, Problem> {
    let run = store.find(run)?;
    let journal = Journal::path(&store.run_folder(&run));
    if !journal.exists() {
        return Err(Problem::invalid("nothing-to-recover", format!("no change of `{run}` was being placed")));
    }
    let verification = verify(store, &run)?;
    if verification.status != Status::Interrupted {
        let message = format!("`{run}` is not interrupted; there is nothing to recover");
        return Err(Problem::invalid("nothing-to-recover", message));
    }
    publish::finish(&journal)?;
    let left_open = verification.left_open;
    let opened = read_records(store, &run)?
        .into_iter()
        .find(|record| record.kind == Kind::PlacementOpened && left_open.contains(&record.seq));
    if let Some(opened) = opened {
        let body = json!({ "opened": opened.seq, "placement": "working_tree", "recovered": true });
        let mut trace = store.resume(&run)?;
        trace.append(kernel::clock::now_ms(), Kind::PlacementClosed, &body)?;
        trace.sync()?;
    }
    say!("{run}: the change is placed");
    Ok(0)
}
