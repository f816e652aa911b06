//! The rules that are built in hold what their cases say.

use container::{RuleError, Rules};

#[test]
fn every_case_of_every_rule_comes_out_as_it_says() {
    let rules = Rules::embedded().unwrap();
    let failures = rules.try_cases();
    for failure in &failures {
        println!("{}: {}\n{}\n", failure.rule, failure.reason, failure.case);
    }
    assert!(failures.is_empty(), "{} cases", failures.len());
    assert!(rules.len() >= 140, "{} rules", rules.len());
}

fn refused(rest: &str) -> String {
    let text = format!(
        "family = 'dockerfile'\n[[rule]]\nid = 'own/x'\nseverity = 'low'\nmessage = 'm'\nremedy = 'r'\nreference = 'f'\n{rest}"
    );
    match Rules::default().add("own.toml", &text) {
        Err(error @ RuleError::Rule { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_rule_without_both_kinds_of_case_does_not_load() {
    let when = "each = 'run'\nwhen = [{ at = 'text', present = true }]\n";
    let said = refused(&format!("{when}match = ['x']"));
    assert!(said.contains("`own/x` in `own.toml` is not sound: it has no `miss`"), "{said}");
    assert!(refused(&format!("{when}miss = ['x']")).contains("no `match`"));
}

#[test]
fn a_rule_that_can_not_be_tried_does_not_load() {
    let cases = "match = ['x']\nmiss = ['y']\n";
    let table = [
        ("each = 'none'\nwhen = []", "no item `none`"),
        ("each = 'run'\nwhen = []", "no condition"),
        ("each = 'run'\nwhen = [{ at = 'a', any = '(' }]", "is no pattern"),
        ("each = 'run'\nwhen = [{ at = 'a' }]", "exactly one test"),
        ("each = 'run'\nwhen = [{ at = 'a', is = 'b', present = true }]", "exactly one test"),
        ("each = 'run'\nwhen = [{ at = 'a', present = true }]\nframe = 'none'", "no frame"),
    ];
    for (text, reason) in table {
        let said = refused(&format!("{cases}{text}"));
        assert!(said.contains(reason), "{said}");
    }
}
