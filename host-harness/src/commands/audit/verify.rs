//! Verification, and how it is told.

use std::path::Path;

use kernel::{
    input,
    publish::{self, Journal, Standing},
};
use ledger::{
    Bare, Fault, Growth, LedgerError, Opened, Proof, Status, Store, Trust, Verification, verify_all,
    verify_export,
};
use serde_json::{Value, json};

use super::{Seen, is_export};
use crate::{
    Problem,
    cli::VerifyArgs,
    terminal::{line, out::say, style},
};

const PROOF_BYTES_MAX: u64 = 64 * 1024 * 1024;
const INTEGRITY: u8 = 6;

/// Verifies what is named; every run of the store, and the store itself, where nothing is.
pub(super) fn run(seen: &Seen, args: &VerifyArgs) -> Result<u8, Problem> {
    if let Some(file) = &args.proof {
        return proof(seen, file, args);
    }
    let store = seen.store()?;
    let mut corrupt = match &args.since {
        Some(file) => grown(seen, &store, file)?,
        None => false,
    };
    let mut each = |verification: Verification| {
        corrupt |= verification.status == Status::Corrupt;
        tell(seen, Some(&store), &verification);
    };
    if args.runs.is_empty() {
        let mut runs = 0_usize;
        let verified = verify_all(&store, |verification| {
            runs += 1;
            each(verification);
            Ok(())
        });
        let faults = verified.or_else(damage)?;
        if runs == 0 && faults.is_empty() {
            return Err(Problem::invalid("no-runs", format!("no run in `{}`", store.root().display())));
        }
        corrupt |= tell_store(seen, &faults);
        tell_anew(seen, &store);
        return Ok(if corrupt { INTEGRITY } else { 0 });
    }
    let mut worst = 0;
    for run in &args.runs {
        worst = worst.max(one(seen, &store, run)?);
    }
    Ok(if corrupt { INTEGRITY } else { worst })
}

/// Verifies a run, or an export. What can't be looked at does not keep the next from being so.
fn one(seen: &Seen, store: &Store, run: &str) -> Result<u8, Problem> {
    let verified = match is_export(run) {
        true => verify_export(Path::new(run), &seen.for_exports()?),
        false => store.find(run).and_then(|run| ledger::verify(store, &run)),
    };
    match verified {
        Ok(verification) => {
            tell(seen, (!is_export(run)).then_some(store), &verification);
            Ok(if verification.status == Status::Corrupt { INTEGRITY } else { 0 })
        }
        Err(error) if error.is_damage() => {
            tell_damage(seen, run, &error);
            Ok(INTEGRITY)
        }
        Err(error) => {
            let emptied =
                !is_export(run) && tell_store(seen, &verify_all(store, |_| Ok(())).or_else(damage)?);
            let code = Problem::from(error).tell(seen.json);
            Ok(if emptied { INTEGRITY } else { code })
        }
    }
}

fn tell_damage(seen: &Seen, run: &str, error: &LedgerError) {
    let fault = Fault::damaged(error);
    match seen.json {
        true => say!("{}", json!({ "file": run, "status": "corrupt", "faults": [fault] })),
        false => say!("{run}  {}corrupt{}\n  fault: {}", style::BAD, style::RESET, line(&fault.message)),
    }
}

/// A store that can't be read as what it is was damaged; that is a finding.
fn damage(error: LedgerError) -> Result<Vec<Fault>, Problem> {
    match error.is_damage() {
        true => Ok(vec![Fault::damaged(&error)]),
        false => Err(error.into()),
    }
}

/// How the checkout stands to a run that did not come to its end.
fn checkout(store: &Store, verification: &Verification) -> Option<&'static str> {
    let folder = store.run_folder(&verification.run_id);
    if !matches!(verification.status, Status::Interrupted | Status::Corrupt) || !folder.exists() {
        return None;
    }
    let journal = Journal::path(&folder);
    if !journal.is_file() {
        return Some("as before: no placement was begun");
    }
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

fn tell(seen: &Seen, store: Option<&Store>, verification: &Verification) {
    let checkout = store.and_then(|store| checkout(store, verification));
    if seen.json {
        let mut value = json!(verification);
        value["checkout"] = json!(checkout);
        return say!("{value}");
    }
    let (colour, word) = match verification.status {
        Status::Complete => (style::GOOD, "complete"),
        Status::Running => (style::NOTE, "running"),
        Status::Interrupted => (style::NOTE, "interrupted"),
        Status::Pruned => (style::NOTE, "pruned"),
        Status::Corrupt => (style::BAD, "corrupt"),
    };
    say!(
        "{}  {colour}{word}{}  {} records, head {}{}",
        line(&verification.run_id),
        style::RESET,
        verification.records,
        short(&verification.head),
        signed(verification)
    );
    verification.faults.iter().for_each(|fault| say!("  fault: {}", line(&fault.to_string())));
    for open in &verification.left_open {
        say!("  record {} was opened and never closed: {}; {}", open.record, line(&open.what), open.known);
    }
    for (payload, reason) in &verification.removed {
        say!("  payload {} was taken out: {}", short(payload), line(reason));
    }
    verification.unchecked.iter().for_each(|what| say!("  not looked into: {}", line(what)));
    verification.hold.iter().for_each(|reason| say!("  on hold: {}", line(reason)));
    checkout.into_iter().for_each(|standing| say!("  checkout: {standing}"));
}

fn short(hash: &str) -> &str {
    hash.get(..16).unwrap_or_default()
}

fn signed(verification: &Verification) -> String {
    let signatures = &verification.signatures;
    let names = |names: &[String]| line(&names.join(", "));
    let witnessed = match signatures.witnessed_by.as_slice() {
        [] => String::new(),
        witnesses => format!(", witnessed by {}", names(witnesses)),
    };
    match (signatures.signed_by.as_slice(), signatures.unknown.as_slice()) {
        ([], []) => String::new(),
        ([], unknown) => format!(", signed by {}: no key at hand says so (`--key`)", names(unknown)),
        (known, _) => format!(", signed by {}{witnessed}", names(known)),
    }
}

/// What is wrong with the store itself; says whether anything is.
fn tell_store(seen: &Seen, faults: &[Fault]) -> bool {
    if seen.json && !faults.is_empty() {
        say!("{}", json!({ "store": { "status": "corrupt", "faults": faults } }));
    } else {
        let told = |fault: &Fault| line(&fault.to_string());
        faults.iter().for_each(|fault| say!("{}store{}  fault: {}", style::BAD, style::RESET, told(fault)));
    }
    !faults.is_empty()
}

/// That another store lay here: its runs are gone, and this log says so as long as it lasts.
fn tell_anew(seen: &Seen, store: &Store) {
    let Ok(Some(before)) = store.reader().and_then(|reader| reader.replaces()) else { return };
    match seen.json {
        true => say!("{}", json!({ "store": { "replaces": before } })),
        false => {
            say!("store  began anew where the log `{}` lay: its runs are not here", before.escape_debug())
        }
    }
}

/// Whether the log only grew since a checkpoint; says whether it did anything else.
fn grown(seen: &Seen, store: &Store, file: &Path) -> Result<bool, Problem> {
    let before = checkpoint(file, store.trust())?;
    let grown = store.reader()?.prove_growth(&before);
    let told = grown.as_ref().map_or_else(ToString::to_string, |_| {
        format!("the log only grew since it had {} entries", before.size)
    });
    match seen.json {
        true => {
            say!("{}", json!({ "since": { "entries": before.size, "holds": grown.is_ok(), "told": told } }))
        }
        false => say!("{told}"),
    }
    Ok(grown.is_err())
}

/// Verifies a proof of ours, or of anybody's who goes by the same forms.
fn proof(seen: &Seen, file: &Path, args: &VerifyArgs) -> Result<u8, Problem> {
    let text = input::read_text(file, PROOF_BYTES_MAX)?;
    let leaf = args.leaf.as_ref().map(|leaf| input::read(leaf, PROOF_BYTES_MAX)).transpose()?;
    let trust = seen.for_exports()?.trust().clone();
    let held = match serde_json::from_str::<Bare>(&text) {
        Ok(bare) => bare.check().map(|()| json!({ "holds": true })),
        Err(_) if text.trim_start().starts_with('{') => Err("no proof in JSON: neither `leafIdx`, `treeSize`, `root`, `leafHash`, `proof` nor `size1`, `size2`, `root1`, `root2`, `proof`".to_owned()),
        Err(_) if text.starts_with("old ") => growth(&text, args.since.as_deref(), &trust)?,
        Err(_) => ours(&text, leaf.as_deref(), &trust),
    };
    match (&held, seen.json) {
        (Ok(told), true) => say!("{told}"),
        (Err(fault), true) => say!("{}", json!({ "holds": false, "fault": fault })),
        (Ok(told), false) => say!("{}the proof holds{}{}", style::GOOD, style::RESET, particulars(told)),
        (Err(fault), false) => say!("{}the proof does not hold{}: {fault}", style::BAD, style::RESET),
    }
    Ok(if held.is_ok() { 0 } else { INTEGRITY })
}

fn ours(text: &str, leaf: Option<&[u8]>, trust: &Trust) -> Result<Value, String> {
    let proof = Proof::parse(text)?;
    let leaf =
        leaf.or(proof.leaf.as_deref()).ok_or("it brings nothing along that it could be of: `--leaf FILE`")?;
    let opened = proof.check(leaf, trust)?;
    Ok(json!({
        "holds": true, "index": proof.index, "origin": opened.origin, "size": opened.size, "root": opened.root,
        "signed_by": opened.signed_by, "witnessed_by": opened.witnessed_by, "unknown": opened.unknown,
        "leaf": String::from_utf8_lossy(leaf),
    }))
}

/// Whether a log only grew, without the log.
fn growth(text: &str, since: Option<&Path>, trust: &Trust) -> Result<Result<Value, String>, Problem> {
    let none =
        || Problem::invalid("no-checkpoint", "what the log has grown from is missing\nhint: `--since FILE`");
    let before = checkpoint(since.ok_or_else(none)?, trust)?;
    let opened = Growth::parse(text).and_then(|growth| growth.check(&before, trust));
    Ok(opened.map(|opened| {
        json!({
            "holds": true, "index": before.size, "origin": opened.origin, "size": opened.size,
            "root": opened.root, "signed_by": opened.signed_by, "witnessed_by": opened.witnessed_by,
            "unknown": opened.unknown,
        })
    }))
}

fn checkpoint(file: &Path, trust: &Trust) -> Result<Opened, Problem> {
    let text = input::read_text(file, PROOF_BYTES_MAX)?;
    let unreadable = |fault| Problem::invalid("checkpoint-invalid", format!("`{}`: {fault}", file.display()));
    trust.open(&text).map_err(unreadable)
}

fn particulars(told: &Value) -> String {
    let Some(origin) = told["origin"].as_str() else { return String::new() };
    let names = |name: &str| {
        let names = told[name].as_array().into_iter().flatten().filter_map(Value::as_str);
        names.collect::<Vec<_>>().join(", ")
    };
    let signed = match (names("signed_by"), names("unknown")) {
        (known, _) if !known.is_empty() => format!("signed by {known}"),
        (_, unknown) => format!("said to be signed by {unknown}: no key at hand says so (`--key`)"),
    };
    format!(": leaf {} of {} in {origin}, {signed}", told["index"], told["size"])
}
