//! The index: one chain over all runs of a store, so that a run can't go missing
//! and a finished trace can't be cut short unnoticed.

use std::{
    fs::{File, OpenOptions},
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::{Kind, LedgerError, Record, chain::Head};

#[derive(Debug, Clone)]
pub(crate) struct Index {
    path: PathBuf,
}

impl Index {
    pub fn new(store: &Path) -> Self {
        Self { path: store.join("index.jsonl") }
    }

    pub fn started(&self, run_id: &str, time_ms: u64) -> Result<(), LedgerError> {
        self.append(run_id, time_ms, Kind::IndexStarted, &json!({}))
    }

    pub fn finished(&self, run_id: &str, time_ms: u64, records: u64, head: &str) -> Result<(), LedgerError> {
        self.append(run_id, time_ms, Kind::IndexFinished, &json!({ "records": records, "head": head }))
    }

    /// Appends under a lock: several runs may end at once.
    fn append(
        &self,
        run_id: &str,
        time_ms: u64,
        kind: Kind,
        body: &serde_json::Value,
    ) -> Result<(), LedgerError> {
        let fail = |operation| LedgerError::io(operation, &self.path);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&self.path)
            .map_err(fail("open"))?;
        file.lock().map_err(fail("lock"))?;
        let (mut head, end) = self.end(&mut file)?;
        let line = head.link(run_id, time_ms, kind, body)?;
        let written = file.seek(SeekFrom::Start(end)).and_then(|_| file.write_all(line.as_bytes()));
        // A line cut short by a full disk would break the chain for every later run.
        written.or_else(|error| file.set_len(end).and(Err(error))).map_err(fail("write"))?;
        file.set_len(end + line.len() as u64).map_err(fail("write"))
    }

    /// The head of the chain and where its last whole line ends. A line that a crash
    /// cut short is written over.
    fn end(&self, file: &mut File) -> Result<(Head, u64), LedgerError> {
        let fail = |operation| LedgerError::io(operation, &self.path);
        let size = file.metadata().map_err(fail("read"))?.len();
        let from = size.saturating_sub(TAIL_BYTES);
        file.seek(SeekFrom::Start(from)).map_err(fail("read"))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail).map_err(fail("read"))?;
        let Some(end) = tail.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1) else {
            return Ok((Head::new(), 0));
        };
        let start = tail[..end - 1].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let last: Record = serde_json::from_slice(&tail[start..end])
            .map_err(|error| fail("read")(std::io::Error::new(std::io::ErrorKind::InvalidData, error)))?;
        Ok((Head { seq: last.seq + 1, hash: last.hash }, from + end as u64))
    }
}

/// More than two lines of the index.
const TAIL_BYTES: u64 = 4096;
