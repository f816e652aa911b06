use proptest::prelude::*;

use super::{
    super::{
        answer::Span,
        bump::Version,
        splice::{Splice, spliced},
    },
    *,
};

fn source() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("old".to_owned()),
        Just("older".to_owned()),
        Just("\"old\"".to_owned()),
        Just("// old\n".to_owned()),
        Just("\n".to_owned()),
        Just(" ".to_owned()),
        Just("é = ".to_owned()),
        "[a-d(){};.]{1,3}",
        Just("\r\n".to_owned()),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_name_renamed_and_renamed_back_is_the_same(files in proptest::collection::vec(source(), 1..4)) {
        let named: Vec<_> = files.iter().enumerate().map(|(at, text)| (format!("{at}.rs"), text.as_str())).collect();
        let named: Vec<_> = named.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        let mut there = shelf(&named);
        let before = there.files.clone();
        if there.run("rename", &[("from", "old"), ("to", "much_newer")]).is_ok() {
            prop_assert_ne!(&there.files, &before);
            there.did("rename", &[("from", "much_newer"), ("to", "old")]);
        }
        prop_assert_eq!(&there.files, &before);
    }

    #[test]
    fn a_header_twice_is_a_header_once(
        text in "(#!/bin/a\n|\u{feff}|<\\?php\n|<\\?xml\\?>\n)?((//|#|/\\*|\\*/|--)? ?(Copyright 2020 (Acme|B)|SPDX-License-Identifier: (MIT|ISC)|[a-c]{0,3})\r?\n){0,6}[a-c]{0,2}",
        name in proptest::sample::select(vec!["a.rs", "a.py", "a.php", "a.css", "a.html", "a.sql", "Dockerfile"]),
        literal in any::<bool>(),
    ) {
        let parameters: &[_] = match literal {
            true => &[("text", "Copyright {year} {holder}\n\n  Some words."), ("holder", "Acme"), ("year", "2026")],
            false => &[("spdx", "MIT"), ("holder", "Acme"), ("year", "2026")],
        };
        let mut there = shelf(&[(name, text.as_str())]);
        if there.run("headers", parameters).is_ok() {
            prop_assert!(there.text(name).contains("Acme"));
            let second = there.fault("headers", parameters);
            prop_assert_eq!(second.0, "edit-without-effect");
        }
    }

    #[test]
    fn a_bump_keeps_every_other_byte(
        before in "( |\t|#[a-z ]{0,9}|[a-c] = \"1\\.[0-9]\"){0,1}",
        space in "[ \t]{0,3}",
        sign in prop_oneof!["", "\\^", "~", "=", ">="],
        quote in prop_oneof!["\"", "'"],
        end in prop_oneof!["\n", "\r\n"],
        after in "(#[a-zé ]{0,9}|[x-z] = \\[1, 2\\])?",
    ) {
        let text = format!("{before}{end}[dependencies]{end}serde{space}={space}{quote}{sign}1.2{quote}{space}{end}{after}");
        let mut there = shelf(&[("Cargo.toml", text.as_str())]);
        there.did("bump", &[("package", "serde"), ("version", "1.9.7")]);
        let (head, tail) = text.split_at(before.len());
        let tail = tail.replacen(&format!("{sign}1.2{quote}"), &format!("{sign}1.9.7{quote}"), 1);
        prop_assert_eq!(there.text("Cargo.toml"), format!("{head}{tail}"));
    }

    #[test]
    fn manifests_of_any_bytes_break_nothing(text in "(?s).{0,200}", lock in "(?s).{0,200}", package in "[a-c]") {
        for (manifest, locked) in [("Cargo.toml", "Cargo.lock"), ("package.json", "package-lock.json"), ("go.mod", "go.sum"), ("requirements.txt", "x"), ("pyproject.toml", "y")] {
            let mut there = shelf(&[(manifest, text.as_str()), (locked, lock.as_str())]);
            let _ = there.run("bump", &[("package", &package), ("version", "9.9.9")]);
        }
    }

    #[test]
    fn lines_of_requirements_break_nothing(lines in proptest::collection::vec("a ?(\\[x\\]?)?[~=<>!]{0,2} ?[0-9.*]{0,5} ?[;@#(\\\\)]{0,2}.{0,5}", 0..5)) {
        let text = lines.join("\n");
        let mut there = shelf(&[("requirements.txt", text.as_str())]);
        let _ = there.run("bump", &[("package", "a"), ("version", "9.9.9")]);
    }

    #[test]
    fn instructions_of_any_words_break_nothing(instruction in "(rename|bump|add|replace|format|to|in|with|licence|headers|`[ab]`|[ab(),:]|1\\.0|[é\"“”`] ?){0,20}") {
        let spaced = instruction.replace("rename", "rename ").replace("to", " to ");
        let _ = (told_by(&instruction), told_by(&spaced));
    }

    #[test]
    fn versions_are_in_one_order(left in "[0-9]{1,2}(\\.[0-9]){0,3}(-[a-b]\\.[0-9]|rc[0-9]|\\.post[0-9])?", right in "[0-9]{1,2}(\\.[0-9]){0,3}(-[a-b]\\.[0-9]|rc[0-9]|\\.post[0-9])?") {
        let (left, right) = (Version::parse(&left).unwrap(), Version::parse(&right).unwrap());
        prop_assert_eq!(left.order(&right), right.order(&left).reverse());
    }

    #[test]
    fn texts_put_in_leave_the_rest(text in "\\PC{0,40}", cuts in proptest::collection::vec((0_usize..45, 0_usize..45), 0..5)) {
        let splices: Vec<_> = cuts.iter().map(|(from, to)| Splice { span: Span { from: *from, to: *to }, text: "<>".into() }).collect();
        let count = splices.len();
        if let Ok(done) = spliced(&text, splices.clone(), "x") {
            let gone: usize = splices.iter().map(|splice| splice.span.to - splice.span.from).sum();
            prop_assert_eq!(done.len(), text.len() - gone + 2 * count);
        }
    }
}

#[test]
fn versions_have_their_order() {
    let order = [
        "0.9",
        "1.0.0.dev1",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-beta",
        "1.0.0",
        "1.0.0.post1",
        "1.0.1rc1",
        "1.0.1",
        "1.10",
        "2",
    ];
    for pair in order.windows(2) {
        let version = |text| Version::parse(text).unwrap();
        assert_eq!(version(pair[0]).order(&version(pair[1])), std::cmp::Ordering::Less, "{pair:?}");
    }
    for (left, right, expected) in [
        ("1.2.0", "1.9.0", true),
        ("1.0.0", "2.0.0", false),
        ("0.2.0", "0.3.0", false),
        ("0.2.1", "0.2.9", true),
        ("0.0.1", "0.0.2", false),
    ] {
        assert_eq!(
            Version::parse(left).unwrap().is_compatible(&Version::parse(right).unwrap()),
            expected,
            "{left} {right}"
        );
    }
}
