//! A file with hunks applied to it.

use agent_contract::RepoPath;

use super::{
    lines::{self, CRLF, LF, Line, MARK},
    locate::locate,
    mismatch::Mismatch,
    step::{BodyLine, Ends, Hunk, LastEnd, Sign},
};

/// The file with its hunks applied, each below the one before.
pub(super) fn patched(path: &RepoPath, bytes: &[u8], hunks: &[Hunk]) -> Result<Vec<u8>, Mismatch> {
    let (mark, rest) = match names_mark(hunks) {
        true => (&[][..], bytes),
        false => lines::split_mark(bytes),
    };
    let lines = lines::split(rest);
    let mut output =
        Output { bytes: mark.to_vec(), mark: mark.len(), end: lines::dominant_end(&lines), pending: false };
    let mut at = 0;
    for hunk in hunks {
        let fit = locate(hunk, &lines, at, path)?;
        lines[at..fit.place].iter().for_each(|line| output.keep(line));
        at = fit.place + output.hunk(hunk, fit.body, &lines[fit.place..]);
    }
    lines[at..].iter().for_each(|line| output.keep(line));
    Ok(output.bytes)
}

/// Whether a hunk takes the byte order mark for a part of the first line, as git does.
fn names_mark(hunks: &[Hunk]) -> bool {
    let mut lines = hunks.iter().flat_map(|hunk| &hunk.body);
    lines.any(|line| line.sign != Sign::Add && line.text.starts_with(MARK))
}

/// The lines of the new file.
struct Output {
    bytes: Vec<u8>,
    /// How long the byte order mark at the start is.
    mark: usize,
    /// The line end that added lines get.
    end: &'static [u8],
    /// Whether the last line has no end yet, and gets one if another follows.
    pending: bool,
}

impl Output {
    fn line(&mut self, text: &[u8], end: &[u8]) {
        if self.pending {
            self.bytes.extend_from_slice(self.end);
        }
        self.bytes.extend_from_slice(text);
        self.bytes.extend_from_slice(end);
        self.pending = end.is_empty();
    }

    fn keep(&mut self, line: &Line) {
        self.line(line.text, line.end);
    }

    fn add(&mut self, line: &BodyLine, end: &[u8]) {
        let doubled = self.mark > 0 && self.bytes.len() == self.mark;
        let text = if doubled { line.text.trim_start_matches(MARK) } else { &line.text };
        self.line(text.as_bytes(), end);
    }

    /// Writes a hunk over the lines at its place; says how many of them it covers.
    fn hunk(&mut self, hunk: &Hunk, body: &[BodyLine], lines: &[Line]) -> usize {
        let covered = body.iter().filter(|line| line.sign != Sign::Add).count();
        let ends = self.ends(hunk, body, lines);
        let last = last_end(hunk.last, body, lines);
        let mut at = 0;
        for line in body {
            match line.sign {
                Sign::Add => {
                    let unended = last.unwrap_or(line.unended && at == lines.len()) && at == lines.len();
                    self.add(line, if unended { b"" } else { ends.of(line) });
                }
                Sign::Keep => lines.get(at).into_iter().for_each(|line| self.keep(line)),
                Sign::Remove => {}
            }
            at += usize::from(line.sign != Sign::Add);
        }
        covered
    }

    /// How added lines end: as they are written where the hunk is right about the lines
    /// that it covers, as most lines of the file do where it is not.
    fn ends(&self, hunk: &Hunk, body: &[BodyLine], lines: &[Line]) -> AddedEnds {
        let any = body.iter().any(|line| line.carriage);
        let mut pairs = pairs(body, lines).filter(|(_, line)| !line.end.is_empty()).peekable();
        let tells = match hunk.ends {
            Ends::Nothing => false,
            Ends::IfAny => any,
            Ends::Always => any || pairs.peek().is_some(),
        };
        match tells && pairs.all(|(body, line)| body.carriage == (line.end == CRLF)) {
            true => AddedEnds::AsWritten,
            false => AddedEnds::All(self.end),
        }
    }
}

#[derive(Clone, Copy)]
enum AddedEnds {
    AsWritten,
    All(&'static [u8]),
}

impl AddedEnds {
    fn of(self, line: &BodyLine) -> &'static [u8] {
        match self {
            Self::All(end) => end,
            Self::AsWritten if line.carriage => CRLF,
            Self::AsWritten => LF,
        }
    }
}

/// The lines that must be there, each with the one that is.
fn pairs<'a>(
    body: &'a [BodyLine],
    lines: &'a [Line<'a>],
) -> impl Iterator<Item = (&'a BodyLine, &'a Line<'a>)> {
    body.iter().filter(|line| line.sign != Sign::Add).zip(lines)
}

/// Whether a line that is added at the end of the file has no end; `None` where the
/// marks of the hunk say it.
fn last_end(last: LastEnd, body: &[BodyLine], lines: &[Line]) -> Option<bool> {
    let right = pairs(body, lines).all(|(body, line)| body.unended == line.end.is_empty());
    match last {
        LastEnd::Given => Some(false),
        LastEnd::Marked if right => None,
        LastEnd::Marked | LastEnd::Kept => Some(lines.last().is_some_and(|line| line.end.is_empty())),
    }
}
