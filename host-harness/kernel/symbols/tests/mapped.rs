//! A repository, mapped: what is read, what is known, what changed.

mod common;

use std::{cell::RefCell, collections::BTreeMap, io};

use common::reader;
use symbols::{
    Counts, Entry, Mapped, Skipped,
    cache::{Cache, Stamp},
    map::MapQuery,
    mapped,
};

const SECOND: i64 = 1_000_000_000;

/// A folder that knows when each file was written.
#[derive(Default, Clone)]
struct Tree(BTreeMap<String, (Stamp, Vec<u8>)>);

impl Tree {
    fn write(&mut self, path: &str, text: &str, at: i64) {
        let inode = path.len() as u64;
        let stamp = Stamp { bytes: text.len() as u64, modified_ns: at, changed_ns: at, inode };
        self.0.insert(path.to_owned(), (stamp, text.as_bytes().to_vec()));
    }

    fn entries(&self) -> Vec<Entry> {
        self.0.iter().map(|(path, (stamp, _))| Entry { path: path.clone(), stamp: *stamp }).collect()
    }

    /// The map, what was done for it, and the paths that were read.
    fn map(&self, cache: &mut Cache, now: i64) -> (Mapped, Vec<String>) {
        let opened = RefCell::new(Vec::new());
        let read = |path: &str| {
            opened.borrow_mut().push(path.to_owned());
            self.0.get(path).map(|(_, bytes)| bytes.clone()).ok_or(io::ErrorKind::NotFound.into())
        };
        cache.begin(now);
        let query = MapQuery { tokens_max: 1_000, ..MapQuery::default() };
        let mapped = mapped(self.entries(), read, &mut reader(), cache, &query);
        (mapped, opened.into_inner())
    }
}

fn tree() -> Tree {
    let mut tree = Tree::default();
    for (path, text) in [
        ("README.md", "# Greeter"),
        ("bin/run", "#!/usr/bin/env python3\ndef main(): pass\n"),
        ("bin/tool", "#!/bin/sh\necho"),
        ("src/copy.rs", "pub fn same() {}"),
        ("src/lib.rs", "mod copy;\npub struct Greeter;\nimpl Greeter {\n    pub fn greet(&self) {}\n}\n"),
        ("src/main.rs", "fn main() { lib::Greeter.greet() }"),
        ("src/other.rs", "pub fn same() {}"),
        ("zero.c", "int a;\0"),
    ] {
        tree.write(path, text, 100 * SECOND + 1);
    }
    tree
}

const MAP: &str = "\
src/lib.rs
 2 pub struct Greeter
 4 pub fn greet(&self)
bin/run
 2 def main()
src/copy.rs
 1 pub fn same()
src/main.rs
 1 fn main()
src/other.rs
 1 pub fn same()
README.md
bin/tool
zero.c
";

fn counts(read: usize, parsed: usize, from_cache: usize) -> Counts {
    Counts { files: 8, read, parsed, from_cache, skipped: BTreeMap::from([(Skipped::Binary, 1)]) }
}

#[test]
fn only_what_changed_is_read_again() {
    let mut tree = tree();
    let mut cache = Cache::default();
    let (first, _) = tree.map(&mut cache, 200 * SECOND);
    assert_eq!(first.map.text, MAP);
    assert_eq!(first.counts, counts(7, 6, 0));

    let mut cache = Cache::load(&cache.save());
    let (again, opened) = tree.map(&mut cache, 300 * SECOND);
    assert_eq!((again.map.text.as_str(), opened), (MAP, vec![]));
    assert_eq!(again.counts, counts(0, 0, 6));

    tree.write("src/other.rs", "pub fn differs() {}", 350 * SECOND + 1);
    let mut cache = Cache::load(&cache.save());
    let (changed, opened) = tree.map(&mut cache, 400 * SECOND);
    assert_eq!(opened, ["src/other.rs"]);
    assert_eq!(changed.counts, counts(1, 1, 5));
    assert_eq!(
        changed.map.text,
        MAP.replace("src/other.rs\n 1 pub fn same()", "src/other.rs\n 1 pub fn differs()")
    );
}

/// A file that is written twice in one moment can look the same both times.
#[test]
fn what_was_written_in_the_moment_of_the_map_is_read_again() {
    for (written, mapped_at, is_read) in [
        (100 * SECOND + 1, 100 * SECOND + 1, true),
        (100 * SECOND + 1, 100 * SECOND + 40_000_000, true),
        (100 * SECOND + 1, 100 * SECOND + 60_000_000, false),
        // Times of whole seconds are of a clock that is no finer.
        (100 * SECOND, 101 * SECOND, true),
        (100 * SECOND, 103 * SECOND, false),
        (900 * SECOND + 1, 100 * SECOND, true),
    ] {
        let mut tree = Tree::default();
        tree.write("a.rs", "fn one() {}", written);
        let mut cache = Cache::default();
        tree.map(&mut cache, mapped_at);
        tree.write("a.rs", "fn two() {}", written);
        let (again, opened) = tree.map(&mut Cache::load(&cache.save()), 950 * SECOND);
        assert_eq!(!opened.is_empty(), is_read, "{written} {mapped_at}");
        assert_eq!(again.map.text.contains("two"), is_read);
    }
}

#[test]
fn equal_files_are_read_as_one() {
    let mut tree = Tree::default();
    tree.write("a.rs", "fn one() {}", SECOND + 1);
    let mut cache = Cache::default();
    tree.map(&mut cache, 100 * SECOND);
    tree.write("moved/b.rs", "fn one() {}", SECOND + 1);
    let (moved, _) = tree.map(&mut cache, 200 * SECOND);
    assert_eq!((moved.counts.read, moved.counts.parsed), (1, 0));
    assert_eq!(cache.len(), 1);
}

#[test]
fn what_cannot_be_read_is_told_and_not_remembered() {
    let mut tree = Tree::default();
    tree.write("a.rs", "fn one() {}", SECOND + 1);
    tree.write("large.rs", "", SECOND + 1);
    tree.0.get_mut("large.rs").unwrap().0.bytes = 2 << 20;
    let mut cache = Cache::default();
    let query = MapQuery { tokens_max: 100, ..MapQuery::default() };
    cache.begin(100 * SECOND);
    let gone = |_: &str| Err(io::ErrorKind::PermissionDenied.into());
    let none = mapped(tree.entries(), gone, &mut reader(), &mut cache, &query);
    assert_eq!(none.counts.skipped, BTreeMap::from([(Skipped::TooLarge, 1), (Skipped::Unreadable, 1)]));
    assert_eq!(none.map.text, "a.rs\nlarge.rs\n");
    assert!(cache.is_empty());
}
