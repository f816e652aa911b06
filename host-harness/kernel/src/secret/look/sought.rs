//! The forms that are looked for in one kind of view.

use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::{
    forms::{Breadth, Form},
    grams::{Grams, LENGTH_MIN},
};

/// A set of forms of values.
pub(super) struct Sought {
    long: Grams,
    long_of: Vec<Of>,
    short: Option<AhoCorasick>,
    short_of: Vec<Of>,
}

/// What a form is a form of.
struct Of {
    value: usize,
    ragged: bool,
    breadth: Breadth,
}

/// Where a form stands.
pub(super) struct Match {
    pub(super) place: Range<usize>,
    pub(super) value: usize,
    pub(super) ragged: bool,
}

impl Sought {
    pub(super) fn new(forms: Vec<(usize, Form, Breadth)>) -> Self {
        let (long, short): (Vec<_>, Vec<_>) =
            forms.into_iter().partition(|(_, form, _)| form.bytes.len() >= LENGTH_MIN);
        let ((long, long_of), (short, short_of)) = (parted(long), parted(short));
        let automaton = || AhoCorasick::new(&short).expect("the forms are few and short");
        Self { long: Grams::new(long), long_of, short: (!short.is_empty()).then(automaton), short_of }
    }

    /// A value of which the text holds a form.
    pub(super) fn first(&self, text: &[u8]) -> Option<usize> {
        self.find_map(text, |found| Some(found.value))
    }

    /// Every form that the text holds.
    pub(super) fn all(&self, text: &[u8]) -> Vec<Match> {
        let mut all = Vec::new();
        self.find_map(text, |found| {
            all.push(found);
            None::<()>
        });
        all
    }

    fn find_map<T>(&self, text: &[u8], mut tell: impl FnMut(Match) -> Option<T>) -> Option<T> {
        let found = self.long.find_map(text, |form, place| tell(self.long_of[form].at(text, place)?));
        found.or_else(|| {
            // Asking whether there is any is much quicker than asking where all are.
            let short = self.short.as_ref().filter(|short| short.is_match(text))?;
            let mut places = short.find_overlapping_iter(text);
            places.find_map(|found| tell(self.short_of[found.pattern().as_usize()].at(text, found.range())?))
        })
    }
}

impl Of {
    fn at(&self, text: &[u8], place: Range<usize>) -> Option<Match> {
        let fits = self.breadth != Breadth::Word || is_word(text, &place);
        fits.then_some(Match { place, value: self.value, ragged: self.ragged })
    }
}

fn parted(forms: Vec<(usize, Form, Breadth)>) -> (Vec<Vec<u8>>, Vec<Of>) {
    let part = |(value, form, breadth): (usize, Form, Breadth)| {
        (form.bytes, Of { value, ragged: form.ragged, breadth })
    };
    forms.into_iter().map(part).unzip()
}

fn is_word(text: &[u8], place: &Range<usize>) -> bool {
    let letter = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let before = place.start.checked_sub(1).and_then(|at| text.get(at));
    !letter(before) && !letter(text.get(place.end))
}
