//! Many forms, sought at once.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::forms::{Breadth, Form};

/// A set of forms of values.
pub(super) struct Automaton {
    search: Option<AhoCorasick>,
    of: Vec<Of>,
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

/// Up to this many bytes of forms the fastest kind of automaton is small enough.
const SMALL: usize = 32 * 1024;

impl Automaton {
    pub(super) fn new(forms: Vec<(usize, Form, Breadth)>) -> Self {
        let size: usize = forms.iter().map(|(_, form, _)| form.bytes.len()).sum();
        let kind = if size <= SMALL { AhoCorasickKind::DFA } else { AhoCorasickKind::ContiguousNFA };
        let texts = forms.iter().map(|(_, form, _)| &form.bytes);
        let search = (!forms.is_empty()).then(|| {
            AhoCorasick::builder().kind(Some(kind)).build(texts).expect("the forms are few and short")
        });
        let of = forms.into_iter().map(|(value, form, breadth)| Of { value, ragged: form.ragged, breadth });
        Self { search, of: of.collect() }
    }

    /// A value of which the text holds a form.
    pub(super) fn first(&self, text: &[u8]) -> Option<usize> {
        self.matches(text).next().map(|found| found.value)
    }

    /// Every form that the text holds.
    pub(super) fn all(&self, text: &[u8]) -> Vec<Match> {
        self.matches(text).collect()
    }

    fn matches<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Match> + 'a {
        // Asking whether there is any is much quicker than asking where all are.
        let search = self.search.as_ref().filter(|search| search.is_match(text));
        let found = search.into_iter().flat_map(move |search| search.find_overlapping_iter(text));
        found.filter_map(move |found| {
            let of = &self.of[found.pattern().as_usize()];
            let fits = of.breadth != Breadth::Word || is_word(text, found.range());
            fits.then(|| Match { place: found.range(), value: of.value, ragged: of.ragged })
        })
    }
}

fn is_word(text: &[u8], place: Range<usize>) -> bool {
    let letter = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let before = place.start.checked_sub(1).and_then(|at| text.get(at));
    !letter(before) && !letter(text.get(place.end))
}
