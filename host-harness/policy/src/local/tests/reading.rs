//! What is an error in a policy, and on which line.

use super::policy;
use crate::{Config, local::Policy};

/// The faults of a rule, with the line within the rule.
const FAULTS: &[(&str, usize, &str)] = &[
    ("efect = \"deny\"", 2, "unknown field `efect`"),
    ("effect = \"maybe\"", 2, "unknown variant `maybe`"),
    (
        "effect = \"deny\"\ncapabilities = [\n  \"repo.read\",\n  \"repo.merge\",\n]",
        5,
        "unknown name `repo.merge`",
    ),
    ("effect = \"deny\"\nmodes = [\"wet_run\"]", 3, "unknown name `wet_run`"),
    ("effect = \"deny\"\npaths = [\n  \"a\",\n  \"b[\",\n]", 5, "error parsing glob 'b['"),
    ("effect = \"deny\"\npaths = []", 3, "`paths` is empty"),
    ("effect = \"deny\"\ncapabilities = []", 3, "`capabilities` is empty"),
    ("effect = \"deny\"\npaths = [\"/etc/*\"]", 3, "`/etc/*` matches no path"),
    ("effect = \"deny\"\npaths = [\"deploy/\"]", 3, "`deploy/` matches no path"),
    ("effect = \"deny\"\npaths = [\"a/../b\"]", 3, "`a/../b` matches no path"),
    ("effect = \"deny\"\npaths = [\"\"]", 3, "an empty glob"),
    ("effect = \"deny\"\nbranches = [\"refs/heads/main\"]", 3, "`refs/heads/main` matches no branch"),
    ("effect = \"deny\"\nname = \"Deploy It\"", 3, "`Deploy It` is no name of a rule"),
    ("effect = \"deny\"\nname = \"default\"", 3, "`default` is the name of"),
    ("effect = \"deny\"\nname = \"taken\"", 3, "`taken` is the name of the rule of line 3 too"),
    ("effect = \"deny\"\nlimits = { uses = 1 }", 3, "a rule that denies"),
    ("effect = \"allow\"\nlimits = {}", 3, "`limits` limits nothing"),
    ("effect = \"allow\"\nlimits = { uses = 0 }", 3, "`uses` must be 1 to"),
    ("effect = \"allow\"\nlimits = { uses = -1 }", 3, "invalid value"),
    (
        "effect = \"allow\"\n\n[rules.limits]\nbytes = 1\nseconds = 9223372036854775807",
        6,
        "`seconds` must be 1 to",
    ),
    ("effect = \"allow\"\nlimits = { calls = 1 }", 3, "unknown field `calls`"),
    ("effect = { deny = {} }", 2, "invalid type"),
    ("effect = \"allow\"\nlimits = [1, 2]", 3, "invalid type"),
    ("name = \"x\"", 1, "missing field `effect`"),
    ("effect = \"deny\"\n[[rules.examples]]\ncapability = \"repo.read\"", 3, "missing field `expect`"),
    (
        "effect = \"deny\"\n[[rules.examples]]\ncapability = \"repo.read\"\nexpect = \"deny\"\nrule = \"x\"",
        6,
        "unknown field `rule`",
    ),
    (
        "effect = \"deny\"\n[[rules.examples]]\ncapability = \"repo.read\"\npath = \"../a\"\nexpect = \"deny\"",
        5,
        "`../a` is not a path inside",
    ),
    (
        "effect = \"deny\"\n[[rules.examples]]\ncapability = \"repo.read\"\nbranch = \"a b\"\nexpect = \"deny\"",
        5,
        "`a b` is not a branch name",
    ),
    (
        "effect = \"deny\"\n[[rules.examples]]\ncapability = \"repo.read\"\npath = \"a\"\ncheck = \"b\"\nexpect = \"deny\"",
        3,
        "names more than one of",
    ),
    (
        "effect = \"deny\"\n[[rules.examples]]\ncapability = \"repo.read\"\nexpect = \"allow\"",
        3,
        "the example of rule",
    ),
];

const BEFORE: &str = "\n[[rules]]\nname = \"taken\"\neffect = \"allow\"\n\n# a comment\n";

#[test]
fn every_fault_of_a_rule_is_told_with_its_line() {
    for (fault, line, expected) in FAULTS {
        let text = format!("{BEFORE}[[rules]]\n{fault}\n");
        let error = Policy::parse(&text).expect_err(fault);
        let line = BEFORE.lines().count() + line;
        assert_eq!(error.line, Some(line), "{fault}: {error}");
        assert!(error.to_string().starts_with(&format!("line {line}: {expected}")), "{fault}: {error}");
    }
}

#[test]
fn the_lines_are_those_of_the_configuration_where_the_policy_stands_there() {
    for (fault, line, expected) in FAULTS {
        let inside = |text: &str| text.replace("[rules", "[policy.rules");
        let text =
            format!("[limits]\nhost_calls = 9\n{}[[policy.rules]]\n{}\n", inside(BEFORE), inside(fault));
        let error = Config::parse(&text).expect_err(fault).to_string();
        let line = BEFORE.lines().count() + 2 + line;
        let expected = expected.replace("line 3 too", "line 5 too");
        assert!(error.starts_with(&format!("line {line}: {expected}")), "{fault}: {error}");
    }
}

#[test]
fn a_fault_beside_the_rules_is_told_with_its_line() {
    for (text, expected) in [
        ("\ndefalt = \"deny\"", "line 2: unknown field `defalt`"),
        ("default = \"no\"", "line 1: unknown variant `no`"),
        ("default = { allow = {} }", "line 1: "),
        ("default = { allow = [] }", "line 1: "),
        ("default = 0", "line 1: "),
        ("rules = [[\"name\", \"deny\"]]", "line 1: "),
        ("\n\nrules = 1", "line 3: invalid type"),
        ("[policy]\ndefault = \"deny\"", "line 1: unknown field `policy`"),
        ("a = ", "line 1: "),
    ] {
        let error = Policy::parse(text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{text:?}: {error}");
    }
}

const SHADOWED: &str = r#"default = "deny"
[[rules]]
name = "docs"
effect = "allow"
paths = ["docs/**"]

[[rules.examples]]
capability = "repo.write"
mode = "dry_run"
path = "docs/a.md"
expect = "allow"

[[rules.examples]]
capability = "repo.write"
path = "docs/legal.md"
expect = "allow"

[[rules]]
name = "legal"
effect = "ask"
modes = ["production_change"]
paths = ["**/legal.*"]
"#;

#[test]
fn an_example_is_checked_against_the_whole_policy() {
    let error = Policy::parse(SHADOWED).unwrap_err().to_string();
    assert_eq!(
        error,
        "line 13: the example of rule `docs` (line 2) expects `allow` for `repo.write` on `docs/legal.md` \
         in a production_change, and `ask` came from `legal` (line 18)"
    );
    policy(
        &SHADOWED
            .replace("[\"production_change\"]", "[\"production_change\"]\ncapabilities = [\"repo.read\"]"),
    );
}

#[test]
fn an_example_that_its_rule_does_not_speak_of_shows_nothing() {
    for (rule, example) in [
        ("paths = [\"docs/**\"]", "path = \"src/a\""),
        ("paths = [\"docs/**\"]", ""),
        ("checks = [\"a\"]", "path = \"a\""),
        ("modes = [\"dry_run\"]", "mode = \"proposed_change\""),
        ("capabilities = [\"repo.write\"]", ""),
        ("branches = [\"agent/*\"]", ""),
        ("base_branches = [\"main\"]", "base_branch = \"dev\""),
    ] {
        let text = format!(
            "[[rules]]\neffect = \"allow\"\n{rule}\n[[rules.examples]]\ncapability = \"repo.read\"\n{example}\nexpect = \"allow\""
        );
        let error = Policy::parse(&text).unwrap_err().to_string();
        assert!(error.starts_with("line 4: rule `rules[0]` does not speak of its own example"), "{error}");
    }
}

#[test]
fn an_example_without_a_mode_holds_in_every_mode_of_its_rule() {
    policy(
        "default = \"deny\"\n[[rules]]\neffect = \"allow\"\nmodes = [\"dry_run\"]\n[[rules.examples]]\n\
         capability = \"repo.read\"\npath = \"a\"\nexpect = \"allow\"",
    );
}

#[test]
fn the_digest_is_of_what_is_said_not_of_how_it_is_laid_out() {
    let one = policy("default = \"deny\"\n[[rules]]\neffect = \"allow\"\npaths = [\"a\"]");
    let other = policy("# why\ndefault = 'deny'\nrules = [{ paths = [\"a\"], effect = \"allow\" }]");
    let config =
        Config::parse("[policy]\ndefault = \"deny\"\n[[policy.rules]]\neffect = \"allow\"\npaths = [\"a\"]");
    assert_eq!(one.sha256().len(), 64);
    assert_eq!(one.sha256(), other.sha256());
    assert_eq!(one.sha256(), config.unwrap().policy.sha256());
    for text in ["default = \"deny\"", "default = \"deny\"\n[[rules]]\neffect = \"allow\"\npaths = [\"b\"]"] {
        assert_ne!(one.sha256(), policy(text).sha256(), "{text}");
    }
}
