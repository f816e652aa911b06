//! The chain: canonical JSON (RFC 8785), each record naming the one before by its hash as a
//! leaf of the Merkle tree (RFC 6962).

use agent_contract::trace::{Kind, Record};
use serde::Serialize;
use serde_json::Value;
use tlog_tiles::tlog::{Hash, record_hash};

use crate::{LedgerError, canonical};

/// What the first record names as the one before.
pub(crate) const GENESIS: Hash = Hash([0; 32]);

/// A hash in hexadecimal.
pub(crate) fn hex(hash: &Hash) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = hash.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// The end of a chain, to which the next record is linked.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub seq: u64,
    pub hash: Hash,
}

impl Head {
    pub fn new() -> Self {
        Self { seq: 0, hash: GENESIS }
    }

    /// Links a record to the chain and returns its line.
    pub fn link(
        &mut self,
        run_id: &str,
        time_ms: u64,
        kind: Kind,
        body: &Value,
    ) -> Result<String, LedgerError> {
        let previous = hex(&self.hash);
        let line = text(&Line { body, kind, previous: &previous, run_id, seq: self.seq, time_ms })?;
        *self = Self { seq: self.seq + 1, hash: record_hash(line.as_bytes()) };
        Ok(line)
    }
}

/// A record as it is written. Fields in the order of RFC 8785.
#[derive(Serialize)]
struct Line<'a> {
    body: &'a Value,
    kind: Kind,
    previous: &'a str,
    run_id: &'a str,
    seq: u64,
    time_ms: u64,
}

fn text(line: &Line) -> Result<String, LedgerError> {
    canonical::text(line, line.body, [line.seq, line.time_ms])
}

/// The line that a record should stand in.
pub(crate) fn rebuilt(record: &Record) -> Result<String, LedgerError> {
    text(&Line {
        body: &record.body,
        kind: record.kind,
        previous: &record.previous,
        run_id: &record.run_id,
        seq: record.seq,
        time_ms: record.time_ms,
    })
}

/// A record and the hash of its line. A line must be the canonical form of its record: two
/// spellings of one record would be two truths.
pub(crate) fn parse(line: &[u8]) -> Result<(Record, Hash), String> {
    let record: Record = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let canonical = rebuilt(&record).map_err(|error| error.to_string())?;
    match canonical.as_bytes() == line {
        true => Ok((record, record_hash(line))),
        false => Err("not in canonical form".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_canonical_and_names_the_one_before() {
        let mut head = Head::new();
        let body = serde_json::json!({ "kind": "x", "z": [{ "kind": "\",\"kind\":\"" }], "é": 1 });
        let first = head.link("run-1", 5, Kind::RunStarted, &body).unwrap();
        let second = head.link("run-1", 6, Kind::RunFinished, &body).unwrap();
        let (record, hash) = parse(first.as_bytes()).unwrap();
        assert_eq!(record.previous, "0".repeat(64));
        assert_eq!(parse(second.as_bytes()).unwrap().0.previous, hex(&hash));
        assert_eq!(first, serde_json_canonicalizer::to_string(&record).unwrap());
    }

    #[test]
    fn two_spellings_are_not_one_record() {
        let line = Head::new().link("run-1", 5, Kind::RunStarted, &serde_json::json!({ "a": 1 })).unwrap();
        for other in [
            line.replace("\"a\":1", "\"a\": 1"),
            line.replace("\"a\":1", "\"a\":1.0"),
            line.replace("\"a\":1", "\"a\":2,\"a\":1"),
            line.replace("\"a\":1", "\"a\":1e0"),
            line.replace("\"seq\":0", "\"seq\":0,\"more\":1"),
            format!("{line} "),
        ] {
            assert!(parse(other.as_bytes()).is_err(), "{other}");
        }
        assert!(parse(line.as_bytes()).is_ok());
    }

    proptest! {
        #[test]
        fn any_text_in_a_body_keeps_the_line_canonical(text in ".*", key in ".*") {
            let body = serde_json::json!({ key: { "kind": text } });
            let line = Head::new().link("run-1", 5, Kind::CallOpened, &body).unwrap();
            let (record, _) = parse(line.as_bytes()).unwrap();
            prop_assert_eq!(line, serde_json_canonicalizer::to_string(&record).unwrap());
        }
    }
}
