//! What somebody without the key can make: records and a log that fit together. Made without
//! the ledger's own code.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ledger::Signer;
use rusqlite::Connection;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use signed_note::Verifier as _;

pub type Lines = Vec<Vec<u8>>;
type Hash = [u8; 32];

pub fn leaf(line: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(line).finalize().into()
}

fn node(left: Hash, right: Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a tree, as RFC 6962 defines it.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let left = leaves.len().next_power_of_two() / 2;
            node(root(&leaves[..left]), root(&leaves[left..]))
        }
    }
}

pub fn hex(hash: Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn leaves(lines: &[Vec<u8>]) -> Vec<Hash> {
    lines.iter().map(|line| leaf(line)).collect()
}

/// Links the records from a place on, each changed before by `change`.
pub fn relinked(lines: &[Vec<u8>], from: usize, mut change: impl FnMut(usize, &mut Value)) -> Lines {
    let mut lines = lines.to_vec();
    for at in from..lines.len() {
        let mut record: Value = serde_json::from_slice(&lines[at]).unwrap();
        change(at, &mut record);
        record["seq"] = json!(at);
        record["previous"] = json!(at.checked_sub(1).map_or("0".repeat(64), |at| hex(leaf(&lines[at]))));
        lines[at] = serde_json_canonicalizer::to_vec(&record).unwrap();
    }
    lines
}

pub fn read(db: &Connection, sql: &str) -> Lines {
    let mut rows = db.prepare(sql).unwrap();
    rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// The records of a run.
pub fn records(db: &Connection, run: i64) -> Lines {
    read(db, &format!("SELECT line FROM records WHERE place >> 32 = {run} ORDER BY place"))
}

pub fn log(db: &Connection) -> Lines {
    read(db, "SELECT line FROM log ORDER BY seq")
}

pub fn put_records(db: &Connection, run: i64, lines: &[Vec<u8>]) {
    db.execute("DELETE FROM records WHERE place >> 32 = ?1", [run]).unwrap();
    for (at, line) in lines.iter().enumerate() {
        let place = run << 32 | i64::try_from(at).unwrap();
        db.execute("INSERT INTO records (place, line) VALUES (?1, ?2)", (place, line)).unwrap();
    }
}

/// Rewrites the log, and all that the store says of it.
pub fn put_log(db: &Connection, lines: &[Vec<u8>], signer: Option<&dyn Signer>) {
    db.execute("DELETE FROM log", []).unwrap();
    for (at, line) in lines.iter().enumerate() {
        db.execute("INSERT INTO log (seq, line) VALUES (?1, ?2)", (i64::try_from(at).unwrap(), line))
            .unwrap();
    }
    let origin: Vec<u8> =
        db.query_row("SELECT value FROM state WHERE key = 'origin'", [], |row| row.get(0)).unwrap();
    let leaves = leaves(lines);
    let checkpoint = checkpoint(&String::from_utf8(origin).unwrap(), &leaves, signer);
    set(db, "checkpoint", checkpoint.as_bytes());
    set(db, "head", leaves.last().unwrap());
    set(db, "frontier", &frontier(&leaves));
}

pub fn set(db: &Connection, key: &str, value: &[u8]) {
    db.execute("UPDATE state SET value = ?2 WHERE key = ?1", (key, value)).unwrap();
}

fn frontier(mut leaves: &[Hash]) -> Vec<u8> {
    let mut bytes = (leaves.len() as u64).to_be_bytes().to_vec();
    while !leaves.is_empty() {
        let (whole, rest) = leaves.split_at(1 << leaves.len().ilog2());
        bytes.extend(root(whole));
        leaves = rest;
    }
    bytes
}

/// A checkpoint, signed by somebody or by nobody.
pub fn checkpoint(origin: &str, leaves: &[Hash], signer: Option<&dyn Signer>) -> String {
    let text = format!("{origin}\n{}\n{}\n", leaves.len(), BASE64_STANDARD.encode(root(leaves)));
    let Some(signer) = signer else { return text };
    let signature = signer.sign(text.as_bytes()).unwrap();
    let typed = [signer.key().key_id().to_be_bytes().as_slice(), &signature].concat();
    format!("{text}\n— {} {}\n", signer.key().name(), BASE64_STANDARD.encode(typed))
}

/// Rewrites a run, and everything that speaks of it and needs no key.
pub fn rewrite(db: &Connection, lines: &[Vec<u8>], signer: Option<&dyn Signer>) {
    put_records(db, 1, lines);
    let leaves = leaves(lines);
    let (head, top) = (hex(*leaves.last().unwrap()), hex(root(&leaves)));
    let log = relinked(&log(db), 0, |_, entry| {
        if entry["kind"] == "log.run_finished" && entry["run_id"] == "run-1" {
            entry["body"] = json!({ "records": lines.len(), "head": head, "root": top, "statements": {} });
        }
    });
    put_log(db, &log, signer);
    let note: Vec<u8> = db
        .query_row("SELECT text FROM notes WHERE run = 1 AND name = 'checkpoint'", [], |row| row.get(0))
        .unwrap();
    let origin = String::from_utf8(note).unwrap().lines().next().unwrap().to_owned();
    let note = checkpoint(&origin, &leaves, signer);
    db.execute("DELETE FROM notes WHERE run = 1", []).unwrap();
    db.execute("INSERT INTO notes VALUES (1, 'checkpoint', ?1)", [note.as_bytes()]).unwrap();
}
