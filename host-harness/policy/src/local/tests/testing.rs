//! Cases of a policy.

use super::policy;
use crate::local::cases;

#[test]
fn cases_name_what_came_and_which_rule_decided() {
    let policy = policy(
        "[[rules]]\nname = \"deploy\"\neffect = \"deny\"\nmodes = [\"production_change\"]\npaths = [\"deploy/**\"]",
    );
    let text = r#"
[[cases]]
name = "people deploy"
capability = "repo.write"
mode = "production_change"
path = "deploy/x"
expect = "deny"
rule = "deploy"

[[cases]]
capability = "repo.write"
path = "deploy/x"
expect = "deny"

[[cases]]
name = "by nobody"
capability = "repo.read"
mode = "production_change"
path = "deploy/x"
expect = "deny"
rule = "default"
"#;
    let failed = cases::run(&policy, &cases::parse(text).unwrap());
    assert_eq!(
        failed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "cases[1] (line 10): expects `deny` for `repo.write` on `deploy/x` in a dry_run, and `allow` came from `default`",
            "by nobody (line 15): expects rule `default` to decide on `repo.read` on `deploy/x` in a production_change, and `deploy` (line 1) did",
        ]
    );
}

#[test]
fn a_fault_in_a_case_is_told_with_its_line() {
    for (text, expected) in [
        ("", "missing field `cases`"),
        ("[[cases]]\ncapability = \"repo.read\"", "missing field `expect`"),
        ("[[cases]]\ncapability = \"repo.read\"\nexpect = \"deny\"\nwhy = 1", "line 4: unknown field `why`"),
        (
            "[[cases]]\ncapability = \"repo.read\"\npath = \"/a\"\nexpect = \"deny\"",
            "line 3: `/a` is not a path",
        ),
        ("[[case]]\n", "line 1: unknown field `case`"),
    ] {
        let error = cases::parse(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text:?}: {error}");
    }
}
