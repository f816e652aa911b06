//! From a name and parameters to a recipe, or to what is wrong with them.

use super::*;

fn fault(name: &str, parameters: &[(&str, &str)]) -> String {
    let fault = named(&call(name, parameters)).unwrap_err();
    format!("{}: {fault}", fault.code())
}

#[test]
fn a_recipe_is_chosen_by_its_name() {
    let chosen = named(&call("rename", &[("from", "a"), ("to", "b"), ("paths", "./src/, x.rs")])).unwrap();
    assert_eq!(chosen.recipe.name, "rename");
    assert_eq!(chosen.paths_needed(), Some(vec![path("src"), path("x.rs")]));
    assert_eq!(chosen.parameters["allow_taken"], "false");
    assert_eq!(chosen.steps(), ["rename `a` to `b`"]);
    assert_eq!(chosen.told(), "rename from=a paths=./src/, x.rs to=b");
    let chosen = named(&call("rename", &[("from", "a"), ("to", "b")])).unwrap();
    assert_eq!((chosen.paths_needed(), chosen.reads()), (None, None));
}

#[test]
fn what_is_read_beside_the_paths_is_told() {
    let chosen = named(&call("headers", &[("file", "HEADER"), ("paths", "src")])).unwrap();
    assert_eq!(chosen.paths_needed(), Some(vec![path("src")]));
    assert_eq!(chosen.reads(), Some(vec![path("HEADER"), path("src")]));
    let chosen =
        named(&call("bump", &[("package", "a"), ("version", "1"), ("paths", "a/Cargo.toml")])).unwrap();
    let reads = chosen.reads().unwrap();
    assert!(reads.contains(&path("Cargo.lock")) && reads.contains(&path("a/package-lock.json")));
    let chosen = named(&call("fix", &[("check", "fmt")])).unwrap();
    assert_eq!(chosen.fixing_checks(), ["fmt"]);
}

/// A recipe, its parameters, and what is said to that.
type Wrong = (&'static str, &'static [(&'static str, &'static str)], &'static str);

const WRONG: &[Wrong] = &[
    (
        "renam",
        &[],
        "recipe-unknown: there is no recipe `renam`\n\
             hint: the nearest are `rename`, `bump`, `fix`; `code-assist recipes` lists all",
    ),
    (
        "rename",
        &[("from", "a")],
        "recipe-parameter-missing: recipe `rename` lacks its parameter `to`\n\
             hint: a name in a program: letters, digits and `_`, no digit first; the name that it gets",
    ),
    (
        "rename",
        &[("from", "a"), ("too", "b")],
        "recipe-parameter-unknown: recipe `rename` has no parameter `too`\n\
             hint: it has `to`, `from`, `paths`, `allow_taken`, `allow_skipped`",
    ),
    (
        "rename",
        &[("from", "a-b"), ("to", "c")],
        "recipe-parameter-malformed: parameter `from` is `a-b`, not a name in a program: letters, digits and \
             `_`, no digit first\nhint: the name that is there",
    ),
    (
        "rename",
        &[("from", "a"), ("to", "a")],
        "recipe-parameter-malformed: parameter `to` is the name that is there: `a`",
    ),
    (
        "rename",
        &[("from", "a"), ("to", "b"), ("paths", "../x")],
        "recipe-parameter-malformed: parameter `paths` is `../x`, not paths inside the repository, with commas \
             between them\nhint: files and folders to stay within; absent: the whole repository",
    ),
    (
        "rename",
        &[("from", "a"), ("to", "b"), ("allow_taken", "yes")],
        "recipe-parameter-malformed: parameter `allow_taken` is `yes`, not one of `false`, `true`\n\
             hint: `true`: also where the new name is there already",
    ),
    (
        "rewrite",
        &[("pattern", "f($A)"), ("template", "g($B)")],
        "recipe-parameter-malformed: parameter `template` names `$B`, which the pattern does not have",
    ),
    (
        "headers",
        &[],
        "recipe-parameter-missing: nothing says what the header is to say\n\
             hint: give one of `spdx`, `text` and `file`",
    ),
    (
        "headers",
        &[("spdx", "MIT"), ("text", "x")],
        "recipe-parameter-contradiction: more than one of `spdx`, `text` and `file` says what the header is to \
             say\nhint: give one of them",
    ),
    (
        "headers",
        &[("text", "Copyright {year}")],
        "recipe-parameter-missing: the text names `{year}`, and parameter `year` is missing",
    ),
    (
        "bump",
        &[("package", "a"), ("version", "latest")],
        "recipe-parameter-malformed: parameter `version` is `latest`, not a version such as `1.0.228`\n\
             hint: the version",
    ),
    (
        "bump",
        &[("package", "a"), ("version", "1.0"), ("checksum", "x")],
        "recipe-parameter-malformed: parameter `checksum` is `x`, not a SHA-256 in 64 small hexadecimal digits",
    ),
    (
        "proposal",
        &[],
        "recipe-by-proposal: recipe `proposal` is followed by giving the request a `proposal`\n\
             hint: leave `recipe` out and put the edits into `proposal`, in one of the five notations",
    ),
];

#[test]
fn what_is_wrong_is_told() {
    for (name, parameters, expected) in WRONG {
        assert_eq!(fault(name, parameters), *expected);
    }
}

#[test]
fn kinds_take_what_is_theirs_and_nothing_else() {
    let cases: &[(Kind, &[&str], &[&str])] = &[
        (
            Kind::Identifier,
            &["a", "_a", "größe", "A1", "$x", "a_b"],
            &["", "_", "1a", "a b", "a.b", "a-b", "r#a", "a!", "a\u{200b}"],
        ),
        (Kind::Path, &["a", "./a/b", "a/"], &["", "/a", "../a", ".git/config", "a\\b"]),
        (Kind::Paths, &["a", "a, b/c"], &["", "a,,b", "a,../b"]),
        (
            Kind::Version,
            &["1", "1.2", "v1.2.3", "1.0.0-beta.1+x", "4.0rc1", "1.0.post2", "1.0.dev3"],
            &["", "x", "1.", "1..2", "^1.0", "1.x", "1 2", "1-", "1.0.0-", "1.0.0-a..b", "1.0zz1"],
        ),
        (
            Kind::Licence,
            &[
                "MIT",
                "Apache-2.0",
                "MIT OR Apache-2.0",
                "(MIT AND curl) OR 0BSD",
                "GPL-2.0+ WITH Classpath-exception-2.0",
            ],
            &["", "the", "MIT OR", "OR MIT", "MIT Apache-2.0", "(MIT", "MIT)", "MIT\n", "mit"],
        ),
        (Kind::Year, &["2026", "2020-2026"], &["", "26", "2026-2020", "2020-", "20261"]),
    ];
    for (kind, good, bad) in cases {
        good.iter().for_each(|text| assert_eq!(kind.fault_in(text, &[]), None, "{kind:?} {text:?}"));
        bad.iter().for_each(|text| assert!(kind.fault_in(text, &[]).is_some(), "{kind:?} {text:?}"));
    }
}
