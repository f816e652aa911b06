use proptest::prelude::*;

use super::*;

#[test]
fn an_entry_is_added_as_a_line() {
    let one = add("", "checks that exist and passed: `unit`").unwrap();
    let two = add(&one, "the tests need a folder `tmp`").unwrap();
    assert_eq!(
        two,
        "# Memory\n\nWhat earlier runs found out here. Each line is one fact; change or delete what is wrong.\n\n\
         - checks that exist and passed: `unit`\n- the tests need a folder `tmp`\n"
    );
    assert_eq!(read(&two), ["checks that exist and passed: `unit`", "the tests need a folder `tmp`"]);
}

#[test]
fn an_entry_that_is_there_becomes_the_newest() {
    let text = ["one", "two", "ONE"].iter().fold(String::new(), |text, entry| add(&text, entry).unwrap());
    assert_eq!(read(&text), ["two", "ONE"]);
}

#[test]
fn an_entry_stays_on_its_line_and_is_no_heading() {
    for (entry, expected) in [
        ("a\n# b", "a # b"),
        ("# Heading", "Heading"),
        ("- - > a", "a"),
        ("a\r\nb\u{2028}c", "a bc"),
        ("a <!-- b --> c", "a  b  c"),
        ("a\u{202e}b", "ab"),
        ("```sh", "`sh"),
    ] {
        let text = add("", entry).unwrap();
        assert_eq!(read(&text), [expected.split_whitespace().collect::<Vec<_>>().join(" ")], "{entry:?}");
        assert_eq!(text.lines().filter(|line| line.starts_with('#')).count(), 1, "{entry:?}");
    }
}

#[test]
fn what_is_empty_or_long_is_refused() {
    assert_eq!(add("", " \n# ").unwrap_err(), MemoryFault::Empty);
    assert!(add("", &"é".repeat(200)).is_ok());
    assert_eq!(add("", &"é".repeat(201)).unwrap_err(), MemoryFault::TooLong(402));
}

#[test]
fn the_oldest_is_forgotten() {
    let entry = |at: usize| format!("{at}: {}", "word ".repeat(60));
    let text = (0..100).fold(String::new(), |text, at| add(&text, &entry(at)).unwrap());
    let entries = read(&text);
    assert!(text.len() <= BYTES_MAX && text.len() > BYTES_MAX - 400, "{}", text.len());
    assert!(
        entries.last().unwrap().starts_with("99:") && !entries.iter().any(|entry| entry.starts_with("0:"))
    );
}

#[test]
fn a_file_of_any_length_is_read_from_its_end() {
    let text = (0..50_000).map(|at| format!("- {at}\n")).collect::<String>()
        + &format!("- {}\n", "x ".repeat(500_000));
    let entries = read(&text);
    assert_eq!(entries.last().map(String::as_str), Some("49999"));
    assert!(entries.len() > 500 && written(&entries).len() <= BYTES_MAX);
}

#[test]
fn secrets_are_refused_and_not_read_back() {
    let lines = [
        format!("push with {}{}", "ghp_", "aB3dE5gH7jK9mN1pQ3sT5vW7"),
        format!("the key is {}{}", "AKIA", "IOSFODNN7EXAMPLE"),
        format!("-----BEGIN {} KEY-----", "RSA PRIVATE"),
        "password=hunter2".to_owned(),
        "set API_KEY: abc".to_owned(),
        "\"token\": \"abc\"".to_owned(),
        "Authorization: Bearer abc".to_owned(),
        "clone https://me:pass@example.com/x".to_owned(),
        format!("use {}", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        format!("sha {}", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"),
        format!("small {}", "k3j5h2g8f7d6s9a0q1w4e8r2t6y3u7i5"),
        format!("jwt {}.e30.x", "eyJhbGciOiJIUzI1NiJ9"),
        "x\u{200b}".to_owned() + "pass\u{200b}word=hunter2",
    ];
    for line in lines {
        assert_eq!(add("", &line).unwrap_err(), MemoryFault::Secret, "{line}");
        assert_eq!(read(&format!("- {line}\n- kept\n")), ["kept"], "{line}");
    }
}

#[test]
fn plain_facts_are_no_secrets() {
    for line in [
        "checks that exist and passed: `cargo-test`, `fmt`",
        "recipe that worked: `rename-and-format`",
        "a change had to be mended for this: error[E0425]: cannot find value `x` in this scope",
        "the tests of host-harness/kernel/tests/sandbox.rs need bubblewrap 0.9",
        "version 1.0.228 of serde needs Rust 1.95",
        "see https://example.com/docs/reference#limits",
    ] {
        assert_eq!(read(&add("", line).unwrap()), [line]);
    }
}

#[test]
fn a_run_is_told_by_what_it_proved() {
    let (checks, mended) =
        (["unit".to_owned(), "fmt".to_owned()], ["\ncheck `unit` exited 101\nlong output".to_owned()]);
    let proof = Proof { checks: &checks, recipe: Some("rename"), mended: &mended };
    let told = notes(&proof);
    assert_eq!(
        told,
        [
            "checks that exist and passed: `fmt`, `unit`",
            "recipe that worked: `rename`",
            "a change had to be mended for this: check `unit` exited 101"
        ]
    );
    assert_eq!(notes(&Proof::default()), Vec::<String>::new());
    let mended = ["TOKEN=abcdef".to_owned()];
    assert_eq!(notes(&Proof { mended: &mended, ..Proof::default() }), Vec::<String>::new());
}

proptest! {
    #[test]
    fn a_memory_is_bounded_and_stable_whatever_it_was(text in "(- \\PC{0,60}\n|\\PC{0,40}\n){0,30}", entry in "\\PC{0,80}") {
        if let Ok(next) = add(&text, &entry) {
            prop_assert!(next.len() <= BYTES_MAX);
            let entries = read(&next);
            prop_assert!(!entries.is_empty() && entries.iter().all(|entry| !could_be_secret(entry)));
            prop_assert_eq!(written(&entries), next);
        }
    }

    #[test]
    fn every_note_can_be_added(checks in proptest::collection::vec("\\PC{0,150}", 0..6), mended in proptest::collection::vec("(?s).{0,500}", 0..3)) {
        for note in notes(&Proof { checks: &checks, recipe: None, mended: &mended }) {
            prop_assert!(add("", &note).is_ok(), "{}", note);
        }
    }
}
