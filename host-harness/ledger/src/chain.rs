//! The hash chain: canonical JSON (RFC 8785), SHA-256, each record naming the one before.

use policy::blob::sha256;
use serde::Serialize;
use serde_json::Value;

use crate::{Kind, LedgerError, Record, canonical};

/// What the first record names as the one before.
pub(crate) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The end of a chain, to which the next record is linked.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub seq: u64,
    pub hash: String,
}

impl Head {
    pub fn new() -> Self {
        Self { seq: 0, hash: GENESIS.to_owned() }
    }

    /// Links a record to the chain and returns its line.
    pub fn link(
        &mut self,
        run_id: &str,
        time_ms: u64,
        kind: Kind,
        body: &Value,
    ) -> Result<String, LedgerError> {
        let open = Open { seq: self.seq, run_id, time_ms, kind, body, previous: &self.hash };
        let text = open.canonical()?;
        let hash = sha256(text.as_bytes());
        let line = with_hash(&text, &hash);
        *self = Self { seq: self.seq + 1, hash };
        Ok(line)
    }
}

/// A record before it has its hash. Fields in the order of RFC 8785.
#[derive(Serialize)]
struct Open<'a> {
    body: &'a Value,
    kind: Kind,
    previous: &'a str,
    run_id: &'a str,
    seq: u64,
    time_ms: u64,
}

impl<'a> Open<'a> {
    fn of(record: &'a Record) -> Self {
        Self {
            seq: record.seq,
            run_id: &record.run_id,
            time_ms: record.time_ms,
            kind: record.kind,
            body: &record.body,
            previous: &record.previous,
        }
    }

    fn canonical(&self) -> Result<String, LedgerError> {
        canonical::text(self, self.body, [self.seq, self.time_ms])
    }
}

/// Puts the hash where canonical order has it: between `body` and `kind`, so that
/// the line itself is canonical too.
fn with_hash(text: &str, hash: &str) -> String {
    // `"kind":` with its quotes can't stand inside a string unescaped, but it can be a
    // key of the body; the record's own is the last at the top level but four, so it
    // is searched for from the end, past the fields that hold no free text.
    let tail = text.rfind(",\"kind\":\"").unwrap_or(text.len());
    format!("{},\"hash\":\"{hash}\"{}\n", &text[..tail], &text[tail..])
}

/// The line that a record should stand in, its end left out, and the hash that it should have.
pub(crate) fn rebuilt(record: &Record) -> Result<(String, String), LedgerError> {
    let text = Open::of(record).canonical()?;
    let mut line = with_hash(&text, &record.hash);
    line.pop();
    Ok((line, sha256(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_canonical_and_holds_its_hash() {
        let mut head = Head::new();
        let body = serde_json::json!({ "kind": "x", "z": [{ "kind": "\",\"kind\":\"" }], "é": 1 });
        let line = head.link("run-1", 5, Kind::RunStarted, &body).unwrap();
        let record: Record = serde_json::from_str(&line).unwrap();
        assert_eq!((line.trim_end().to_owned(), record.hash.clone()), rebuilt(&record).unwrap());
        assert_eq!(line.trim_end(), serde_json_canonicalizer::to_string(&record).unwrap());
    }

    proptest! {
        #[test]
        fn any_text_in_a_body_keeps_the_line_canonical(text in ".*", key in ".*") {
            let line = Head::new().link("run-1", 5, Kind::CallOpened, &serde_json::json!({ key: { "kind": text } })).unwrap();
            let record: Record = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(line.trim_end(), serde_json_canonicalizer::to_string(&record).unwrap());
        }
    }
}
