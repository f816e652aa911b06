//! A file as lines that keep their own ends.

/// A line and its end, as they stand in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub text: &'a [u8],
    pub end: &'a [u8],
}

pub(super) const LF: &[u8] = b"\n";
pub(super) const CRLF: &[u8] = b"\r\n";
/// The byte order mark that some editors put before the first line.
pub(super) const MARK: char = '\u{feff}';
const MARK_BYTES: &[u8] = "\u{feff}".as_bytes();

/// Splits a file into lines.
pub(super) fn split(bytes: &[u8]) -> Vec<Line<'_>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(line).collect()
}

/// A file's byte order mark, which is empty mostly, and the rest.
pub(super) fn split_mark(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.starts_with(MARK_BYTES) {
        true => bytes.split_at(MARK_BYTES.len()),
        false => bytes.split_at(0),
    }
}

fn line(raw: &[u8]) -> Line<'_> {
    let end = match raw {
        [.., b'\r', b'\n'] => 2,
        [.., b'\n'] => 1,
        _ => 0,
    };
    let (text, end) = raw.split_at(raw.len() - end);
    Line { text, end }
}

/// The line end that most lines have.
pub(super) fn dominant_end(lines: &[Line]) -> &'static [u8] {
    let carriage = lines.iter().filter(|line| line.end == CRLF).count();
    let plain = lines.iter().filter(|line| line.end == LF).count();
    if carriage > plain { CRLF } else { LF }
}
