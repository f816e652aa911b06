//! Where something may be encoded.

use std::ops::Range;

use super::{Encoding, forms};

/// The shortest run that is taken for base64, and for hex.
const BASE64_BYTES_MIN: usize = 16;
const HEX_BYTES_MIN: usize = 32;
/// The shortest run of UTF-16, in characters.
const WIDE_MIN: usize = 8;
/// What may stand between two percent forms of one part.
const PERCENT_GAP: usize = 48;

/// A stretch of a text that may be encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) bytes: Range<usize>,
    pub(super) encoding: Encoding,
    /// Of UTF-16: which byte of the two holds the character.
    low: usize,
}

impl Segment {
    fn new(bytes: Range<usize>, encoding: Encoding) -> Self {
        Self { bytes, encoding, low: 0 }
    }

    /// Appends what it says; false where it says nothing.
    pub(super) fn decode(&self, source: &[u8], out: &mut Vec<u8>) -> bool {
        let text = &source[self.bytes.clone()];
        match self.encoding {
            Encoding::Base64 => forms::base64(text, out),
            Encoding::Hex => forms::hex(text, out),
            Encoding::Percent => forms::percent(text, out),
            Encoding::Utf16 => {
                out.extend(text.chunks_exact(2).map(|pair| pair[self.low]));
                true
            }
        }
    }
}

/// Every such stretch, from front to back; none overlaps another.
pub(super) fn segments(text: &[u8]) -> Vec<Segment> {
    let mut found = runs(text);
    found.extend(percents(text));
    if memchr::memchr(0, text).is_some() {
        found.extend(wides(text));
    }
    found.sort_by_key(|segment| (segment.bytes.start, usize::MAX - segment.bytes.end));
    let mut end = 0;
    found.retain(|segment| {
        let free = segment.bytes.start >= end;
        end = if free { segment.bytes.end } else { end };
        free
    });
    found
}

/// Runs of base64 or hex. Only every sixteenth byte is looked at until one may be of a run.
fn runs(text: &[u8]) -> Vec<Segment> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(byte) = text.get(from + BASE64_BYTES_MIN - 1) {
        if !forms::is_base64(*byte) {
            from += BASE64_BYTES_MIN;
            continue;
        }
        let middle = from + BASE64_BYTES_MIN - 1;
        let back = text[from..middle].iter().rev().take_while(|byte| forms::is_base64(**byte)).count();
        let on = text[middle..].iter().take_while(|byte| forms::is_base64(**byte)).count();
        let (start, end) = (middle - back, middle + on);
        if end - start >= BASE64_BYTES_MIN {
            found.extend(run(text, start, end));
        }
        from = end + 1;
    }
    found
}

fn run(text: &[u8], start: usize, end: usize) -> Option<Segment> {
    let run = &text[start..end];
    if run.len() >= HEX_BYTES_MIN && run.iter().all(u8::is_ascii_hexdigit) && forms::hex(run, &mut Vec::new())
    {
        return Some(Segment::new(start..end, Encoding::Hex));
    }
    let padding = text[end..].iter().take(2).take_while(|byte| **byte == b'=').count();
    forms::may_be_base64(run).then(|| Segment::new(start..end + padding, Encoding::Base64))
}

/// Stretches of a line from its first `%41` to its last, where those are close.
fn percents(text: &[u8]) -> Vec<Segment> {
    let mut found: Vec<Segment> = Vec::new();
    for at in memchr::memchr_iter(b'%', text) {
        if forms::percent_byte(&text[at..]).is_none() {
            continue;
        }
        match found.last_mut() {
            Some(last)
                if at - last.bytes.end <= PERCENT_GAP && !text[last.bytes.end..at].contains(&b'\n') =>
            {
                last.bytes.end = at + 3;
            }
            _ => found.push(Segment::new(at..at + 3, Encoding::Percent)),
        }
    }
    found
}

/// Runs of characters of which every second byte is zero.
fn wides(text: &[u8]) -> Vec<Segment> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + 1 < text.len() {
        let low = usize::from(text[at] == 0);
        let wide = |pair: &[u8]| pair[1 - low] == 0 && forms::is_text(pair[low]);
        let count = text[at..].chunks_exact(2).take_while(|pair| wide(pair)).count();
        if count >= WIDE_MIN {
            found.push(Segment { bytes: at..at + 2 * count, encoding: Encoding::Utf16, low });
        }
        at += (2 * count).max(1);
    }
    found
}
