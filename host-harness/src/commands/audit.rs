use std::path::PathBuf;

use kernel::publish::{self, Journal, Standing};
use ledger::{Kind, Status, Store, Verification, read_records, verify};
use serde_json::{Value, json};

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
        let records = read_records(store, &run)?;
        let field = |kind, name: &str| {
            let record = records.iter().find(|record| record.kind == kind)?;
            record.body.get(name)?.as_str().map(str::to_owned)
        };
        let mode = field(Kind::RunStarted, "mode").unwrap_or_default();
        let outcome = field(Kind::RunFinished, "outcome").unwrap_or_else(|| "not finished".to_owned());
        match json {
            true => anstream::println!("{}", json!({ "run_id": run, "mode": mode, "outcome": outcome })),
            false => anstream::println!("{run}  {mode:17}  {outcome}"),
        }
    }
    Ok(0)
}

fn show(store: &Store, run: &str) -> Result<u8, Problem> {
    for record in read_records(store, &store.find(run)?)? {
        anstream::println!("{}", json!(record));
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
            true => anstream::println!("{}", machine(&verification, checkout)),
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
    anstream::println!(
        "{}  {colour}{word}{reset}  {} records, head {}",
        verification.run_id,
        verification.records,
        &verification.head[..16]
    );
    verification.faults.iter().for_each(|fault| anstream::println!("  fault: {fault}"));
    verification
        .left_open
        .iter()
        .for_each(|seq| anstream::println!("  record {seq} was opened and never closed"));
    checkout.into_iter().for_each(|standing| anstream::println!("  checkout: {standing}"));
}

fn recover(store: &Store, run: &str) -> Result<u8, Problem> {
    let run = store.find(run)?;
    let journal = Journal::path(&store.run_folder(&run));
    publish::perform(&journal)?;
    anstream::println!("{run}: the change is placed");
    Ok(0)
}
