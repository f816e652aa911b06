//! A file that is being changed, as lines.

use super::{
    lines::{self, EndCounts, Line, MARK},
    sequence::{By, Columns, Sought},
    step::{Hunk, LastEnd, Sign},
};

/// Whether what came close is told with a mismatch. Of many only the first is shown, and
/// looking for what is like a line takes longer than looking for the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hints {
    Told,
    Untold,
}

/// A file that is being changed. What is done to it in turn starts from the lines that
/// are there, not from the bytes.
pub(super) struct Text<'a> {
    pub hints: Hints,
    /// The byte order mark at the start, which is empty mostly.
    mark: &'a [u8],
    lines: Vec<Line<'a>>,
    ends: EndCounts,
    columns: Columns<'a>,
}

/// Lines that take the place of others.
pub(super) struct Piece<'a> {
    pub place: usize,
    pub covered: usize,
    pub lines: Vec<Line<'a>>,
}

impl<'a> Text<'a> {
    /// A file in which the lines of the hunks can be looked for.
    pub fn new(bytes: &'a [u8], hunks: impl Iterator<Item = &'a Hunk> + Clone, hints: Hints) -> Self {
        let (mark, rest) = match hunks.clone().any(names_mark) {
            true => (&[][..], bytes),
            false => lines::split_mark(bytes),
        };
        let lines = lines::split(rest);
        let (ends, columns) = (EndCounts::of(&lines), Columns::new(hunks.flat_map(wanted).collect()));
        Self { hints, mark, lines, ends, columns }
    }

    pub fn lines(&self) -> &[Line<'a>] {
        &self.lines
    }

    pub fn has_mark(&self) -> bool {
        !self.mark.is_empty()
    }

    /// The line end that added lines get.
    pub fn end(&self) -> &'static [u8] {
        self.ends.dominant()
    }

    pub fn places(&self, wanted: &[&str], from: usize, sought: Sought) -> Vec<usize> {
        self.columns.places(wanted, &self.lines, from, sought)
    }

    pub fn places_by(&self, by: By, wanted: &[&str], from: usize) -> Vec<usize> {
        self.columns.places_by(by, wanted, &self.lines, from)
    }

    pub fn stand_at(&self, place: usize, wanted: &[&str]) -> bool {
        self.columns.stand_at(place, wanted, &self.lines)
    }

    /// Puts the pieces where they belong; they are in the order of their places.
    pub fn replace(&mut self, pieces: Vec<Piece<'a>>) {
        match <[Piece; 1]>::try_from(pieces) {
            Ok([piece]) => self.replace_one(piece),
            Err(pieces) => self.replace_all(pieces),
        }
    }

    fn replace_one(&mut self, piece: Piece<'a>) {
        let (place, covered) = (piece.place, piece.covered);
        let end = self.end();
        let goes_on = !piece.lines.is_empty();
        if let Some(before) = self.lines[..place].last_mut().filter(|line| goes_on && line.end.is_empty()) {
            before.end = end;
            self.ends.add(&[*before]);
        }
        self.columns.replace(place, covered, &piece.lines);
        self.ends.remove(&self.lines[place..place + covered]);
        self.ends.add(&piece.lines);
        self.lines.splice(place..place + covered, piece.lines);
    }

    fn replace_all(&mut self, pieces: Vec<Piece<'a>>) {
        let (end, mut at) = (self.end(), 0);
        let mut fresh = Vec::with_capacity(self.lines.len());
        for piece in pieces {
            let kept = &self.lines[at..piece.place];
            kept.iter().chain(&piece.lines).for_each(|line| push(&mut fresh, *line, end));
            at = piece.place + piece.covered;
        }
        self.lines[at..].iter().for_each(|line| push(&mut fresh, *line, end));
        self.lines = fresh;
        self.ends = EndCounts::of(&self.lines);
        self.columns.forget();
    }

    pub fn into_bytes(self) -> Vec<u8> {
        let length: usize = self.lines.iter().map(|line| line.text.len() + line.end.len()).sum();
        let mut bytes = Vec::with_capacity(self.mark.len() + length);
        bytes.extend_from_slice(self.mark);
        for line in self.lines {
            bytes.extend_from_slice(line.text);
            bytes.extend_from_slice(line.end);
        }
        bytes
    }
}

/// Adds a line; the one before gets an end if it has none.
pub(super) fn push<'a>(lines: &mut Vec<Line<'a>>, line: Line<'a>, end: &'static [u8]) {
    lines.last_mut().filter(|last| last.end.is_empty()).into_iter().for_each(|last| last.end = end);
    lines.push(line);
}

/// Whether a hunk takes the byte order mark for a part of the first line, as git does.
pub(super) fn names_mark(hunk: &Hunk) -> bool {
    let old = || hunk.body.iter().filter(|line| line.sign != Sign::Add);
    let before_all = hunk.stated == Some(0) && hunk.last == LastEnd::Marked && old().next().is_none();
    before_all || old().any(|line| line.text.starts_with(MARK))
}

/// The lines that a hunk looks for.
fn wanted(hunk: &Hunk) -> impl Iterator<Item = &str> {
    let old = hunk.body.iter().filter(|line| line.sign != Sign::Add).map(|line| line.text.as_str());
    let missing = (hunk.missing > 0).then_some("");
    old.chain(hunk.anchors.iter().map(String::as_str)).chain(missing)
}
