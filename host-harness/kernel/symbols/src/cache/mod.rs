//! What was read before, so that only changed files are read again.
//!
//! Symbols are kept by the hash of the content, so that equal files share them; beside
//! that stands, for each path, which content it had when it looked so from the outside. The
//! cache opens no file: its bytes come from whoever keeps them, and bytes that are not
//! whole are an empty cache.

mod pack;
mod stamp;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::Arc,
};

use sha2::{Digest, Sha256};

use crate::{Language, Skipped, Tags};
pub use stamp::Stamp;

/// What a file came to: its symbols, or why there are none.
pub(crate) type Outcome = Result<Arc<Tags>, Skipped>;

/// Maps that an entry outlives without being seen: a branch is gone back to.
const AGE_MAX: u8 = 8;
/// Bytes of a saved cache. What was seen longest ago goes first.
const BYTES_MAX: usize = 64 << 20;

/// A content that was read as a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub content: [u8; 32],
    pub language: Language,
}

impl Key {
    pub fn new(language: Language, bytes: &[u8]) -> Self {
        Self { content: Sha256::digest(bytes).into(), language }
    }
}

/// What is known of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// A source with this content.
    Source(Key),
    /// Nothing whose symbols are read.
    Other,
}

#[derive(Debug, Clone, Copy)]
struct PathEntry {
    stamp: Stamp,
    known: Known,
    is_seen: bool,
}

#[derive(Debug)]
struct Entry {
    /// Maps since it was seen.
    age: u8,
    /// Where it lies in the bytes of the cache, if it came with them.
    packed: Range<usize>,
    /// It is unpacked when it is first asked for.
    outcome: Option<Outcome>,
}

/// The symbols of a repository's files as they were read before.
#[derive(Debug)]
pub struct Cache {
    packed: Vec<u8>,
    entries: HashMap<Key, Entry>,
    paths: BTreeMap<String, PathEntry>,
    /// When the stamps began to be taken that paths have here.
    stamped_ns: i64,
    /// What that was when the map before this one was made.
    trusted_ns: i64,
}

impl Default for Cache {
    fn default() -> Self {
        let (entries, paths) = (HashMap::new(), BTreeMap::new());
        Self { packed: Vec::new(), entries, paths, stamped_ns: i64::MIN, trusted_ns: i64::MIN }
    }
}

impl Cache {
    /// Reads a saved cache. What is not whole, or was made by another version of this
    /// program, is an empty one.
    pub fn load(bytes: &[u8]) -> Self {
        pack::unpack(bytes).unwrap_or_default()
    }

    /// The bytes to keep. The same cache gives the same bytes.
    pub fn save(&self) -> Vec<u8> {
        pack::pack(self)
    }

    /// Begins a map: `now_ns` is the time before the first stamp is taken, in nanoseconds
    /// since 1970 by the clock of the files. Without this no stamp is trusted later.
    pub fn begin(&mut self, now_ns: i64) {
        self.trusted_ns = self.stamped_ns;
        self.stamped_ns = now_ns;
        // Stamps that the last map did not look at are of an unknown time.
        self.paths.retain(|_, path| std::mem::take(&mut path.is_seen));
        self.entries.values_mut().for_each(|entry| entry.age = entry.age.saturating_add(1));
    }

    /// How many contents are known.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.paths.is_empty()
    }

    /// What a path is, if it surely is what it was.
    pub(crate) fn by_stamp(&mut self, path: &str, stamp: &Stamp) -> Option<Known> {
        let trusted_ns = self.trusted_ns;
        let entry = self.paths.get_mut(path)?;
        if entry.stamp != *stamp || (!entry.is_seen && !stamp.is_settled(trusted_ns)) {
            return None;
        }
        entry.is_seen = true;
        Some(entry.known)
    }

    /// What a content came to.
    pub(crate) fn by_content(&mut self, key: &Key) -> Option<Outcome> {
        let entry = self.entries.get_mut(key)?;
        if entry.outcome.is_none() {
            entry.outcome = self.packed.get(entry.packed.clone()).and_then(pack::unpack_outcome);
        }
        entry.age = 0;
        entry.outcome.clone()
    }

    /// Remembers what a path is.
    pub(crate) fn keep_path(&mut self, path: &str, stamp: Stamp, known: Known) {
        self.paths.insert(path.to_owned(), PathEntry { stamp, known, is_seen: true });
    }

    /// Remembers what a content came to.
    pub(crate) fn keep(&mut self, key: Key, outcome: Outcome) {
        self.entries.insert(key, Entry { age: 0, packed: 0..0, outcome: Some(outcome) });
    }
}
