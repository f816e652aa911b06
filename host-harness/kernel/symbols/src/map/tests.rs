use proptest::prelude::*;

use super::*;
use crate::{Kind, Tags};

/// A file from what it defines (`name` or `name: kind`) and what it uses.
fn file(path: &str, defines: &[&str], uses: &[&str]) -> FileTags {
    let mut tags = Tags::default();
    for (number, name) in defines.iter().enumerate() {
        let (name, kind) = name.split_once(": ").unwrap_or((name, "function"));
        let kind = Kind::named(kind).unwrap();
        let (line, signature) = (number as u32 + 1, format!("fn {name}()"));
        let definition =
            Definition { name, kind, first_line: line, last_line: line, signature: &signature, inside: None };
        tags.define(definition);
    }
    uses.iter().for_each(|name| tags.refer(name, 1, &[]));
    FileTags { path: path.to_owned(), tags: Some(Arc::new(tags)) }
}

fn plain(path: &str) -> FileTags {
    FileTags { path: path.to_owned(), tags: None }
}

fn query(words: &[&str], files: &[&str], tokens_max: usize) -> MapQuery {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    MapQuery { words: owned(words), files: owned(files), tokens_max }
}

fn repository() -> Vec<FileTags> {
    vec![
        file("src/main.rs", &["main"], &["load_config", "Server", "new"]),
        file("src/config.rs", &["load_config", "Config: struct", "new"], &["read_text"]),
        file("src/server.rs", &["Server: struct", "new", "handle"], &["Config", "read_text"]),
        file("src/text.rs", &["read_text", "_private"], &[]),
        file("tests/server.rs", &["serves"], &["Server", "handle", "load_config"]),
        plain("Cargo.toml"),
        plain("README.md"),
    ]
}

#[test]
fn what_is_used_most_comes_first() {
    let map = rank(&repository(), &query(&[], &[], 1_000));
    let expected = "\
src/text.rs
 1 fn read_text()
 2 fn _private()
src/config.rs
 1 fn load_config()
 2 fn Config()
 3 fn new()
src/server.rs
 1 fn Server()
 2 fn new()
 3 fn handle()
src/main.rs
 1 fn main()
tests/server.rs
 1 fn serves()
Cargo.toml
README.md
";
    assert_eq!(map.text, expected);
    assert_eq!((map.definitions, map.left_out), (10, 0));
}

#[test]
fn the_task_says_what_comes_first() {
    let first = |words: &[&str], files: &[&str]| {
        let text = rank(&repository(), &query(words, files, 12)).text;
        text.lines().take(2).collect::<Vec<_>>().join("|")
    };
    assert_eq!(first(&[], &["tests/server.rs"]), "tests/server.rs| 1 fn serves()");
    assert_eq!(first(&["handle"], &[]), "src/server.rs| 3 fn handle()");
    assert_eq!(first(&["HANDLE"], &[]), "src/server.rs| 3 fn handle()");
    assert_eq!(first(&["fix", "the", "config"], &[]), "src/config.rs| 2 fn Config()");
    assert_eq!(first(&["private"], &[]), "src/text.rs| 2 fn _private()");
}

#[test]
fn a_named_file_without_symbols_is_listed_before_others() {
    let map = rank(&repository(), &query(&[], &["README.md"], 20));
    assert_eq!(map.text, "src/text.rs\n 1 fn read_text()\nsrc/config.rs\n 2 fn Config()\nREADME.md\n");
}

#[test]
fn what_is_inside_a_function_is_not_shown() {
    let mut tags = Tags::default();
    for (name, kind, inside) in
        [("Outer", Kind::Scope, None), ("shown", Kind::Method, Some(0)), ("hidden", Kind::Function, Some(1))]
    {
        let (first_line, last_line) = (1, 9);
        tags.define(Definition { name, kind, first_line, last_line, signature: name, inside });
    }
    let files = [FileTags { path: "a".to_owned(), tags: Some(Arc::new(tags)) }];
    assert_eq!(rank(&files, &query(&[], &[], 100)).text, "a\n 1 shown\n");
}

#[test]
fn a_tree_without_room_lists_folders() {
    let paths = (0..500).map(|n| plain(&format!("src/{}/file{n}.txt", ["db", "net", "ui"][n % 3])));
    let files: Vec<_> = paths.chain([plain("README.md")]).collect();
    let map = rank(&files, &query(&[], &["src/ui/file8.txt"], 40));
    let expected = "\
src/ui/file8.txt
./ (1 file)
src/db/ (167 files)
src/net/ (167 files)
src/ui/ (165 files)
";
    assert_eq!(map.text, expected);
    assert_eq!(rank(&files, &query(&[], &[], 10)).text, "./ (1 file)\nsrc/ (500 files)\n");
    assert_eq!(rank(&files, &query(&[], &[], 5)).text, "(501 more files)\n");
    assert_eq!(rank(&files, &query(&[], &[], 4)).text, "");
}

#[test]
fn a_path_stays_on_its_line() {
    let map = rank(&[plain("a\nb\u{202e}.txt")], &query(&[], &[], 100));
    assert_eq!(map.text, "a\u{fffd}b\u{fffd}.txt\n");
}

#[test]
fn no_files_and_no_room_are_no_map() {
    assert_eq!(rank(&[], &query(&["a"], &["b"], 100)), Map::default());
    assert_eq!(rank(&repository(), &query(&[], &[], 0)).text, "");
    assert!(!rank(&repository(), &query(&[], &[], usize::MAX)).text.is_empty());
}

fn files() -> impl Strategy<Value = Vec<FileTags>> {
    let names = || prop::collection::vec("[a-c_]{1,3}[A-B]?", 0..6);
    let one = ("[a-c]{1,2}(/[a-c]{1,2}){0,3}(\\.rs)?", names(), names(), any::<bool>());
    let one = one.prop_map(|(path, defines, uses, tagged)| {
        let defines: Vec<_> = defines.iter().map(String::as_str).collect();
        let uses: Vec<_> = uses.iter().map(String::as_str).collect();
        if tagged { file(&path, &defines, &uses) } else { plain(&path) }
    });
    let distinct = |mut files: Vec<FileTags>| {
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files.dedup_by(|one, other| one.path == other.path);
        files
    };
    prop::collection::vec(one, 0..30).prop_map(distinct)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_map_keeps_its_budget(files in files(), tokens_max in 0..200_usize, word in "[a-c]{1,4}") {
        let map = rank(&files, &query(&[&word], &["a"], tokens_max));
        prop_assert!(map.text.len() <= tokens_max * 4, "{}", map.text);
        prop_assert!(map.tokens() <= tokens_max);
        let lines = map.text.lines().filter(|line| line.starts_with(' ')).count();
        prop_assert_eq!(lines, map.definitions);
    }

    #[test]
    fn the_order_of_the_files_does_not_show(
        (files, shuffled) in files().prop_flat_map(|files| (Just(files.clone()), Just(files).prop_shuffle())),
        tokens_max in 0..200_usize,
    ) {
        let query = query(&["abc"], &["a/b"], tokens_max);
        prop_assert_eq!(rank(&files, &query), rank(&shuffled, &query));
    }

    #[test]
    fn with_room_every_file_is_shown_once(files in files()) {
        let map = rank(&files, &query(&[], &[], 1_000_000));
        let mut paths: Vec<_> = map.text.lines().filter(|line| !line.starts_with(' ')).collect();
        paths.sort_unstable();
        let expected: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        prop_assert_eq!(paths, expected);
    }
}
