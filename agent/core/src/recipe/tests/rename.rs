use super::*;

const FILES: &[(&str, &str)] = &[
    ("src/a.rs", "// old stays\nfn old(older: u8) { say(\"old\"); old(older) }\n"),
    ("src/b.py", "größe = old + old_2\n"),
    ("README.md", "Call old.\n"),
    ("other/c.rs", "let old = 1;\n"),
];

#[test]
fn identifiers_are_renamed_and_what_stays_is_told() {
    let mut shelf = shelf(FILES);
    let outcome = shelf.did("rename", &[("from", "old"), ("to", "new_name")]);
    assert_eq!(
        shelf.text("src/a.rs"),
        "// old stays\nfn new_name(older: u8) { say(\"old\"); new_name(older) }\n"
    );
    assert_eq!(shelf.text("src/b.py"), "größe = new_name + old_2\n");
    assert_eq!(shelf.text("README.md"), "Call old.\n");
    assert_eq!(shelf.text("other/c.rs"), "let new_name = 1;\n");
    assert_eq!(
        outcome.told,
        ["`other/c.rs`: 1 place renamed", "`src/a.rs`: 2 places renamed", "`src/b.py`: 1 place renamed"]
    );
    assert_eq!(
        outcome.warnings,
        [
            "every identifier `old` was renamed: names were compared, not what they stand for",
            "`old` stays where it is part of a string, a comment, a document or a longer name: README.md:1, src/a.rs:1"
        ]
    );
    assert_eq!((outcome.changes.len(), shelf.written), (3, 1));
}

#[test]
fn nothing_beyond_the_paths_is_renamed() {
    let mut shelf = shelf(FILES);
    let outcome = shelf.did("rename", &[("from", "old"), ("to", "new"), ("paths", "src/b.py,other")]);
    assert_eq!(outcome.changes.len(), 2);
    assert!(shelf.text("src/a.rs").contains("fn old"));
    let folders: Vec<_> = shelf.queries.iter().filter_map(|query| query["folder"].as_str()).collect();
    assert_eq!(folders, ["other", "src/b.py", "other", "src/b.py"]);
}

#[test]
fn a_second_time_there_is_nothing_to_rename() {
    let mut shelf = shelf(FILES);
    shelf.did("rename", &[("from", "old"), ("to", "new")]);
    assert_eq!(shelf.fault("rename", &[("from", "old"), ("to", "new")]).0, "recipe-nothing-found");
}

#[test]
fn a_name_that_is_there_already_is_refused_unless_allowed() {
    let files = &[("a.rs", "let old = new_one;\n"), ("b.rs", "let taken = 1;\n"), ("c.rs", "// here\n")];
    let mut there = shelf(files);
    let (code, message) = there.fault("rename", &[("from", "old"), ("to", "new_one")]);
    assert_eq!(code, "recipe-name-taken");
    assert!(message.starts_with("`new_one` is there already, in `a.rs` line 1\nhint:"), "{message}");
    // In a file that does not change it is in nobody's way, and in a comment neither.
    there.did("rename", &[("from", "old"), ("to", "taken")]);
    let mut there = shelf(files);
    there.did("rename", &[("from", "old"), ("to", "here")]);
    let mut there = shelf(files);
    let outcome = there.did("rename", &[("from", "old"), ("to", "new_one"), ("allow_taken", "true")]);
    assert_eq!(there.text("a.rs"), "let new_one = new_one;\n");
    assert!(outcome.warnings[0].starts_with("`new_one` is there already"), "{:?}", outcome.warnings);
}

#[test]
fn a_keyword_of_the_language_is_refused() {
    for (file, keyword, other) in [
        ("a.rs", "match", "class"),
        ("a.py", "lambda", "match_"),
        ("a.go", "func", "fn"),
        ("a.js", "class", "fn"),
    ] {
        let mut there = shelf(&[(file, "old\n")]);
        let (code, message) = there.fault("rename", &[("from", "old"), ("to", keyword)]);
        assert_eq!(code, "recipe-parameter-malformed", "{message}");
        there.did("rename", &[("from", "old"), ("to", other)]);
    }
}

#[test]
fn a_part_of_a_rename_is_none() {
    let rename = &[("from", "old"), ("to", "new")];
    let mut more = Shelf { more: true, ..shelf(FILES) };
    assert_eq!(more.fault("rename", rename).0, "recipe-incomplete");

    let mut skipped = Shelf { skipped: vec![("src/b.py", "too-large")], ..shelf(FILES) };
    let (code, message) = skipped.fault("rename", rename);
    assert_eq!(code, "recipe-incomplete");
    assert!(message.contains("`src/b.py` holds `old` and could not be looked into: too-large"), "{message}");

    let allowed = &[("from", "old"), ("to", "new"), ("allow_skipped", "true")];
    let outcome = skipped.did("rename", allowed);
    assert_eq!(outcome.told[0], "`src/b.py`: left as it is, it could not be looked into: too-large");
    assert!(skipped.text("src/b.py").contains("old +"));

    // A file that does not hold the name is in nobody's way.
    let mut skipped = Shelf { skipped: vec![("src/b.py", "slow")], ..shelf(FILES) };
    skipped.did("rename", &[("from", "older"), ("to", "new")]);
}

#[test]
fn a_file_that_changed_meanwhile_is_refused() {
    let mut shelf = Shelf { is_stale: true, ..shelf(FILES) };
    let (code, message) = shelf.fault("rename", &[("from", "old"), ("to", "new")]);
    assert_eq!(
        (code, message.lines().next()),
        ("recipe-stale", Some("`other/c.rs` line 1 no longer holds what was found there"))
    );
}

#[test]
fn a_refusal_passes_through() {
    let mut shelf = Shelf { refused: Some("src/a.rs"), ..shelf(FILES) };
    let stopped = shelf.run("rename", &[("from", "old"), ("to", "new")]).unwrap_err();
    assert!(matches!(stopped, Stopped::Desk(CallError::Refused(refusal)) if refusal.code == "scope-path"));
    assert_eq!(shelf.written, 0);
}

#[test]
fn an_answer_that_is_none_is_refused() {
    for answer in [
        json!({}),
        json!({ "matches": [], "more": "no" }),
        json!({ "matches": [{ "path": "../a", "from": 0, "to": 1, "line": 1, "text": "a" }], "more": false }),
        json!({ "matches": [{ "path": "a", "from": -1, "to": 1, "line": 1, "text": "a" }], "more": false }),
    ] {
        let fault = answer::found(&answer).unwrap_err();
        assert_eq!(fault.code(), "recipe-answer-malformed", "{answer}");
    }
}

#[test]
fn only_the_whole_word_counts_in_a_file_that_is_not_looked_into() {
    for (text, is_refused) in [
        ("bold folder old_ _old $old éold oldé", false),
        ("(old)", true),
        ("a.old", true),
        ("old", true),
        ("bold old", true),
        ("\u{a0}", false),
    ] {
        let files = &[("a.rs", "let old = 1;\n"), ("b.rs", text)];
        let mut there = Shelf { skipped: vec![("b.rs", "slow")], ..shelf(files) };
        let stopped = there.run("rename", &[("from", "old"), ("to", "new")]);
        assert_eq!(stopped.is_err(), is_refused, "{text}");
    }
}
