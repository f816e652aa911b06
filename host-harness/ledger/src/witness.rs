//! Others who stand by the log: witnesses that cosign what only grew, and a transparency log
//! that took what is stated of a run.

use rusqlite::{Connection, params};
use serde_json::Value;
use tlog_tiles::tlog::{Hash, record_hash};

use crate::{
    LedgerError, Reader, Store, Trust,
    db::{self, Durable},
    tree::Leaves,
};

/// What a witness is asked: the log as it is, and that it grew from what the witness saw last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignRequest {
    /// The checkpoint that is to be cosigned.
    pub checkpoint: String,
    /// The body of the request (C2SP tlog-witness).
    pub body: String,
}

impl Reader {
    /// Asks for a cosignature from somebody who saw the log when it had `old` entries.
    pub fn cosign_request(&self, old: u64) -> Result<CosignRequest, LedgerError> {
        let checkpoint = self.log_checkpoint()?;
        let leaves = self.log_leaves()?;
        if old > leaves.size() {
            let message = format!(
                "the witness saw {old} entries, and the log has {}: it was cut off or put back",
                leaves.size()
            );
            return Err(LedgerError::Unfit(message));
        }
        let proof = if old == leaves.size() { Vec::new() } else { leaves.prove_beginning(old)? };
        let lines: String = proof.iter().map(|hash| format!("{hash}\n")).collect();
        Ok(CosignRequest { body: format!("old {old}\n{lines}\n{checkpoint}"), checkpoint })
    }

    /// How many entries the log had when a witness cosigned it last.
    pub fn witnessed_size(&self, witness: &str) -> Result<u64, LedgerError> {
        Ok(self.state(&size_key(witness))?.and_then(|size| size.parse().ok()).unwrap_or(0))
    }

    pub(crate) fn log_leaves(&self) -> Result<Leaves, LedgerError> {
        let mut leaves: Vec<Hash> = Vec::new();
        self.log(|_, line| {
            leaves.push(record_hash(line));
            Ok(())
        })?;
        Ok(Leaves(leaves))
    }
}

fn size_key(witness: &str) -> String {
    format!("witnessed/{witness}")
}

/// Takes in what a witness answered: lines of signatures on a checkpoint. One of them must be
/// its own, and hold.
pub fn cosigned(store: &Store, checkpoint: &str, lines: &str, witness: &str) -> Result<(), LedgerError> {
    let note = format!("{checkpoint}{}\n", lines.trim_end());
    let keys =
        store.trust().keys.iter().filter(|key| key.cosigns() && key.name() == witness).cloned().collect();
    let opened = Trust { keys, demands: false }.open(&note).map_err(LedgerError::Signature)?;
    if opened.witnessed_by.is_empty() {
        return Err(LedgerError::Signature(format!("`{witness}` answered with no signature of its own")));
    }
    let (mut writer, path) = (store.writer()?, store.file());
    db::at_once(&mut writer, &path, Durable::Synced, |tx| {
        let written = add_lines(tx, checkpoint, lines)
            .and_then(|()| set(tx, &size_key(witness), opened.size.to_string().as_bytes()));
        written.map_err(LedgerError::store("write", &path))
    })
}

/// Adds signatures to the checkpoint that is in force, where that is still the same.
fn add_lines(db: &Connection, checkpoint: &str, lines: &str) -> rusqlite::Result<()> {
    let body = |note: &str| note.split_once("\n\n").map(|(body, _)| body.to_owned());
    let now = crate::log::state(db, "checkpoint")?.map(|text| String::from_utf8_lossy(&text).into_owned());
    match now.filter(|now| body(now) == body(checkpoint)) {
        Some(now) => set(db, "checkpoint", format!("{now}{}\n", lines.trim_end()).as_bytes()),
        None => Ok(()),
    }
}

fn set(db: &Connection, key: &str, value: &[u8]) -> rusqlite::Result<()> {
    let sql = "INSERT INTO state (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2";
    db.execute(sql, params![key, value]).map(|_| ())
}

/// Keeps what a transparency log answered beside the run that it took a statement of.
pub fn anchored(store: &Store, run_id: &str, answer: &Value) -> Result<(), LedgerError> {
    let row = store.reader()?.there(run_id)?;
    let (mut writer, path) = (store.writer()?, store.file());
    db::at_once(&mut writer, &path, Durable::Synced, |tx| {
        let sql = "INSERT OR REPLACE INTO notes (run, name, text) VALUES (?1, 'anchor.json', ?2)";
        let written = tx.execute(sql, params![row.number, answer.to_string().as_bytes()]);
        written.map(|_| ()).map_err(LedgerError::store("write", &path))
    })
}

impl Reader {
    /// What is attached to a run under a name: its checkpoint, an envelope.
    pub fn attached(&self, run_id: &str, name: &str) -> Result<Option<String>, LedgerError> {
        self.row(run_id)?.map_or(Ok(None), |row| self.note(row.number, name))
    }
}
