//! Ids that come out the same each time telemetry is made of a run.

use sha2::{Digest, Sha256};

/// The id of a trace.
pub(crate) type TraceId = [u8; 16];

/// The id of a span.
pub(crate) type SpanId = [u8; 8];

/// The trace of a run that nobody carried a context into.
pub(crate) fn trace(run_id: &str) -> TraceId {
    derived("trace", run_id, 0)
}

/// The span of the run itself.
pub(crate) fn run(run_id: &str) -> SpanId {
    derived("run", run_id, 0)
}

/// The span of a pass, by the record that it begins with.
pub(crate) fn pass(run_id: &str, seq: u64) -> SpanId {
    derived("pass", run_id, seq)
}

/// The span of what a record opened.
pub(crate) fn entry(run_id: &str, seq: u64) -> SpanId {
    derived("entry", run_id, seq)
}

/// The first bytes of a hash. The number has a fixed length and the domain no zero byte, so
/// no two inputs are the same text.
fn derived<const LENGTH: usize>(domain: &str, run_id: &str, seq: u64) -> [u8; LENGTH] {
    let mut hash = Sha256::new();
    hash.update(format!("agennext:code-assist/telemetry/{domain}\0"));
    hash.update(seq.to_be_bytes());
    hash.update(run_id);
    let hash = hash.finalize();
    let mut id = [0; LENGTH];
    id.copy_from_slice(&hash[..LENGTH]);
    // An id of zeros means none.
    if id.iter().all(|byte| *byte == 0) {
        id[LENGTH - 1] = 1;
    }
    id
}

/// An id as it is written.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |four: u8| char::from(DIGITS[usize::from(four)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// An id as it is read: exactly so long, lower case, not all zeros.
pub(crate) fn parse<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    let bytes = byte_pairs(text)?;
    let id: [u8; LENGTH] = bytes.try_into().ok()?;
    id.iter().any(|byte| *byte != 0).then_some(id)
}

/// Bytes of lower case hexadecimal.
pub(crate) fn byte_pairs(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(pair.first()?)? * 16 + digit(pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_first_bytes_of_a_hash_over_domain_number_and_run() {
        let mut hash = Sha256::new();
        hash.update(b"agennext:code-assist/telemetry/entry\0\0\0\0\0\0\0\0\x07run-1");
        assert_eq!(hex(&entry("run-1", 7)), hex(&hash.finalize()[..8]));
    }

    #[test]
    fn no_two_spans_share_an_id() {
        let of = |run_id: &str| {
            let numbered = (0..200).flat_map(move |seq| [pass(run_id, seq), entry(run_id, seq)]);
            numbered.chain([run(run_id)]).collect::<Vec<_>>()
        };
        let all = [of("run-1"), of("run-2"), of("")].concat();
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }
}
