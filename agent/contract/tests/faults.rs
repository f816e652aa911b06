//! A fault stands at its place and says what is wrong in words that help.

use agent_contract::{Request, document, schema::check_document};

const BASE: &str = r#""version":"1.0","instruction":"x""#;

/// What follows the base, the place, the message.
const FAULTS: &[(&str, &str, &str)] = &[
    (r#""mode":"dry_run","merge":1"#, "/merge", "unknown field `merge`; known here: version, instruction"),
    (
        r#""mode":"dry_run","allowances":{"merge":true}"#,
        "/allowances/merge",
        "unknown field `merge`; known here: commit, push, pull_request, notify",
    ),
    (
        r#""mode":"dry_run","allowances":{"allowances":true}"#,
        "/allowances/allowances",
        "unknown field `allowances`",
    ),
    (r#""mode":"dry_run","a/~b":1"#, "/a~1~0b", "unknown field `a/~b`"),
    (r#""mode":"dry_run","a`b":1"#, "/a`b", "unknown field `a`b`"),
    (r#""mode":"dry_run","a\u001b[2J":1"#, "/a\u{1b}[2J", r"unknown field `a\u{1b}[2J`"),
    (r#""files":[]"#, "/mode", "missing field `mode`; add it"),
    (r#""mode":"dry_run","capabilities":[{}]"#, "/capabilities/0/capability", "missing field `capability`"),
    (r#""mode":"dry_run","proposal":{"format":"auto"}"#, "/proposal/text", "missing field `text`"),
    (
        r#""mode":"fast""#,
        "/mode",
        "unknown name `fast`; known here: dry_run, proposed_change, production_change",
    ),
    (r#""mode":{"dry_run":null}"#, "/mode", "is an object; a string is expected"),
    (r#""mode":1"#, "/mode", "is the number `1`; a string is expected"),
    (r#""mode":"dry_run","files":"a""#, "/files", "is the string `a`; a list is expected"),
    (r#""mode":"dry_run","files":["a",null]"#, "/files/1", "is `null`; a string is expected"),
    (r#""mode":"dry_run","allowances":[true,true]"#, "/allowances", "is a list; an object is expected"),
    (r#""mode":"dry_run","allowances":{"commit":1}"#, "/allowances/commit", "`true` or `false` is expected"),
    (r#""mode":"dry_run","budgets":{"steps":1.5}"#, "/budgets/steps", "is the number `1.5`; a whole number"),
    (r#""mode":"dry_run","budgets":{"steps":-1}"#, "/budgets/steps", "is the number `-1`; a whole number"),
    (r#""mode":"dry_run","budgets":{"steps":0}"#, "/budgets/steps", "must be from 1 to 9007199254740991"),
    (
        r#""mode":"dry_run","budgets":{"steps":1e300}"#,
        "/budgets/steps",
        "is a number beyond 9007199254740991",
    ),
    (
        r#""mode":"dry_run","budgets":{"steps":9007199254740992}"#,
        "/budgets/steps",
        "is a number beyond 9007199254740991",
    ),
    (r#""mode":"dry_run","budgets":{"steps":18446744073709551616}"#, "/budgets/steps", "is a number beyond"),
    (
        r#""mode":"dry_run","decision_metadata":{"opa":{"id":-9007199254740992}}"#,
        "/decision_metadata/opa/id",
        "is a number beyond",
    ),
    (r#""mode":"dry_run","target":{"ftp":"x"}"#, "/target/ftp", "unknown name `ftp`; known here: path, url"),
    (r#""mode":"dry_run","target":{}"#, "/target", "has 0 fields; give one of path, url"),
    (r#""mode":"dry_run","target":{"path":"a","url":"b"}"#, "/target", "has 2 fields"),
    (r#""mode":"dry_run","target":"path""#, "/target", "an object is expected"),
    (r#""mode":"dry_run","target":{"path":7}"#, "/target/path", "is the number `7`"),
    (r#""mode":"dry_run","mode":"dry_run""#, "/mode", "duplicate key `mode` at line 1 column 58; keep one"),
    (
        r#""mode":"dry_run","decision_metadata":{"opa":{"a\"b":[0,{"c\n":1,"c\n":2}]}}"#,
        "/decision_metadata/opa/a\"b/1/c\n",
        r"duplicate key `c\n`",
    ),
    (r#""mode":"dry_run","files":["a","\ud800"]"#, "/files/1", "holds half of a character"),
    (r#""mode":"dry_run","files":["a\ud800"]"#, "/files/0", "holds half of a character"),
    (r#""mode":"dry_run","budgets":{"steps":1e400}"#, "/budgets/steps", "is a number that is too great"),
    (r#""mode":"dry_run","target":"https://u:s3cret@a/o/r""#, "/target", "is the string `https://...`"),
    (
        r#""mode":"proposed_change","branches":{"work":"w"}"#,
        "/allowances/commit",
        "the work branch `w` is named and `commit` is not allowed",
    ),
    (
        r#""mode":"dry_run","branches":{"work":"main"},"target":{"url":"https://a.b/o/r/tree/main"}"#,
        "/branches/work",
        "the work branch `main` is the base branch",
    ),
    (
        r#""mode":"dry_run","branches":{"base":"dev"},"target":{"url":"https://a.b/o/r/tree/main"}"#,
        "/branches/base",
        "the base branch is `dev` and the target's branch is `main`",
    ),
    (
        r#""mode":"dry_run","protocols":{"a2a":{"actions":["a b"]}}"#,
        "/protocols/a2a/actions/0",
        "is no name of an action",
    ),
    (
        r#""mode":"dry_run","allowances":{"push":true}"#,
        "/allowances/push",
        "`push` is allowed and `mode` is `dry_run`",
    ),
    (
        r#""mode":"proposed_change","allowances":{"push":true}"#,
        "/allowances/commit",
        "`push` is allowed and `commit`, which it needs, is not; allow both or neither",
    ),
    (
        r#""mode":"proposed_change","protocols":{"a2a":{"enabled":true,"binding":"b","metadata":{"autoMerge":true}}}"#,
        "/protocols/a2a/metadata/autoMerge",
        "`autoMerge` asks for a merge",
    ),
];

#[test]
fn every_fault_has_its_place_and_its_words() {
    for (rest, at, words) in FAULTS {
        let fault = Request::parse(&format!("{{{BASE},{rest}}}")).expect_err(rest);
        assert_eq!(fault.at, *at, "{rest}: {fault}");
        assert!(fault.message.contains(words), "{rest}: {fault}");
    }
}

#[test]
fn what_is_not_json_is_at_fault_as_a_whole() {
    for (text, words) in [
        ("", "line 1 column 0"),
        ("{", "line 1 column 1"),
        ("{\n \"version\": tru}", "line 2 column 16"),
        ("{} x", "not a single JSON document: trailing characters at line 1 column 4"),
        ("\u{feff}{}", "not JSON"),
        ("{\"a\": 01}", "not JSON"),
        ("{\"a\": NaN}", "not JSON"),
    ] {
        let fault = Request::parse(text).expect_err(text);
        assert_eq!(fault.at, "", "{text:?}: {fault}");
        assert!(fault.message.contains(words), "{text:?}: {fault}");
    }
}

#[test]
fn nothing_but_an_object_is_a_document() {
    for text in ["null", "true", "1", "\"dry_run\"", "[]", r#"["1.0","x","dry_run"]"#] {
        let fault = Request::parse(text).expect_err(text);
        assert_eq!(fault.at, "", "{text}: {fault}");
        assert!(fault.message.contains("an object is expected"), "{text}: {fault}");
    }
}

/// To JSON Schema `1.0` is an integer, and so is `1e3`.
#[test]
fn whole_numbers_may_be_written_with_a_point() {
    for (text, number) in [("1.0", 1), ("1e3", 1000), ("9007199254740991", 9_007_199_254_740_991)] {
        let whole = format!(r#"{{{BASE},"mode":"dry_run","budgets":{{"steps":{text}}}}}"#);
        assert_eq!(Request::parse(&whole).unwrap().budgets.steps, Some(number));
    }
}

#[test]
fn depth_has_an_end() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(document::parse_value(&nested(64)).is_ok());
    let fault = document::parse_value(&nested(100)).unwrap_err();
    assert!(fault.message.contains("nested deeper than 64 levels"), "{fault}");
}

/// A key is a stranger's: printed, it moves no cursor.
#[test]
fn a_printed_fault_holds_no_control_character() {
    let fault = Request::parse("{\"\\u001b[2J\\n\":1}").unwrap_err();
    assert_eq!(fault.at, "/\u{1b}[2J\n");
    assert!(!fault.to_string().contains(char::is_control), "{:?}", fault.to_string());
}

#[test]
fn a_scope_is_held_to_its_limits_by_itself() {
    for name in ["uses", "bytes", "seconds"] {
        let fault = check_document("scope", &format!(r#"{{"{name}":0}}"#)).unwrap().unwrap_err();
        assert_eq!(fault.at, format!("/{name}"), "{fault}");
    }
}

#[test]
fn an_unknown_document_is_no_fault_of_the_text() {
    let unknown = check_document("requests", "{}").unwrap_err().to_string();
    assert!(unknown.starts_with("unknown document `requests`, expected one of `request`"), "{unknown}");
}
