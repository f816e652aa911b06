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
    /// Whether a line of it is one thing.
    pub(super) lines: bool,
}

/// Escapes are taken back this often: JSON in JSON in a shell's quotes.
const DEPTH: usize = 3;

/// Shows each view of a text until something is found in one.
pub(super) fn each<T>(text: &[u8], mut show: impl FnMut(&View) -> Option<T>) -> Option<T> {
    let plain = show(&View { bytes: text, from: &[], lines: false });
    plain
        .or_else(|| each_unescaped(text, &mut show))
        .or_else(|| show_made(unquoted(text), false, &mut show))
        .or_else(|| show_made(undumped(text), true, &mut show))
}

fn each_unescaped<T>(text: &[u8], show: &mut impl FnMut(&View) -> Option<T>) -> Option<T> {
    let mut from = Vec::new();
    let mut current = unescaped(text)?;
    for _ in 0..DEPTH {
        from.insert(0, current.from);
        let found = show(&View { bytes: &current.bytes, from: &from, lines: false });
        if found.is_some() {
            return found;
        }
        current = unescaped(&current.bytes)?;
    }
    None
}

fn show_made<T>(
    made: Option<Unescaped>,
    lines: bool,
    show: &mut impl FnMut(&View) -> Option<T>,
) -> Option<T> {
    let Unescaped { bytes, from } = made?;
    show(&View { bytes: &bytes, from: &[from], lines })
}

impl View<'_> {
    /// The place in the text itself.
    pub(super) fn source(&self, place: Range<usize>) -> Range<usize> {
        self.from.iter().fold(place, |place, from| {
            // What stands for several bytes ends where the next thing starts.
            let last = from[place.end - 1];
            let next = || from[place.end..].iter().copied().find(|at| *at > last);
            // Behind a line there is another one, and no rest of the same thing.
            let end = if self.lines { None } else { next() };
            from[place.start] as usize..end.unwrap_or(last + 1) as usize
        })
    }
}
