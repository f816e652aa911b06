//! A model's edits of one file: what it remembers wrongly is passed over where only one
//! place can be meant, and what it does not change keeps the file's own bytes.

use std::ops::Range;

use agent_contract::RepoPath;

use super::{
    halves,
    layer::{Layer, Matching, Spot},
    lines::{CRLF, LF},
    locate::Fit,
    mismatch::Mismatch,
    patched::{fits, piece},
    replaced::{Piece, find, replace},
    step::{BodyLine, Count, Ends, Hunk, LastEnd, Place, Sign},
    text::{Hints, Text},
};

/// A file after an edit, and where the edit was found.
pub(super) type Outcome = (Vec<u8>, Vec<Spot>);

/// The file with its hunks applied.
pub(super) fn patched(
    path: &RepoPath,
    at: &Place,
    bytes: &[u8],
    hunks: &[Hunk],
) -> Result<Outcome, Mismatch> {
    check_text(path, at, bytes)?;
    let hunks: Vec<_> = hunks.iter().map(halves::told_apart).collect();
    let text = Text::new(bytes, hunks.iter(), Hints::Told);
    let fits = fits(path, &text, &hunks, Matching::Layered)?;
    let spots = fits.iter().map(|(_, fit)| fit.spot()).collect();
    let moved = fits.iter().map(|(hunk, fit)| moved(path, hunk, fit, &text));
    let moved = moved.collect::<Result<Vec<_>, _>>()?;
    let mut text = Text::new(bytes, moved.iter().map(|(hunk, _)| hunk), Hints::Untold);
    let pieces = moved.iter().map(|(hunk, place)| {
        let body: Vec<_> = hunk.body.iter().collect();
        piece(hunk, &body, *place, &text)
    });
    let pieces = pieces.collect();
    text.replace(pieces);
    Ok((text.into_bytes(), spots))
}

/// The hunk with its added lines indented as the file is at its place.
fn moved(path: &RepoPath, hunk: &Hunk, fit: &Fit, text: &Text) -> Result<(Hunk, usize), Mismatch> {
    let shift = fit.shift(text);
    let moved = |line: &&BodyLine| match line.sign {
        Sign::Keep | Sign::Remove => Some((*line).clone()),
        Sign::Add => Some(BodyLine { text: shift.as_ref()?.apply(&line.text)?, ..(*line).clone() }),
    };
    let body = fit.body.iter().map(moved).collect::<Option<Vec<_>>>().ok_or_else(|| {
        let what = format!(
            "the lines to change are at line {} with less indentation, and an added line has not as much to lose; indent all lines as the file does",
            fit.place + 1
        );
        Mismatch::hunk_not_found(path, hunk, &what)
    })?;
    Ok((Hunk { body, ..hunk.clone() }, fit.place))
}

/// The file with a piece of its content replaced: wherever it stands letter by letter,
/// otherwise by whole lines.
pub(super) fn replaced(
    path: &RepoPath,
    at: &Place,
    bytes: &[u8],
    piece: &Piece,
) -> Result<Outcome, Mismatch> {
    check_text(path, at, bytes)?;
    let (places, old, new) = find(bytes, piece);
    let layer = if old == piece.old { Layer::Exact } else { Layer::LineEnds };
    let spots = places.iter().map(|place| spot(layer, bytes, *place, &old)).collect();
    let mut after = bytes.to_vec();
    match (places.as_slice(), piece.count) {
        ([], Count::Once) => return by_lines(path, at, bytes, piece),
        (&[place], Count::Once) => {
            let range = extent(bytes, place..place + old.len(), &new);
            after.splice(range, new);
        }
        _ => replace(path, at, &mut after, piece, Hints::Told)
            .map_err(|mismatch| mismatch.sought(String::from_utf8_lossy(piece.old).lines()))?,
    }
    Ok((after, spots))
}

fn spot(layer: Layer, bytes: &[u8], place: usize, old: &[u8]) -> Spot {
    let ends = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count();
    let lines = ends(old.strip_suffix(LF).unwrap_or(old)) + 1;
    Spot { layer, place: ends(&bytes[..place]), lines }
}

/// What is replaced: lines never run into one another because the new text lacks the end
/// that the old one had, and where only blanks would be left of lines, the lines go.
fn extent(bytes: &[u8], named: Range<usize>, new: &[u8]) -> Range<usize> {
    let ended = bytes[named.clone()].ends_with(LF);
    match (new.is_empty(), ended) {
        (false, true) if !new.ends_with(LF) => named.start..named.end - end_of(&bytes[named]).len(),
        (true, _) => whole_lines(bytes, &named, ended).unwrap_or(named),
        _ => named,
    }
}

/// The line end that bytes end with.
fn end_of(bytes: &[u8]) -> &'static [u8] {
    if bytes.ends_with(CRLF) { CRLF } else { LF }
}

fn whole_lines(bytes: &[u8], named: &Range<usize>, ended: bool) -> Option<Range<usize>> {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let before = bytes[..named.start].iter().rev().take_while(|byte| blank(byte)).count();
    let start = named.start - before;
    let starts = start == 0 || bytes[start - 1] == b'\n';
    if !starts || ended {
        return starts.then_some(start..named.end);
    }
    let rest = &bytes[named.end..];
    let after = rest.iter().take_while(|byte| blank(byte)).count();
    let end = [CRLF, LF].into_iter().find(|end| rest[after..].starts_with(end));
    match (end, after == rest.len()) {
        (Some(end), _) => Some(start..named.end + after + end.len()),
        (None, true) => Some(start..bytes.len()),
        (None, false) => None,
    }
}

/// Replaces whole lines that are not there letter by letter.
fn by_lines(path: &RepoPath, at: &Place, bytes: &[u8], piece: &Piece) -> Result<Outcome, Mismatch> {
    if piece.old.trim_ascii().is_empty() {
        return Err(Mismatch::not_found(
            path,
            at,
            "the blanks to replace are not in the file as they are given",
        ));
    }
    let (old, new) = (String::from_utf8_lossy(piece.old), String::from_utf8_lossy(piece.new));
    let (old, new) = match old.strip_suffix('\n') {
        Some(old) => (old, new.strip_suffix('\n').unwrap_or(&new)),
        None => (&*old, &*new),
    };
    let news: Vec<_> = if piece.new.is_empty() { Vec::new() } else { new.split('\n').collect() };
    let hunk = Hunk {
        line: 1,
        number: 1,
        anchors: Vec::new(),
        stated: None,
        at_end: false,
        body: halves::body(&old.split('\n').collect::<Vec<_>>(), &news),
        missing: 0,
        ends: Ends::IfAny,
        last: LastEnd::Kept,
    };
    let (after, spots) = patched(path, at, bytes, &[hunk]).map_err(|mismatch| mismatch.said_of(path, at))?;
    // It does not stand there letter by letter: that was tried.
    let spots = spots.into_iter().map(|spot| Spot { layer: spot.layer.max(Layer::LineEnds), ..spot });
    Ok((after, spots.collect()))
}

/// Lines mean nothing in a file that is not text, and half of a character could be hit.
fn check_text(path: &RepoPath, at: &Place, bytes: &[u8]) -> Result<(), Mismatch> {
    match memchr::memchr(0, bytes) {
        Some(_) => Err(Mismatch::no_text(path, at)),
        None => Ok(()),
    }
}
