//! A whole repository: what changed is read, the rest is known, and all of it is ranked.

use std::{collections::BTreeMap, io, sync::Arc};

use crate::{
    FILE_BYTES_MAX, Language, Lines, Skipped,
    cache::{Cache, Key, Known, Outcome, Stamp},
    map::{FileTags, Map, MapQuery, rank},
    reader::{Ends, Reader, Source},
};

/// Files that are held at a time for the child to read.
const HELD_BYTES_MAX: usize = 512 << 10;

/// A script is small; a larger file without an end to its name is something else.
const SCRIPT_BYTES_MAX: u64 = 64 << 10;

/// A file of the repository as it looks from the outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path, with `/` between the parts.
    pub path: String,
    /// How it looks.
    pub stamp: Stamp,
}

/// What was done for a map.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// All files.
    pub files: usize,
    /// Files whose bytes were asked for.
    pub read: usize,
    /// Files that went through the child.
    pub parsed: usize,
    /// Files whose symbols were known.
    pub from_cache: usize,
    /// Files in a known language without symbols, by reason.
    pub skipped: BTreeMap<Skipped, usize>,
}

/// A map with what was done for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapped {
    /// The map.
    pub map: Map,
    /// What was done.
    pub counts: Counts,
}

/// Makes a map of a repository. Before it, [`Cache::begin`] says when the stamps of the
/// entries began to be taken.
pub fn mapped<S: FnMut() -> io::Result<Ends>>(
    files: impl IntoIterator<Item = Entry>,
    read: impl FnMut(&str) -> io::Result<Vec<u8>>,
    parse: &mut Reader<S>,
    cache: &mut Cache,
    query: &MapQuery,
) -> Mapped {
    let mut gathering = Gathering {
        read,
        parse,
        cache,
        held: Vec::new(),
        held_bytes: 0,
        files: Vec::new(),
        counts: Counts::default(),
    };
    files.into_iter().for_each(|entry| gathering.add(entry));
    gathering.parse_held();
    Mapped { map: rank(&gathering.files, query), counts: gathering.counts }
}

/// Files on their way to a map.
struct Gathering<'a, R, S> {
    read: R,
    parse: &'a mut Reader<S>,
    cache: &'a mut Cache,
    held: Vec<Held>,
    held_bytes: usize,
    files: Vec<FileTags>,
    counts: Counts,
}

/// A file that waits for the child.
struct Held {
    file: usize,
    key: Key,
    stamp: Stamp,
    source: Source,
}

impl<R, S> Gathering<'_, R, S>
where
    R: FnMut(&str) -> io::Result<Vec<u8>>,
    S: FnMut() -> io::Result<Ends>,
{
    fn add(&mut self, Entry { path, stamp }: Entry) {
        self.counts.files += 1;
        let tags = self.look(&path, stamp).and_then(|outcome| self.tell(outcome));
        self.files.push(FileTags { path, tags });
    }

    /// What a file comes to, if that is known without the child.
    fn look(&mut self, path: &str, stamp: Stamp) -> Option<Outcome> {
        let language = Language::of_path(path);
        let is_script = || stamp.bytes <= SCRIPT_BYTES_MAX && Language::is_told_inside(path);
        if language.is_none() && !is_script() {
            return None;
        }
        if stamp.bytes > FILE_BYTES_MAX as u64 {
            return Some(Err(Skipped::TooLarge));
        }
        match self.cache.by_stamp(path, &stamp) {
            Some(Known::Other) => None,
            Some(Known::Source(key)) => self.known(&key).or_else(|| self.open(path, stamp, language)),
            None => self.open(path, stamp, language),
        }
    }

    fn known(&mut self, key: &Key) -> Option<Outcome> {
        let outcome = self.cache.by_content(key)?;
        self.counts.from_cache += 1;
        Some(outcome)
    }

    /// Reads a file and lets it wait for the child, if its content is new.
    fn open(&mut self, path: &str, stamp: Stamp, language: Option<Language>) -> Option<Outcome> {
        self.counts.read += 1;
        let Ok(bytes) = (self.read)(path) else {
            return language.map(|_| Err(Skipped::Unreadable));
        };
        let Some(language) = language.or_else(|| Language::of_first_line(&bytes)) else {
            self.cache.keep_path(path, stamp, Known::Other);
            return None;
        };
        let key = Key::new(language, &bytes);
        if let Some(outcome) = self.known(&key) {
            self.cache.keep_path(path, stamp, Known::Source(key));
            return Some(outcome);
        }
        if self.held_bytes + bytes.len() > HELD_BYTES_MAX {
            self.parse_held();
        }
        self.held_bytes += bytes.len();
        let source = Source { language, bytes };
        self.held.push(Held { file: self.files.len(), key, stamp, source });
        None
    }

    fn parse_held(&mut self) {
        let held = std::mem::take(&mut self.held);
        self.held_bytes = 0;
        self.counts.parsed += held.len();
        let (places, sources): (Vec<_>, Vec<_>) =
            held.into_iter().map(|held| ((held.file, held.key, held.stamp), held.source)).unzip();
        let answers = self.parse.tags(&sources, Lines::Untold);
        for ((file, key, stamp), answer) in places.into_iter().zip(answers) {
            let outcome = answer.map(Arc::new);
            // Another time the child may live longer.
            if !matches!(outcome, Err(Skipped::Unavailable)) {
                self.cache.keep(key, outcome.clone());
                self.cache.keep_path(&self.files[file].path, stamp, Known::Source(key));
            }
            self.files[file].tags = self.tell(outcome);
        }
    }

    fn tell(&mut self, outcome: Outcome) -> Option<Arc<crate::Tags>> {
        outcome.inspect_err(|skipped| *self.counts.skipped.entry(*skipped).or_default() += 1).ok()
    }
}
