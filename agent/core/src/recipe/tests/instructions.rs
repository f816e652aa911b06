//! Which instruction chooses which recipe.

use super::*;

fn told(instruction: &str) -> Option<String> {
    told_by(instruction).unwrap_or_else(|fault| panic!("{instruction}: {fault}")).map(|chosen| chosen.told())
}

#[test]
fn what_is_understood_whole_chooses_a_recipe() {
    for (instruction, expected) in [
        ("rename OLD to NEW", "rename from=OLD to=NEW"),
        ("Rename function `a` to `b` in src/.", "rename from=a paths=src/ to=b"),
        ("rename the struct Foo into Bar everywhere", "rename from=Foo to=Bar"),
        (
            "rename a as b within src/a.rs, src/b.rs and tests",
            "rename from=a paths=src/a.rs,src/b.rs,tests to=b",
        ),
        ("rename\n  a\n  to b", "rename from=a to=b"),
        ("rename `to` to `from`", "rename from=to to=from"),
        ("rename `a` to `b` and format with `cargo-fmt`", "rename-and-format check=cargo-fmt from=a to=b"),
        (
            "rename a to b in src, then format the code with fmt",
            "rename-and-format check=fmt from=a paths=src to=b",
        ),
        ("bump serde to 1.0.228", "bump package=serde version=1.0.228"),
        ("upgrade the crate `serde_json` to version 1.0.140!", "bump package=serde_json version=1.0.140"),
        ("update @types/node to v20.1.0 in web", "bump package=@types/node paths=web version=v20.1.0"),
        ("bump `version` to 2.0", "bump package=version version=2.0"),
        ("add licence headers (MIT, 2026 Acme)", "headers holder=Acme spdx=MIT year=2026"),
        ("add license headers (Apache-2.0)", "headers spdx=Apache-2.0"),
        (
            "update the licence headers (MIT, 2020-2026 Acme Inc) in src",
            "headers holder=Acme Inc paths=src spdx=MIT year=2020-2026",
        ),
        ("add or update MIT headers", "headers spdx=MIT"),
        ("add the \"MIT OR Apache-2.0\" licence headers to src", "headers paths=src spdx=MIT OR Apache-2.0"),
        ("replace `$A.unwrap()` with `$A?`", "rewrite pattern=$A.unwrap() template=$A?"),
        (
            "replace every `foo($A, $B)` by `bar($B, $A)` in src and tests",
            "rewrite paths=src,tests pattern=foo($A, $B) template=bar($B, $A)",
        ),
        ("rewrite “f($A)” to “g($A)”", "rewrite pattern=f($A) template=g($A)"),
        ("replace `f($A)` with `g($A)` in rust code", "rewrite language=rust pattern=f($A) template=g($A)"),
        ("simplify all assertions of true", "rust-assert"),
        ("replace assertEquals with assertEqual in tests", "python-assert-equal paths=tests"),
        ("apply the fixes of clippy", "fix check=clippy"),
        ("format the code with fmt", "fix check=fmt"),
        ("format src and tests with `cargo fmt`", "fix check=cargo fmt paths=src,tests"),
        ("apply the formatter fmt", "fix check=fmt"),
    ] {
        assert_eq!(told(instruction).as_deref(), Some(expected), "{instruction}");
    }
}

#[test]
fn what_says_more_or_less_chooses_none() {
    for instruction in [
        "",
        "rename",
        "rename foo",
        "rename foo to",
        "rename foo to bar and deploy it",
        "rename foo to bar\nthen delete the tests",
        "please rename foo to bar",
        "rename a.rs to b.rs",
        "rename the button label to Save",
        "rename `foo bar` to `baz`",
        "don't rename foo to bar",
        "rename foo `to` bar",
        "rename foo to bar in ../x",
        "rename foo to bar in src and update the docs",
        "bump serde",
        "bump the version to 2.0.0",
        "bump it to 2.0",
        "bump serde to latest",
        "bump serde to 1.0.228 but not in tests",
        "add licence headers",
        "add the licence headers",
        "add licence headers (whatever)",
        "replace tabs with spaces",
        "replace $A.unwrap() with $A?",
        "replace `a` with b",
        "replace `a` with `b` in klingon code",
        "replace `a",
        "apply the fixes",
        "format the code",
        "fix the bug in src/a.rs",
    ] {
        assert_eq!(told(instruction), None, "{instruction}");
    }
    assert_eq!(told(&format!("rename a to b in {}", "a, ".repeat(100))), None);
    assert_eq!(told(&format!("rename {} to b", "a".repeat(5000))), None);
}

#[test]
fn what_could_be_two_things_is_refused() {
    let fault = told_by("format the code with fmt in src with fmt");
    assert_eq!(fault, Ok(None));
    let fault = told_by("rename a to b then format with fmt");
    assert!(fault.unwrap().is_some());
    let fault = told_by("format the with fmt").unwrap_err();
    assert_eq!(fault.code(), "recipe-ambiguous");
}

#[test]
fn what_is_understood_and_wrong_is_told() {
    let fault = told_by("rename a to a").unwrap_err();
    assert_eq!(fault.code(), "recipe-parameter-malformed");
    let fault = told_by("replace `f($A)` with `g($B)`").unwrap_err();
    assert!(fault.to_string().contains("`$B`"), "{fault}");
}
