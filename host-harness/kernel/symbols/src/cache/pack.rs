//! A cache as bytes: a mark, a checksum, then contents, then paths.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{AGE_MAX, BYTES_MAX, Cache, Entry, Key, Known, Outcome, PathEntry, Stamp};
use crate::{
    Language, Skipped, Tags,
    bytes::{Packer, Unpacker},
    grammar,
};

const MARK: [u8; 8] = *b"symbols1";

pub(super) fn pack(cache: &Cache) -> Vec<u8> {
    let mut to = Packer::default();
    to.0.extend_from_slice(&checksum(&grammar::version()).to_le_bytes());
    to.0.extend_from_slice(&cache.stamped_ns.to_le_bytes());
    let numbers = pack_entries(cache, &mut to);
    pack_paths(cache, &numbers, &mut to);
    let mut bytes = MARK.to_vec();
    bytes.extend_from_slice(&checksum(&to.0).to_le_bytes());
    bytes.extend_from_slice(&to.0);
    bytes
}

/// The contents, those that were seen last before the others, as many as there is room for.
fn pack_entries(cache: &Cache, to: &mut Packer) -> HashMap<Key, usize> {
    let mut entries: Vec<_> = cache.entries.iter().filter(|(_, entry)| entry.age <= AGE_MAX).collect();
    entries.sort_by_key(|(key, entry)| (entry.age, **key));
    let mut packed = Packer::default();
    let mut numbers = HashMap::new();
    for (key, entry) in entries {
        let body = body(cache, entry);
        if packed.0.len() + body.len() > BYTES_MAX {
            break;
        }
        packed.0.extend_from_slice(&key.content);
        packed.byte(key.language.number());
        packed.byte(entry.age);
        packed.bytes(&body);
        numbers.insert(*key, numbers.len());
    }
    to.count(numbers.len());
    to.0.extend_from_slice(&packed.0);
    numbers
}

/// An entry's bytes: as they came, or packed now.
fn body<'a>(cache: &'a Cache, entry: &Entry) -> Cow<'a, [u8]> {
    match (cache.packed.get(entry.packed.clone()), &entry.outcome) {
        (Some(bytes), _) if !bytes.is_empty() => Cow::Borrowed(bytes),
        (_, Some(outcome)) => Cow::Owned(pack_outcome(outcome)),
        // Nothing is unpacked to nothing.
        _ => Cow::Owned(Vec::new()),
    }
}

/// The paths in their order, each without what it has in common with the one before.
fn pack_paths(cache: &Cache, numbers: &HashMap<Key, usize>, to: &mut Packer) {
    let number = |known: &Known| match known {
        Known::Other => Some(0),
        Known::Source(key) => numbers.get(key).map(|number| number + 1),
    };
    let seen = cache.paths.iter().filter(|(_, entry)| entry.is_seen);
    let known: Vec<_> = seen.filter_map(|(path, entry)| Some((path, entry, number(&entry.known)?))).collect();
    to.count(known.len());
    let mut before: &str = "";
    for (path, entry, number) in known {
        let common = common(before, path);
        to.count(common);
        to.text(&path[common..]);
        let Stamp { bytes, modified_ns, changed_ns, inode } = entry.stamp;
        [bytes, modified_ns as u64, changed_ns as u64, inode].iter().for_each(|part| to.number(*part));
        to.count(number);
        before = path;
    }
}

fn common(before: &str, path: &str) -> usize {
    let same = before.bytes().zip(path.bytes()).take_while(|(one, other)| one == other).count();
    path.floor_char_boundary(same)
}

pub(super) fn pack_outcome(outcome: &Outcome) -> Vec<u8> {
    let mut to = Packer::default();
    match outcome {
        Ok(tags) => {
            to.byte(0);
            tags.pack(&mut to);
        }
        Err(skipped) => to.byte(skipped.number() + 1),
    }
    to.0
}

pub(super) fn unpack_outcome(bytes: &[u8]) -> Option<Outcome> {
    let mut from = Unpacker(bytes);
    let outcome = match from.byte()?.checked_sub(1) {
        None => Ok(Arc::new(Tags::unpack(&mut from)?)),
        Some(number) => Err(Skipped::numbered(number)?),
    };
    from.end(outcome)
}

pub(super) fn unpack(bytes: &[u8]) -> Option<Cache> {
    // Paths come on top of what is bounded when it is saved.
    (bytes.len() <= BYTES_MAX * 2).then_some(())?;
    let mut from = Unpacker(bytes);
    (from.array()? == MARK).then_some(())?;
    (u64::from_le_bytes(from.array()?) == checksum(from.0)).then_some(())?;
    (u64::from_le_bytes(from.array()?) == checksum(&grammar::version())).then_some(())?;
    let stamped_ns = i64::from_le_bytes(from.array()?);
    let listed = from.list(usize::MAX, |from| unpack_entry(from, bytes.len()))?;
    let keys: Vec<Key> = listed.iter().map(|(key, _)| *key).collect();
    let mut before = String::new();
    let paths = from.list(usize::MAX, |from| unpack_path(from, &keys, &mut before))?;
    let paths: BTreeMap<_, _> = paths.into_iter().collect();
    let entries = listed.into_iter().collect();
    from.end(Cache { packed: bytes.to_vec(), entries, paths, stamped_ns, trusted_ns: i64::MIN })
}

fn unpack_entry(from: &mut Unpacker<'_>, whole: usize) -> Option<(Key, Entry)> {
    let content = from.array()?;
    let language = Language::numbered(from.byte()?)?;
    let age = from.byte()?;
    let body = from.bytes()?;
    let end = whole - from.0.len();
    let packed = end - body.len()..end;
    Some((Key { content, language }, Entry { age, packed, outcome: None }))
}

fn unpack_path(from: &mut Unpacker<'_>, keys: &[Key], before: &mut String) -> Option<(String, PathEntry)> {
    let common = usize::try_from(from.number()?).ok()?;
    let path = format!("{}{}", before.get(..common)?, from.text()?);
    let (bytes, modified) = (from.number()?, from.number()?);
    let (changed, inode) = (from.number()?, from.number()?);
    let stamp = Stamp { bytes, modified_ns: modified as i64, changed_ns: changed as i64, inode };
    let known = match usize::try_from(from.number()?).ok()?.checked_sub(1) {
        None => Known::Other,
        Some(number) => Known::Source(*keys.get(number)?),
    };
    before.clone_from(&path);
    Some((path, PathEntry { stamp, known, is_seen: true }))
}

/// Tells bytes that lost something on a disk. Nobody is kept from making others by it.
fn checksum(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let words = words.iter().chain([&last]).map(|word| u64::from_le_bytes(*word));
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(FACTOR).rotate_left(29);
    words.fold(bytes.len() as u64, mix)
}
