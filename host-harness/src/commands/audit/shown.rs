//! A run as a page for people, and as numbers for machines.

use std::path::{Path, PathBuf};

use kernel::artifact;
use ledger::{Kind, Reader, Record, Status, Verification};
use serde_json::{Value, json};

use super::{Looked, Seen};
use crate::{
    Problem,
    terminal::{out, out::say},
};

/// Writes a report of a run. What does not verify is shown as that.
pub(super) fn report(seen: &Seen, run: &str, output: Option<PathBuf>) -> Result<u8, Problem> {
    let Looked { reader, run_id, verification } = seen.look(run)?;
    let records = records(&reader, &run_id)?;
    let payload = |sha256: &str| reader.payload(&run_id, sha256).ok().flatten();
    let proof = proof(&verification, reader.attached(&run_id, "checkpoint")?);
    let page = report::html(&report::Run { records: &records, payload: &payload, proof: &proof });
    let path = output.unwrap_or_else(|| PathBuf::from(format!("{run_id}.html")));
    if path.as_os_str() == "-" {
        out::print(format_args!("{page}"));
        return Ok(exit_code(&verification));
    }
    artifact::replace(&path, page.as_bytes())?;
    match seen.json {
        true => say!("{}", json!({ "run_id": run_id, "file": path, "status": verification.status })),
        false => say!("{run_id}: written to {}{}", Path::display(&path), corrupt(&verification)),
    }
    Ok(exit_code(&verification))
}

fn exit_code(verification: &Verification) -> u8 {
    if verification.status == Status::Corrupt { 6 } else { 0 }
}

fn corrupt(verification: &Verification) -> String {
    let fault = verification.faults.first();
    fault.map(|fault| format!("; the run does not verify: {fault}")).unwrap_or_default()
}

/// Prints the counters of a run.
pub(super) fn metrics(seen: &Seen, run: &str) -> Result<u8, Problem> {
    let Looked { reader, run_id, .. } = seen.show(run)?;
    let records = records(&reader, &run_id)?;
    let named = records.iter().rev().find(|record| record.kind == Kind::RunResult);
    let hash = named.and_then(|record| record.body.get("result")?.as_str());
    let bytes = hash.map(|hash| reader.payload(&run_id, hash)).transpose()?.flatten();
    let result: Option<Value> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let metrics = telemetry::metrics(&records, result.as_ref());
    match seen.json {
        true => say!("{}", json!({ "run_id": run_id, "metrics": metrics })),
        false => out::print(format_args!("{metrics}")),
    }
    Ok(0)
}

fn records(reader: &Reader, run_id: &str) -> Result<Vec<Record>, Problem> {
    let mut records = Vec::new();
    reader.records(run_id, |record| records.push(record))?;
    Ok(records)
}

fn proof(verification: &Verification, checkpoint: Option<String>) -> report::Proof {
    let signatures = &verification.signatures;
    let removed = verification.removed.iter();
    let removed = removed.map(|(hash, reason)| format!("payload {hash} was taken out: {reason}"));
    let witnesses = signatures.witnessed_by.iter().map(|name| format!("cosigned by the witness {name}"));
    let hold = verification.hold.iter().map(|reason| format!("on hold: {reason}"));
    let unchecked = verification.unchecked.iter().map(|what| format!("not looked into: {what}"));
    let left_open = verification.left_open.iter();
    let open = left_open.clone().map(|open| format!("record {}, {}: {}", open.record, open.what, open.known));
    let status = json!(verification.status).as_str().unwrap_or_default().to_owned();
    report::Proof {
        status,
        records: verification.records,
        head: verification.head.clone(),
        root: Some(verification.root.clone()),
        signed_by: signatures.signed_by.first().or(signatures.unknown.first()).cloned(),
        trusted: !signatures.signed_by.is_empty(),
        faults: verification.faults.iter().map(ToString::to_string).collect(),
        notes: removed.chain(witnesses).chain(hold).chain(unchecked).chain(open).collect(),
        left_open: left_open.map(|open| open.record).collect(),
        checkpoint,
    }
}
