//! Where something may be encoded.

use std::ops::Range;

use super::{Encoding, forms};

/// The shortest run that is taken for base64, and for hex.
const BASE64_BYTES_MIN: usize = 16;
const HEX_BYTES_MIN: usize = 32;
/// The shortest line of base64 that is broken into lines, and the most that indents one.
const WIDTH_MIN: usize = 40;
const INDENT_MAX: usize = 32;
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
    /// Of base64 that is broken into lines: how they are.
    pub(super) wrap: Option<Wrap>,
}

/// Lines of one width, with the same between all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wrap {
    pub(super) width: usize,
    pub(super) gap: usize,
}

impl Segment {
    fn new(bytes: Range<usize>, encoding: Encoding) -> Self {
        Self { bytes, encoding, low: 0, wrap: None }
    }

    /// Appends what it says; false where it says nothing.
    pub(super) fn decode(&self, source: &[u8], out: &mut Vec<u8>) -> bool {
        let text = &source[self.bytes.clone()];
        match self.encoding {
            Encoding::Base64 => match self.wrap {
                None => forms::base64(text, out),
                Some(wrap) => forms::base64(&wrap.joined(text), out),
            },
            Encoding::Hex => forms::hex(digits(text), out),
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
        let (start, end) = (behind_escape(text, middle - back), middle + on);
        let segment = (end - start >= BASE64_BYTES_MIN).then(|| run(text, start, end)).flatten();
        from = segment.as_ref().map_or(end, |segment| segment.bytes.end) + 1;
        found.extend(segment);
    }
    found
}

/// Without the letter of an escape such as `\n` before it.
fn behind_escape(text: &[u8], start: usize) -> usize {
    let is_escaped = start > 0 && text[start - 1] == b'\\' && matches!(text[start], b'n' | b'r' | b't');
    start + usize::from(is_escaped)
}

fn digits(run: &[u8]) -> &[u8] {
    run.strip_prefix(b"0x").or(run.strip_prefix(b"0X")).unwrap_or(run)
}

fn run(text: &[u8], start: usize, end: usize) -> Option<Segment> {
    let run = &text[start..end];
    let hex = digits(run);
    if hex.len() >= HEX_BYTES_MIN && hex.iter().all(u8::is_ascii_hexdigit) && forms::hex(hex, &mut Vec::new())
    {
        return Some(Segment::new(start..end, Encoding::Hex));
    }
    let start = start + (0..phases(start, run)).find(|phase| forms::may_be_base64(&run[*phase..]))?;
    let (wrap, end) = wrapped(text, start, end).map_or((None, end), |(wrap, end)| (Some(wrap), end));
    let padding = text[end..].iter().take(2).take_while(|byte| **byte == b'=').count();
    Some(Segment { wrap, ..Segment::new(start..end + padding, Encoding::Base64) })
}

/// How many places a run may be read from: a long one may have begun before this text.
fn phases(start: usize, run: &[u8]) -> usize {
    if start == 0 && run.len() >= forms::LONG_BYTES { 8 } else { 1 }
}

/// How a run goes on in further lines, and where it ends.
fn wrapped(text: &[u8], start: usize, end: usize) -> Option<(Wrap, usize)> {
    let width = end - start;
    let between = gap(&text[end..]);
    if width < WIDTH_MIN || !width.is_multiple_of(4) || between == 0 {
        return None;
    }
    let (wrap, gap) = (Wrap { width, gap: between }, &text[end..end + between]);
    let (mut end, mut is_whole) = (end, true);
    while is_whole && text[end..].starts_with(gap) {
        let rest = &text[end + gap.len()..];
        let length = rest.iter().take(width + 1).take_while(|byte| forms::is_base64(**byte)).count();
        if length == 0 || length > width || !forms::is_base64_line(&rest[..length]) {
            break;
        }
        (end, is_whole) = (end + gap.len() + length, length == width);
    }
    (end > start + width).then_some((wrap, end))
}

/// How long what breaks a line is, in a text or written in a string, with what indents the next.
fn gap(text: &[u8]) -> usize {
    let breaks: [&[u8]; 4] = [b"\r\n", b"\n", b"\\r\\n", b"\\n"];
    let length = breaks.iter().find(|one| text.starts_with(one)).map_or(0, |one| one.len());
    let indent =
        text[length..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).take(INDENT_MAX).count();
    if length == 0 { 0 } else { length + indent }
}

impl Wrap {
    fn joined(self, text: &[u8]) -> Vec<u8> {
        let lines = text.chunks(self.width + self.gap);
        lines.flat_map(|line| &line[..line.len().min(self.width)]).copied().collect()
    }
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
            found.push(Segment { bytes: at..at + 2 * count, encoding: Encoding::Utf16, low, wrap: None });
        }
        at += (2 * count).max(1);
    }
    found
}
