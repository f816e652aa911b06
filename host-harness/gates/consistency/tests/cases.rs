//! Every rule catches what it says that it catches, and lets pass what it says.

use std::collections::BTreeMap;

use consistency::{Consistency, Options};
use finding::{Held, Survey, TreeScanner as _};

fn tree(files: &BTreeMap<String, String>) -> Held {
    files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect()
}

fn gate() -> Consistency {
    Consistency::new(Options::default()).expect("the rules that this crate brings along")
}

fn survey(files: &[(&str, &[u8])]) -> Survey {
    gate().survey(&files.iter().copied().collect::<Held>(), None)
}

#[test]
fn every_rule_catches_and_lets_pass_what_it_shows() {
    let gate = gate();
    let mut wrong = Vec::new();
    for rule in gate.catalogue().rules() {
        for (cases, caught) in [(&rule.catches, true), (&rule.passes, false)] {
            for case in cases {
                let survey = gate.survey(&tree(&case.files), None);
                assert!(survey.broken.is_empty(), "{:?}", survey.broken);
                let told: Vec<_> = survey.found.iter().map(|found| (&found.rule, &found.message)).collect();
                assert!(survey.found.iter().all(|found| !found.message.contains("``")), "{told:?}");
                if survey.found.iter().any(|found| found.rule == rule.id) != caught
                    || (!caught && !told.is_empty())
                {
                    wrong.push(format!("{} {caught}: {told:?} in {:?}", rule.id, case.files));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_guide_has_the_severities_of_the_rules() {
    let guide = include_str!("../../../../docs/gates/consistency.md");
    for rule in gate().catalogue().rules() {
        let row = format!("| `{}` | {} |", rule.id, rule.severity.as_str());
        assert!(guide.contains(&row), "{row}");
    }
}

#[test]
fn the_canary_is_found() {
    let (gate, canary) = (gate(), gate().canary());
    assert!(canary.iter().all(|file| gate.passes_over(&file.path).is_none()));
    let tree: Held = canary.iter().map(|file| (file.path.as_str(), file.bytes.clone())).collect();
    let survey = gate.survey(&tree, None);
    assert!(survey.found.iter().any(|found| found.rule == canary[0].rule), "{survey:?}");
}

#[test]
fn what_can_t_be_read_is_told_and_never_left_out() {
    let survey = survey(&[("README.md", b"\xff\xfe"), ("docs/a.md", b"# a\n")]);
    let broken: Vec<_> = survey.broken.iter().map(|(path, _)| path.as_str()).collect();
    let scanned: Vec<_> = survey.scanned.iter().map(|path| path.as_str()).collect();
    assert_eq!((broken, scanned), (vec!["README.md"], vec!["docs/a.md"]));
}

#[test]
fn a_manifest_that_is_needed_and_can_t_be_read_is_told() {
    let survey = survey(&[("README.md", b"```sh\nnpm run a\n```\n"), ("package.json", b"{")]);
    assert_eq!(survey.broken.len(), 1, "{survey:?}");
}

#[test]
fn what_is_too_large_says_what_to_do() {
    let large = vec![b' '; (4 << 20) + 1];
    for files in [
        vec![("README.md", large.as_slice())],
        vec![("README.md", b"```sh\nnpm run a\n```\n".as_slice()), ("package.json", large.as_slice())],
    ] {
        let survey = survey(&files);
        let [(_, reason)] = survey.broken.as_slice() else { panic!("{:?}", survey.broken) };
        assert!(reason.starts_with("is larger than 4 MiB") && reason.contains("make it smaller"), "{reason}");
    }
}

#[test]
fn a_finding_keeps_its_subject_where_lines_move() {
    let before = survey(&[("README.md", b"[a](a.md)\n")]);
    let after = survey(&[("README.md", b"# new\n\n[b](b.md)\n\n[a](a.md)\n")]);
    assert!(after.found.iter().any(|found| found.subject == before.found[0].subject));
    assert_eq!(after.found[1].span.map(|span| span.line), Some(5));
}

#[test]
fn rules_of_an_operator_need_their_cases() {
    let text = "[[rule]]\nid = \"consistency/link\"\nseverity = \"low\"\nmessage = \"m\"\nremedy = \"r\"\nreference = \"x\"\n";
    assert!(gate().with_rules("mine.toml", text).is_err());
}

#[test]
fn what_lies_with_others_is_passed_over_with_a_reason() {
    let path = finding::RepoPath::parse("node_modules/a/README.md").expect("a path");
    assert!(gate().passes_over(&path).is_some());
    assert!(survey(&[("node_modules/a/README.md", b"[a](a.md)")]).found.is_empty());
}

#[test]
fn source_that_is_too_large_says_nothing_of_flags() {
    let files: Held = [
        ("README.md", "```sh\nbird --loud\n```\n"),
        ("Cargo.toml", "[package]\nname = \"bird\"\nversion = \"1.0.0\"\n"),
        ("src/main.rs", "fn main() {}\n"),
    ]
    .into_iter()
    .collect();
    let told = |options| Consistency::new(options).expect("rules").survey(&files, None).found.len();
    assert_eq!(told(Options::default()), 1);
    assert_eq!(told(Options { source_bytes_max: 10, ..Options::default() }), 0);
    assert_eq!(told(Options { source_files_max: 1, ..Options::default() }), 0);
}

#[test]
fn hostile_documents_take_no_more_than_their_length() {
    for piece in [
        "[",
        "![a](",
        "<a href=",
        "<!--",
        "`",
        "> ",
        "* ",
        "|a",
        "a\\\n",
        "[a]: b\n",
        "cd a;",
        "$ a <<E\n",
        "# a\n",
    ] {
        let text = format!("```sh\n{}\n```\n{}", piece.repeat(2000), piece.repeat(10_000));
        let files: Held = [("README.md", text), ("Makefile", piece.repeat(4000))].into_iter().collect();
        let start = std::time::Instant::now();
        let survey = gate().survey(&files, None);
        assert!(start.elapsed().as_secs() < 20, "{piece:?} took {:?}", start.elapsed());
        assert!(!survey.scanned.is_empty());
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(100))]

    #[test]
    fn no_text_makes_it_panic(text in "(?s).{0,200}", code in "[ -~\\n]{0,120}", line in "[a-z.=@$é' \"\\[\\]{}<|&;-]{0,60}") {
        let document = format!("{text}\n\n```sh file={line}\n{code}\n$ {line}\n```\n\n`{line}` [a](<{line}>) <a href={line}>\n");
        let files: Held = [("README.md", document), ("Cargo.toml", code), ("Makefile", line)].into_iter().collect();
        let survey = gate().survey(&files, None);
        assert!(survey.scanned.iter().any(|path| path.as_str() == "README.md"));
    }
}
