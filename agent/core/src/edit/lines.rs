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

/// How many lines have which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct EndCounts {
    carriage: usize,
    plain: usize,
}

impl EndCounts {
    pub fn of(lines: &[Line]) -> Self {
        let count = |end: &[u8]| lines.iter().filter(|line| line.end == end).count();
        Self { carriage: count(CRLF), plain: count(LF) }
    }

    pub fn add(&mut self, lines: &[Line]) {
        let more = Self::of(lines);
        self.carriage += more.carriage;
        self.plain += more.plain;
    }

    pub fn remove(&mut self, lines: &[Line]) {
        let fewer = Self::of(lines);
        self.carriage -= fewer.carriage;
        self.plain -= fewer.plain;
    }

    /// The line end that most lines have.
    pub fn dominant(self) -> &'static [u8] {
        if self.carriage > self.plain { CRLF } else { LF }
    }
}
