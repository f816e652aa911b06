//! A file with hunks applied to it.

use agent_contract::RepoPath;

use super::{
    layer::Matching,
    lines::{CRLF, LF, Line, MARK},
    locate::{Fit, locate},
    mismatch::Mismatch,
    step::{BodyLine, Ends, Hunk, LastEnd, Sign},
    text::{Hints, Piece, Text, push},
};

/// The file with its hunks applied.
pub(super) fn patched(path: &RepoPath, bytes: &[u8], hunks: &[Hunk]) -> Result<Vec<u8>, Mismatch> {
    let mut text = Text::new(bytes, hunks.iter(), Hints::Told);
    patch(path, &mut text, hunks)?;
    Ok(text.into_bytes())
}

/// Applies hunks, each below the one before; those that only add lines to the end come
/// last. All of them, or none.
pub(super) fn patch<'a>(path: &RepoPath, text: &mut Text<'a>, hunks: &'a [Hunk]) -> Result<(), Mismatch> {
    let fits = fits(path, text, hunks, Matching::Strict)?;
    let pieces = fits.iter().map(|(hunk, fit)| piece(hunk, &fit.body, fit.place, text)).collect();
    text.replace(pieces);
    Ok(())
}

/// The place of each hunk, in the order in which they come to stand.
pub(super) fn fits<'a>(
    path: &RepoPath,
    text: &Text,
    hunks: &'a [Hunk],
    matching: Matching,
) -> Result<Vec<(&'a Hunk, Fit<'a>)>, Mismatch> {
    let (last, placed): (Vec<_>, Vec<_>) = hunks.iter().partition(|hunk| is_appendix(hunk));
    let mut fits = Vec::new();
    let mut at = 0;
    for hunk in placed.into_iter().chain(last) {
        let fit = locate(hunk, text, at, (path, matching))?;
        at = fit.place + fit.covered();
        fits.push((hunk, fit));
    }
    Ok(fits)
}

/// Whether a hunk names no place and replaces nothing.
fn is_appendix(hunk: &Hunk) -> bool {
    let adds = hunk.body.iter().all(|line| line.sign == Sign::Add);
    adds && hunk.anchors.is_empty() && hunk.stated.is_none()
}

/// The lines that a hunk puts at its place.
pub(super) fn piece<'a>(hunk: &Hunk, body: &[&'a BodyLine], place: usize, text: &Text<'a>) -> Piece<'a> {
    let rest = &text.lines()[place..];
    let (ends, last) = (ends(hunk, body, rest, text.end()), last_end(hunk.last, body, rest));
    let (mut lines, mut at) = (Vec::new(), 0);
    for line in body {
        match line.sign {
            Sign::Add => {
                let unended = at == rest.len() && last.unwrap_or(line.unended);
                let doubled = text.has_mark() && place == 0 && lines.is_empty();
                let added = if doubled { line.text.trim_start_matches(MARK) } else { &line.text };
                let end = if unended { b"" } else { ends.of(line) };
                push(&mut lines, Line { text: added.as_bytes(), end }, text.end());
            }
            Sign::Keep => rest.get(at).into_iter().for_each(|line| push(&mut lines, *line, text.end())),
            Sign::Remove => {}
        }
        at += usize::from(line.sign != Sign::Add);
    }
    Piece { place, covered: at, lines }
}

/// How added lines end: as they are written where the hunk is right about the lines
/// that it covers, as most lines of the file do where it is not.
fn ends(hunk: &Hunk, body: &[&BodyLine], lines: &[Line], most: &'static [u8]) -> AddedEnds {
    let any = body.iter().any(|line| line.carriage);
    let mut pairs = pairs(body, lines).filter(|(_, line)| !line.end.is_empty()).peekable();
    let tells = match hunk.ends {
        Ends::Nothing => false,
        Ends::IfAny => any,
        Ends::Always => any || pairs.peek().is_some(),
    };
    match tells && pairs.all(|(body, line)| body.carriage == (line.end == CRLF)) {
        true => AddedEnds::AsWritten,
        false => AddedEnds::All(most),
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
    body: &'a [&'a BodyLine],
    lines: &'a [Line<'a>],
) -> impl Iterator<Item = (&'a BodyLine, &'a Line<'a>)> {
    body.iter().copied().filter(|line| line.sign != Sign::Add).zip(lines)
}

/// Whether a line that is added at the end of the file has no end; `None` where the
/// marks of the hunk say it.
fn last_end(last: LastEnd, body: &[&BodyLine], lines: &[Line]) -> Option<bool> {
    let right = pairs(body, lines).all(|(body, line)| body.unended == line.end.is_empty());
    match last {
        LastEnd::Given => Some(false),
        LastEnd::Marked if right => None,
        LastEnd::Marked | LastEnd::Kept => Some(lines.last().is_some_and(|line| line.end.is_empty())),
    }
}
