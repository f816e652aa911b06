//! Refusals, and what is learnt from them.

use proptest::prelude::*;

use super::{PROPOSED, RULES, WRITE, matter, naive, policy};
use crate::{
    Config,
    answer::Stance,
    local::{Object, Policy},
};

fn grant(policy: &Policy, object: Object) -> (String, String, String) {
    let matter = matter(WRITE, PROPOSED, object);
    let refusal = policy.judge(&matter).refusal(&matter);
    (refusal.code, refusal.message, refusal.grant.expect("a grant"))
}

#[test]
fn the_refusal_of_a_default_is_the_rule_that_would_allow_it() {
    let (code, message, lines) = grant(&policy("default = \"deny\""), Object::Path("a [1]/\"b\".txt"));
    assert_eq!(code, "policy-denied");
    assert_eq!(message, "`repo.write` on `a [1]/\"b\".txt` is denied by `default`");
    assert_eq!(
        lines,
        "[[rules]]\neffect = \"allow\"\ncapabilities = [\"repo.write\"]\nmodes = [\"proposed_change\"]\n\
         paths = [\"a [[]1[]]/\\\"b\\\".txt\"]"
    );
}

#[test]
fn a_rule_in_the_configuration_is_written_as_one() {
    let config = Config::parse("[policy]\ndefault = \"deny\"").unwrap();
    let (.., lines) = grant(&config.policy, Object::Path("a"));
    assert!(lines.starts_with("[[policy.rules]]\n"), "{lines}");
    let allowed = Config::parse(&format!("[policy]\ndefault = \"deny\"\n{lines}")).unwrap();
    assert_eq!(allowed.policy.judge(&matter(WRITE, PROPOSED, Object::Path("a"))).stance, Stance::Allow);
}

#[test]
fn the_refusal_of_a_rule_names_the_rule_that_must_go() {
    let (code, message, lines) = grant(&policy(RULES), Object::Path("deploy/x"));
    assert_eq!(code, "policy-denied");
    assert_eq!(message, "`repo.write` on `deploy/x` is denied by `deploy` (line 8): by people");
    assert_eq!(
        lines,
        "# no other rule outweighs `deploy` (line 8): take it out, or narrow it so that it does not speak of `deploy/x`\n\
         [[rules]]\neffect = \"allow\"\ncapabilities = [\"repo.write\"]\nmodes = [\"proposed_change\"]\npaths = [\"deploy/x\"]"
    );
    let (code, message, _) = grant(&policy(RULES), Object::Path("docs/legal/x"));
    assert_eq!(code, "approval-needed");
    assert_eq!(
        message,
        "`repo.write` on `docs/legal/x` needs the approval of a person, by `rules[2]` (line 16)"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// A refusal's own lines, pasted, allow it where only the default stood in the way.
    #[test]
    fn the_lines_of_a_refusal_allow_what_was_refused(asked in naive::hostile()) {
        let before = policy("default = \"deny\"");
        let lines = before.judge(&asked.matter()).refusal(&asked.matter()).grant.unwrap();
        let after = policy(&format!("default = \"deny\"\n{lines}"));
        prop_assert_eq!(after.judge(&asked.matter()).stance, Stance::Allow, "{}", lines);
    }
}
