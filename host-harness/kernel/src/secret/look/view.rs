//! A text as it stands, and as those who read it would take it.

use std::ops::Range;

use super::{
    dump::undumped,
    unescape::{Unescaped, unescaped, unquoted},
};

/// A text, or what was made of it.
pub(super) struct View<'a> {
    pub(super) bytes: &'a [u8],
    /// Where each byte came from, the last step first.
    from: &'a [Vec<u32>],
    /// The text of a dump that it was taken from: a line of that is one thing.
    dump: Option<&'a [u8]>,
}

/// Escapes are taken back this often: JSON in JSON in a shell's quotes.
const DEPTH: usize = 3;

/// Shows each view of a text until something is found in one.
pub(super) fn each<T>(text: &[u8], mut show: impl FnMut(&View) -> Option<T>) -> Option<T> {
    let plain = show(&View { bytes: text, from: &[], dump: None });
    plain
        .or_else(|| each_unescaped(text, &mut show))
        .or_else(|| show_unquoted(text, &mut show))
        .or_else(|| show_undumped(text, &mut Vec::new(), &mut show))
}

/// A dump in JSON has escapes for the ends of its lines, so it is taken apart behind them.
fn each_unescaped<T>(text: &[u8], show: &mut impl FnMut(&View) -> Option<T>) -> Option<T> {
    let mut from = Vec::new();
    let mut current = unescaped(text)?;
    for _ in 0..DEPTH {
        from.insert(0, current.from);
        let found = show(&View { bytes: &current.bytes, from: &from, dump: None });
        let found = found.or_else(|| show_undumped(&current.bytes, &mut from, show));
        if found.is_some() {
            return found;
        }
        current = unescaped(&current.bytes)?;
    }
    None
}

fn show_unquoted<T>(text: &[u8], show: &mut impl FnMut(&View) -> Option<T>) -> Option<T> {
    let Unescaped { bytes, from } = unquoted(text)?;
    show(&View { bytes: &bytes, from: &[from], dump: None })
}

/// Shows a dump's bytes, where the text behind these steps is one.
fn show_undumped<T>(
    text: &[u8],
    steps: &mut Vec<Vec<u32>>,
    show: &mut impl FnMut(&View) -> Option<T>,
) -> Option<T> {
    let Unescaped { bytes, from } = undumped(text)?;
    steps.insert(0, from);
    let found = show(&View { bytes: &bytes, from: steps, dump: Some(text) });
    steps.remove(0);
    found
}

impl View<'_> {
    /// Whether its places are whole lines of a dump.
    pub(super) fn is_of_dump(&self) -> bool {
        self.dump.is_some()
    }

    /// Whether it was taken from the text itself as a dump.
    pub(super) fn is_of_lines(&self) -> bool {
        self.dump.is_some() && self.from.len() == 1
    }

    /// The place in the text itself.
    pub(super) fn source(&self, text: &[u8], place: Range<usize>) -> Range<usize> {
        let (Some(dump), [last, before @ ..]) = (self.dump, self.from) else {
            return back(self.from, place);
        };
        let place = last[place.start] as usize..last[place.end - 1] as usize + 1;
        match before {
            [] => lines(dump, place),
            _ => between_quotes(
                text,
                back(before, lines(dump, place.clone())),
                &back(before, place),
                before.len(),
            ),
        }
    }
}

fn back(steps: &[Vec<u32>], place: Range<usize>) -> Range<usize> {
    steps.iter().fold(place, |place, from| {
        // What stands for several bytes ends where the next thing starts.
        let last = from[place.end - 1];
        let end = from[place.end..].iter().copied().find(|at| *at > last);
        from[place.start] as usize..end.unwrap_or(last + 1) as usize
    })
}

/// The whole lines that a place is in.
pub(super) fn lines(text: &[u8], place: Range<usize>) -> Range<usize> {
    let start = text[..place.start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let end = text[place.end..].iter().position(|byte| *byte == b'\n');
    start..end.map_or(text.len(), |end| place.end + end)
}

/// What of some lines is in the same string as a place in them. A quote that ends the
/// string has fewer backslashes than one within it, `depth` strings deep.
fn between_quotes(text: &[u8], lines: Range<usize>, place: &Range<usize>, depth: usize) -> Range<usize> {
    let slashes = |at: usize| text[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
    let ends = |at: &usize| text[*at] == b'"' && slashes(*at) + 1 < 1 << depth;
    let start = (lines.start..place.start).rev().find(ends).map_or(lines.start, |at| at + 1);
    let end = (place.end..lines.end).find(ends).unwrap_or(lines.end);
    // The backslashes of the quote stay with it.
    start..if end < lines.end { end - slashes(end) } else { end }
}
