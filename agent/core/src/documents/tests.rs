use proptest::prelude::*;

use super::*;

fn path(text: &str) -> RepoPath {
    RepoPath::parse(text).unwrap()
}

const GUIDE: &str = "\
# Guide

Words before.

## Install

Run the installer. It writes one file.

```sh
# not a heading
install --now
```

## Configure

The configuration names a cache folder.

### Limits

The cache holds at most 64 entries; older entries are evicted.
";

fn found(query: &str, documents: &[(RepoPath, &str)]) -> Vec<(String, String)> {
    let passages = passages(query, documents, Bounds::default());
    passages.into_iter().map(|passage| (passage.source, passage.text)).collect()
}

#[test]
fn the_passage_that_answers_comes_first_with_its_place_and_headings() {
    let found = found("how many entries does the cache hold", &[(path("docs/guide.md"), GUIDE)]);
    assert_eq!(
        found[0],
        (
            "docs/guide.md lines 18-20".to_owned(),
            "Guide > Configure:\n### Limits\n\nThe cache holds at most 64 entries; older entries are evicted."
                .to_owned()
        )
    );
}

#[test]
fn a_sign_within_code_begins_no_part() {
    let found = found("installer", &[(path("docs/guide.md"), GUIDE)]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "docs/guide.md lines 5-12");
    assert!(found[0].1.ends_with("# not a heading\ninstall --now\n```"));
}

#[test]
fn each_kind_of_document_has_headings_of_its_own() {
    let underlined = "Title\n=====\n\nalpha\n\nSecond\n------\n\nbravo\n";
    let cases = [
        ("a.rst", underlined, "a.rst lines 6-9", "Title:\nSecond\n------\n\nbravo"),
        ("a.md", underlined, "a.md lines 6-9", "Title:\nSecond\n------\n\nbravo"),
        (
            "a.adoc",
            "= Title\n\nalpha\n\n== Second\n\nbravo\n",
            "a.adoc lines 5-7",
            "Title:\n== Second\n\nbravo",
        ),
        (
            "a.txt",
            "# Title\n\nalpha\n\n# Second\n\nbravo",
            "a.txt lines 1-7",
            "# Title\n\nalpha\n\n# Second\n\nbravo",
        ),
        ("a.rs", "// alpha\nfn bravo() {}\n", "a.rs lines 1-2", "// alpha\nfn bravo() {}"),
    ];
    for (name, text, source, expected) in cases {
        assert_eq!(
            found("bravo", &[(path(name), text)]),
            [(source.to_owned(), expected.to_owned())],
            "{name}"
        );
    }
}

#[test]
fn names_are_found_by_their_parts() {
    let documents = [(path("a.txt"), "call readFile first"), (path("b.txt"), "call write_all last")];
    assert_eq!(found("how is a file read", &documents)[0].0, "a.txt line 1");
    assert_eq!(found("writeAll", &documents)[0].0, "b.txt line 1");
}

#[test]
fn what_has_nothing_in_common_is_not_given() {
    let documents = [(path("a.txt"), "alpha"), (path("b.txt"), "")];
    assert_eq!(found("zulu", &documents), []);
    assert_eq!(found("the of and", &documents), []);
    assert_eq!(found("", &documents), []);
}

#[test]
fn as_much_is_given_as_fits() {
    let long = (0..100).map(|at| format!("cache line {at}\n\n")).collect::<String>();
    let documents = [(path("a.md"), long.as_str())];
    let bounds = Bounds { passages_max: 2, bytes_max: 100_000 };
    assert_eq!(passages("cache", &documents, bounds).len(), 2);
    let bounds = Bounds { passages_max: 9, bytes_max: 700 };
    let given = passages("cache", &documents, bounds);
    assert!(!given.is_empty() && given.iter().map(|passage| passage.text.len()).sum::<usize>() <= 700);
    assert_eq!(passages("cache", &documents, Bounds { passages_max: 9, bytes_max: 0 }), []);
}

fn document() -> impl Strategy<Value = String> {
    let line = prop_oneof!["", "# [a-c]{1,4}", "[a-e ]{0,30}", "```", "---", "é[a-c]{0,5}ß"];
    proptest::collection::vec(line, 0..150).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn parts_hold_every_line_once_and_none_is_long(text in document()) {
        let parts = cut::parts(&path("a.md"), &text);
        let lines: Vec<_> = text.lines().collect();
        let mut next = 0;
        for part in &parts {
            prop_assert!(part.first > next && part.last >= part.first && part.last - part.first < 40);
            prop_assert!(lines[next..part.first - 1].iter().all(|line| line.trim().is_empty()));
            prop_assert!(part.text.ends_with(&lines[part.first - 1..part.last].join("\n")));
            next = part.last;
        }
        prop_assert!(lines[next..].iter().all(|line| line.trim().is_empty()));
    }

    #[test]
    fn passages_are_bounded_and_the_same_each_time(query in "[a-e ]{0,20}", texts in proptest::collection::vec(document(), 0..4)) {
        let documents: Vec<_> = texts.iter().enumerate()
            .map(|(at, text)| (path(&format!("{at}.md")), text.as_str())).collect();
        let bounds = Bounds { passages_max: 3, bytes_max: 500 };
        let given = passages(&query, &documents, bounds);
        prop_assert!(given.len() <= 3 && given.iter().map(|passage| passage.text.len()).sum::<usize>() <= 500);
        prop_assert!(given.iter().all(|passage| !passage.text.trim().is_empty()));
        prop_assert_eq!(given, passages(&query, &documents, bounds));
    }
}
