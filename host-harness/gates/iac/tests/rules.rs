//! The rules that are built in hold what their cases say.

use iac::{RuleError, Rules};

#[test]
fn every_case_of_every_rule_comes_out_as_it_says() {
    let rules = Rules::embedded().unwrap();
    let failures = rules.try_cases();
    for failure in &failures {
        println!("{}: {}\n{}\n", failure.rule, failure.reason, failure.case);
    }
    assert!(failures.is_empty(), "{} cases", failures.len());
    assert!(rules.len() >= 120, "{} rules", rules.len());
}

fn refused(text: &str) -> String {
    match Rules::default().add("own.toml", text) {
        Err(error @ RuleError::Rule { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

fn rule(rest: &str) -> String {
    format!(
        "family = 'kubernetes'\n[[rule]]\nid = 'own/x'\nseverity = 'low'\neach = 'object'\nmessage = 'm'\nremedy = 'r'\nreference = 'f'\n{rest}"
    )
}

#[test]
fn a_rule_without_both_kinds_of_case_does_not_load() {
    let when = "when = [{ at = 'kind', present = true }]\n";
    assert!(
        refused(&rule(&format!("{when}match = ['x']")))
            .contains("`own/x` in `own.toml` is not sound: it has no `miss`")
    );
    assert!(refused(&rule(&format!("{when}miss = ['x']"))).contains("no `match`"));
}

#[test]
fn a_rule_that_can_not_be_tried_does_not_load() {
    let cases = "match = ['x']\nmiss = ['y']\n";
    let table = [
        ("", "neither `when` nor `check`"),
        ("check = 'none'", "no check `none`"),
        ("when = [{ at = 'a..b', present = true }]", "is no path"),
        ("when = [{ at = 'a', matches = '(' }]", "is no pattern"),
        ("when = [{ at = 'a' }]", "exactly one test"),
        ("when = [{ at = 'a', is = 1, below = 2 }]", "exactly one test"),
        ("when = [{ at = 'a', present = true }]\nframe = 'none'", "no frame"),
    ];
    for (text, reason) in table {
        let said = refused(&rule(&format!("{cases}{text}")));
        assert!(said.contains(reason), "{said}");
    }
}
