//! Looks for values in texts, in whatever form they are written there.
//!
//! A text is looked at as it stands, and once more with nothing but its letters and
//! digits; then the same with its escapes taken back, as often as they were put on. The
//! values go through the same, so that what is between characters hides nothing. How a
//! value looks when it is encoded is worked out once, for every value, and not for
//! every text.

mod dump;
mod forms;
mod grams;
mod packed;
mod sought;
mod squeeze;
mod unescape;
mod view;

use std::{collections::BTreeSet, ops::Range};

use sought::{Match, Sought};
use view::View;

pub(crate) use forms::Breadth;
pub(crate) use squeeze::squeezed;

/// A value to look for.
pub(crate) struct Value<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) breadth: Breadth,
}

/// Where a text holds a value, in some form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) place: Range<usize>,
    /// Which of the values, the longest first.
    pub(crate) values: Vec<usize>,
}

/// Looks for a set of values.
pub(crate) struct Finder {
    exact: Sought,
    loose: Sought,
    reach: usize,
}

/// How much longer than a value its longest usual form is: a backslash, a `u` and four
/// digits, escaped once more, with something between.
const LONGER: usize = 16;
const REACH_MIN: usize = 1024;
/// A text is looked at in pieces of this size, so that what is made of it stays small.
const PIECE: usize = 64 * 1024;

impl Finder {
    /// What looks for these values, each in its forms.
    pub(crate) fn new<'a>(values: impl IntoIterator<Item = Value<'a>>) -> Self {
        let (mut exact, mut loose) = (Vec::new(), Vec::new());
        let mut longest = 0;
        for (at, value) in values.into_iter().enumerate() {
            longest = longest.max(value.bytes.len());
            exact.extend(
                forms::exact(value.bytes, value.breadth).into_iter().map(|form| (at, form, value.breadth)),
            );
            loose.extend(
                forms::loose(value.bytes, value.breadth).into_iter().map(|form| (at, form, value.breadth)),
            );
        }
        let reach = REACH_MIN + LONGER * longest;
        Self { exact: Sought::new(exact), loose: Sought::new(loose), reach }
    }

    /// How many bytes a value may take in a text and still be found across pieces.
    pub(crate) fn reach(&self) -> usize {
        self.reach
    }

    /// A value that the text holds.
    pub(crate) fn first(&self, text: &[u8]) -> Option<usize> {
        let plain = self.first_plain(text);
        plain.or_else(|| packed::unpacked(text).iter().find_map(|packed| self.first_plain(&packed.content)))
    }

    /// Everywhere that the text holds a value, in order, none overlapping another.
    pub(crate) fn all(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits = self.all_plain(text);
        for packed in packed::unpacked(text) {
            hits.extend(
                self.first_plain(&packed.content)
                    .map(|value| Hit { place: packed.place.clone(), values: vec![value] }),
            );
        }
        merged(hits)
    }

    fn first_plain(&self, text: &[u8]) -> Option<usize> {
        self.pieces(text.len()).find_map(|piece| view::each(&text[piece], |view| self.first_in(view)))
    }

    fn first_in(&self, view: &View) -> Option<usize> {
        let exact = self.exact.first(view.bytes);
        exact.or_else(|| self.loose.first(&squeezed(view.bytes)))
    }

    fn all_plain(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for piece in self.pieces(text.len()) {
            let part = &text[piece.clone()];
            view::each(part, |view| {
                self.all_in(part, view, |found, place| {
                    let place = piece.start + place.start..piece.start + place.end;
                    hits.push(Hit { place: widened(text, place, found, view), values: vec![found.value] });
                });
                None::<()>
            });
        }
        hits
    }

    fn all_in(&self, text: &[u8], view: &View, mut tell: impl FnMut(&Match, Range<usize>)) {
        for found in self.exact.all(view.bytes) {
            tell(&found, view.source(text, found.place.clone()));
        }
        let matches = self.loose.all(&squeezed(view.bytes));
        if matches.is_empty() {
            return;
        }
        let places = squeeze::places(view.bytes);
        for found in matches {
            let place = places[found.place.start]..places[found.place.end - 1] + 1;
            tell(&found, view.source(text, place));
        }
    }

    fn pieces(&self, length: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        let (step, reach) = (PIECE.max(4 * self.reach), self.reach);
        let count = length.saturating_sub(reach).div_ceil(step).max(1);
        (0..count).map(move |at| at * step..((at + 1) * step + reach).min(length))
    }
}

/// A piece of an encoding at either end may hold bits of the value that no whole
/// character tells.
const EDGE: usize = 3;

fn widened(text: &[u8], place: Range<usize>, found: &Match, view: &View) -> Range<usize> {
    let Range { mut start, mut end } = place;
    if view.is_of_lines() {
        // A line may go on behind the piece that was looked at.
        Range { start, end } = view::lines(text, start..end);
    } else if found.ragged && !view.is_of_dump() {
        let letter = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/_-".contains(byte);
        start -= text[..start].iter().rev().take(EDGE).take_while(letter).count();
        end += text[end..].iter().take(EDGE).take_while(letter).count();
        end += text[end..].iter().take(8).take_while(|byte| **byte == b'=').count();
    }
    // Half an escape would be left, and with it a text that nobody can read any more.
    let slashes = text[..start].iter().rev().take_while(|byte| **byte == b'\\').count();
    start - slashes % 2..end
}

fn merged(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.place.start, usize::MAX - hit.place.end));
    let mut merged: Vec<Hit> = Vec::new();
    for hit in hits {
        match merged.last_mut() {
            Some(last) if hit.place.start < last.place.end => {
                last.place.end = last.place.end.max(hit.place.end);
                last.values.extend(hit.values);
            }
            _ => merged.push(hit),
        }
    }
    for hit in &mut merged {
        let mut seen = BTreeSet::new();
        hit.values.retain(|value| seen.insert(*value));
    }
    merged
}
