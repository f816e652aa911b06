//! Sources that are meant to do harm, or are no sources: each has an answer, soon.

mod common;

use std::time::{Duration, Instant};

use common::{matched, reader, source};
use proptest::prelude::*;
use symbols::{FILE_BYTES_MAX, Language, Lines, Skipped};

fn asked(language: Language, bytes: &[u8]) -> Result<usize, Skipped> {
    let tags = reader().tags(&[source(language, bytes)], Lines::Told).remove(0)?;
    Ok(tags.definitions().len())
}

#[test]
fn what_is_no_text_is_skipped() {
    assert_eq!(asked(Language::C, b"int a;\0"), Err(Skipped::Binary));
    assert_eq!(asked(Language::C, &vec![b' '; FILE_BYTES_MAX + 1]), Err(Skipped::TooLarge));
    assert_eq!(asked(Language::C, &vec![b' '; FILE_BYTES_MAX]), Ok(0));
    assert_eq!(asked(Language::C, b""), Ok(0));
    assert_eq!(asked(Language::C, &b"(".repeat(5_001)), Err(Skipped::TooDeep));
    assert_eq!(asked(Language::Python, &b"()".repeat(100_000)), Ok(0));
}

#[test]
fn what_is_malformed_still_has_its_symbols() {
    for (language, bytes) in [
        (Language::Rust, b"fn a() {} \xff\xfe )\nfn b() {}\nstruct C {".as_slice()),
        (Language::Python, b"def a(x):\n\treturn = 1\nclass B:\n  def c(self): pass"),
        (Language::Cpp, b"class A { int b() { return } };\nint c( { }\nint d() {}"),
    ] {
        assert!(asked(language, bytes).is_ok_and(|count| count >= 2), "{language:?}");
    }
}

/// As deep as a file can be: nothing calls itself once a level, and nothing takes for ever.
#[test]
fn a_file_as_deep_as_it_likes_has_an_answer() {
    for language in Language::ALL {
        for (open, close, depth) in [
            ("(", ")", 5_000),
            ("{", "}", 5_000),
            ("[", "]", 5_000),
            ("a(", ")", 5_000),
            ("<", ">", 10_000),
            ("!", "", 20_000),
            ("a+", "a", 50_000),
            ("if a: ", "", 20_000),
        ] {
            let deep = format!("{}{}", open.repeat(depth), close.repeat(depth));
            let deep = if language == Language::Php { format!("<?php {deep}") } else { deep };
            let begun = Instant::now();
            let answer = asked(language, deep.as_bytes()).err();
            assert!(matches!(answer, None | Some(Skipped::Slow)), "{language:?} {open} {answer:?}");
            assert!(begun.elapsed() < Duration::from_secs(10), "{language:?} {open} {:?}", begun.elapsed());
        }
    }
}

#[test]
fn a_deep_tree_is_looked_through_to_its_end() {
    for (language, before, after) in [
        (Language::Python, "x = ", ""),
        (Language::JavaScript, "x = ", ";"),
        (Language::Rust, "fn f() { ", " }"),
    ] {
        let depth = 4_900;
        let deep = format!("{before}{}a(1){}{after}", "(".repeat(depth), ")".repeat(depth));
        let found = reader().find(&[source(language, &deep)], "a").remove(0).unwrap();
        assert_eq!(found.occurrences.len(), 1, "{language:?}");
        assert_eq!(matched(language, "a($A)", &deep).unwrap(), ["a(1) A=`1`"], "{language:?}");
    }
}

#[test]
fn a_signature_stays_on_its_line_and_hides_nothing() {
    let text =
        "fn a(x: &str /* \u{202e}\u{200b} */) {}\nfn b(\n    x: u8,\r\n    y: u8\n) {}\nfn c(\u{7}) {}";
    let tags = reader().tags(&[source(Language::Rust, text)], Lines::Untold).remove(0).unwrap();
    let signatures: Vec<_> = tags.definitions().map(|one| one.signature.to_owned()).collect();
    assert_eq!(signatures, ["fn a(x: &str /* \u{fffd}\u{fffd} */)", "fn b(x: u8, y: u8)", "fn c(\u{fffd})"]);
}

#[test]
fn a_signature_is_cut_between_characters() {
    let text = format!("fn a(x: {}) {{}}", "ü".repeat(200));
    let tags = reader().tags(&[source(Language::Rust, text)], Lines::Untold).remove(0).unwrap();
    let length = tags.definitions().next().unwrap().signature.len();
    assert!((159..=160).contains(&length), "{length}");
}

#[test]
fn what_is_too_much_is_left_out_and_counted() {
    let text = (0..5_000).map(|n| format!("fn f{n}() {{}}\n")).collect::<String>();
    let text = text + &format!("fn {}() {{}}", "x".repeat(200));
    let tags = reader().tags(&[source(Language::Rust, text)], Lines::Untold).remove(0).unwrap();
    assert_eq!(tags.definitions().len(), 4_000);
    // What is no definition any more counts as a name that is used.
    assert_eq!(tags.references().count(), 1_000);
    assert_eq!(tags.left_out(), 1_002);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_bytes_have_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..2_000), number in 0..12_usize) {
        let language = Language::ALL[number];
        let answer = asked(language, &bytes);
        let is_binary = bytes.contains(&0);
        prop_assert_eq!(answer.is_err(), is_binary, "{:?}", answer);
    }

    #[test]
    fn any_text_of_code_has_an_answer(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "fn ", "def ", "class ", "a", "ü", "(", ")", "{", "}", "\"", "'", "`", "//", "/*", "#", "\n",
                "  ", ":", ";", "<", ">", "${", "#{", "<<EOF\n", "EOF\n", "=", "$A", "template", "R\"(", "?>",
            ]),
            0..200,
        ),
        number in 0..12_usize,
    ) {
        let (language, text) = (Language::ALL[number], parts.concat());
        prop_assert!(asked(language, text.as_bytes()).is_ok());
        prop_assert!(reader().find(&[source(language, &text)], "a").remove(0).is_ok());
        let known = |fault: Skipped| fault.to_string().starts_with("pattern");
        prop_assert!(matched(language, &parts.concat(), &text).err().is_none_or(known));
    }
}
