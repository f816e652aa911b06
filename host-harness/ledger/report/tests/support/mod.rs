//! Runs as folders: `trace.jsonl`, and what the records name in `payloads/`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use ledger::Record;
use report::{Proof, Run, html};
use serde_json::Value;

/// A run as it lies in a folder.
pub struct Folder {
    pub records: Vec<Record>,
    payloads: PathBuf,
}

impl Folder {
    pub fn read(folder: &Path) -> Self {
        let trace = fs::read_to_string(folder.join("trace.jsonl")).unwrap();
        let line = |line| record(serde_json::from_str(line).unwrap());
        Self { records: trace.lines().map(line).collect(), payloads: folder.join("payloads") }
    }

    /// The page of the run.
    pub fn page(&self, proof: &Proof) -> String {
        let payload = |hash: &str| fs::read(self.payloads.join(hash)).ok();
        html(&Run { records: &self.records, payload: &payload, proof })
    }
}

/// A record from what a page needs of it.
pub fn record(mut value: Value) -> Record {
    let zeros = Value::String("0".repeat(64));
    value.as_object_mut().unwrap().remove("hash");
    value.as_object_mut().unwrap().entry("previous").or_insert_with(|| zeros.clone());
    serde_json::from_value(value.clone()).unwrap_or_else(|_| {
        value["hash"] = zeros;
        serde_json::from_value(value).unwrap()
    })
}

/// What verification says of a whole run that a trusted key signed.
pub fn proof(records: usize) -> Proof {
    Proof {
        status: "complete".to_owned(),
        records: records as u64,
        head: "4f".repeat(32),
        root: Some("a7".repeat(32)),
        signed_by: Some("runner.example".to_owned()),
        trusted: true,
        notes: vec!["witness.example cosigned the checkpoint".to_owned()],
        checkpoint: Some(format!(
            "runner.example/log\n{records}\np6enp6enp6c=\n\n— runner.example Az3grl…\n"
        )),
        ..Proof::default()
    }
}
