//! Which rules may speak of a text, without trying every glob. A set of globs is not
//! enough: it tries every glob with the same ending one by one, and a thousand rules for
//! `.rs` files are a thousand tries. Here a glob is found by the longest piece that is
//! sure to stand in what it matches, and only then tried.

use std::collections::BTreeMap;

use super::glob::{Glob, Sure};

/// One glob: the rule that has it, and which of the rule's globs it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) rule: usize,
    pub(super) glob: usize,
}

/// Globs by what must stand in a text for them to match.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    exact: BTreeMap<Box<str>, Vec<Entry>>,
    starts: Pieces,
    ends: Pieces,
    components: BTreeMap<Box<str>, Vec<Entry>>,
    rest: Vec<Entry>,
    all: Vec<Entry>,
}

/// Pieces, with the lengths that there are.
#[derive(Debug, Clone, Default)]
struct Pieces {
    entries: BTreeMap<Box<str>, Vec<Entry>>,
    lengths: Vec<usize>,
}

impl Pieces {
    fn add(&mut self, piece: &str, entry: Entry) {
        self.entries.entry(piece.into()).or_default().push(entry);
        if let Err(at) = self.lengths.binary_search(&piece.len()) {
            self.lengths.insert(at, piece.len());
        }
    }

    /// The entries of every piece that `cut` takes out of a text, by the piece's length.
    fn find<'a>(&self, bytes: usize, cut: impl Fn(usize) -> Option<&'a str>) -> impl Iterator<Item = &Entry> {
        let lengths = self.lengths.iter().take_while(move |length| **length <= bytes);
        lengths.filter_map(move |length| self.entries.get(cut(*length)?)).flatten()
    }
}

impl Index {
    /// Adds the globs of a rule.
    pub(super) fn add(&mut self, rule: usize, globs: &[Glob]) {
        for (glob, text) in globs.iter().enumerate() {
            let entry = Entry { rule, glob };
            self.all.push(entry);
            match text.sure() {
                Sure::Exact(text) => self.exact.entry(text.into()).or_default().push(entry),
                Sure::Start(piece) => self.starts.add(piece, entry),
                Sure::End(piece) => self.ends.add(piece, entry),
                Sure::Component(piece) => self.components.entry(piece.into()).or_default().push(entry),
                Sure::Nothing => self.rest.push(entry),
            }
        }
    }

    /// Every glob that may match, and now and then one twice.
    pub(super) fn candidates(&self, text: &str) -> impl Iterator<Item = &Entry> {
        let components = (!self.components.is_empty()).then(|| text.split('/')).into_iter().flatten();
        let components = components.filter_map(|part| self.components.get(part)).flatten();
        self.exact
            .get(text)
            .into_iter()
            .flatten()
            .chain(self.starts.find(text.len(), |length| text.get(..length)))
            .chain(self.ends.find(text.len(), |length| text.get(text.len() - length..)))
            .chain(components)
            .chain(&self.rest)
    }

    /// Every glob.
    pub(super) fn all(&self) -> &[Entry] {
        &self.all
    }
}
