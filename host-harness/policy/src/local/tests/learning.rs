//! What is learnt from denials.

use agent_contract::{CapabilityName, Refusal};
use proptest::prelude::*;

use super::{COMMIT, DRY, PROPOSED, RULES, WRITE, naive, policy};
use crate::{
    Code,
    answer::Stance,
    local::{
        OwnedMatter, OwnedObject, Policy,
        learn::{Denied, learn},
    },
};

fn denied(policy: &Policy, matter: OwnedMatter) -> Denied {
    let refusal = policy.judge(&matter.matter()).refusal(&matter.matter());
    Denied { matter: Some(matter), refusal }
}

fn on(capability: CapabilityName, object: OwnedObject) -> OwnedMatter {
    OwnedMatter { capability, mode: PROPOSED, branch: None, base_branch: Some("main".to_owned()), object }
}

fn path(text: &str) -> OwnedObject {
    OwnedObject::Path(text.parse().expect(text))
}

#[test]
fn the_least_policy_is_one_rule_for_each_capability_and_mode() {
    let policy = policy(&format!("default = \"deny\"\n{RULES}"));
    let beyond = Denied {
        matter: Some(on(COMMIT, OwnedObject::Capability)),
        refusal: Refusal {
            code: Code::AllowanceMissing.to_string(),
            message: "`repo.commit` needs\n[[rules]]\neffect = \"allow\"".to_owned(),
            grant: Some("\"allowances\": { \"commit\": true }".to_owned()),
        },
    };
    let of = |object| denied(&policy, on(WRITE, object));
    let list = [
        of(path("src/b.rs")),
        beyond,
        of(path("src/a.rs")),
        of(path("deploy/x")),
        of(path("src/b.rs")),
        denied(&policy, OwnedMatter { mode: DRY, ..on(WRITE, path("src/a.rs")) }),
        denied(&policy, on(CapabilityName::RepoRead, OwnedObject::Capability)),
    ];
    let lesson = learn(&policy, &list);
    assert_eq!((lesson.rules, lesson.outweighed, lesson.beyond), (3, 1, 1));
    assert_eq!(
        lesson.text,
        r#"# `repo.read` was denied as a whole, and this rule allows it for everything
# name `paths` in it where some of it is enough
[[rules]]
effect = "allow"
capabilities = ["repo.read"]
modes = ["proposed_change"]
base_branches = ["main"]

[[rules]]
effect = "allow"
capabilities = ["repo.write"]
modes = ["dry_run"]
base_branches = ["main"]
paths = ["src/a.rs"]

[[rules]]
effect = "allow"
capabilities = ["repo.write"]
modes = ["proposed_change"]
base_branches = ["main"]
paths = [
    "src/a.rs",
    "src/b.rs",
]

# no rule outweighs `deploy` (line 9) and `rules[2]` (line 17): take it out, or narrow it so that it does not speak of `repo.write` on `deploy/x` in a proposed_change

# no policy gives this: `repo.commit` needs
# [[rules]]
# effect = "allow" [allowance-missing]
#   "allowances": { "commit": true }
"#
    );
}

#[test]
fn what_no_glob_can_name_is_no_rule() {
    let policy = policy("default = \"deny\"");
    let lesson =
        learn(&policy, &[denied(&policy, on(CapabilityName::RepoCheck, OwnedObject::Check(String::new())))]);
    assert_eq!((lesson.rules, lesson.beyond), (0, 1));
}

#[test]
fn what_the_policy_allows_by_now_is_no_rule() {
    let before = policy("default = \"deny\"");
    let list = [denied(&before, on(WRITE, path("a")))];
    let lesson = learn(&policy("default = \"allow\""), &list);
    assert_eq!((lesson.rules, lesson.beyond), (0, 1));
    assert_eq!(
        lesson.text,
        "# `repo.write` on `a` in a proposed_change is allowed by this policy, by `default`\n"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// What is learnt allows what was denied, and changes no other answer.
    #[test]
    fn what_is_learnt_is_the_least(
        default in prop::sample::select(vec!["ask", "deny"]),
        rules in prop::collection::vec(naive::rule(), 0..4),
        asked in prop::collection::vec(prop_oneof![naive::matter(), naive::hostile()], 1..8),
        others in prop::collection::vec(prop_oneof![naive::matter(), naive::hostile()], 0..30),
    ) {
        let rules: String = rules.iter().map(naive::Rule::text).collect();
        let text = format!("default = \"{default}\"\n{rules}");
        let before = policy(&text);
        let refused: Vec<_> =
            asked.into_iter().filter(|matter| before.judge(&matter.matter()).stance != Stance::Allow).collect();
        let list: Vec<_> = refused.iter().cloned().map(|matter| denied(&before, matter)).collect();
        let lesson = learn(&before, &list);
        let after = policy(&format!("{text}\n{}", lesson.text));
        for matter in &refused {
            let (was, is) = (before.judge(&matter.matter()), after.judge(&matter.matter()));
            let expected = if was.line.is_none() { Stance::Allow } else { was.stance };
            prop_assert_eq!(is.stance, expected, "{:?}\n{}", matter, lesson.text);
        }
        for other in others.iter().filter(|other| !refused.iter().any(|asked| covers(asked, other))) {
            let (was, is) = (before.judge(&other.matter()), after.judge(&other.matter()));
            prop_assert_eq!(is.stance, was.stance, "{:?}\n{}", other, lesson.text);
        }
    }

    /// No text of a stranger becomes a rule.
    #[test]
    fn what_lies_beyond_a_policy_stays_a_comment(message in "\\PC{0,20}[\n\r\u{85}\u{2028}]\\[\\[rules\\]\\]\\PC{0,20}", grant in "(?s).{0,40}") {
        let refusal = Refusal { code: "mode-denied".to_owned(), message, grant: Some(grant) };
        let lesson = learn(&Policy::default(), &[Denied { matter: None, refusal }]);
        prop_assert_eq!(policy(&lesson.text).rules(), 0);
        prop_assert_eq!((lesson.rules, lesson.beyond), (0, 1));
    }
}

/// Whether allowing one matter has to allow the other: the same one, or all of what was
/// denied as a whole. A rule can't speak of a branch that is not known.
fn covers(asked: &OwnedMatter, other: &OwnedMatter) -> bool {
    let branch = |asked: &Option<String>, other: &Option<String>| asked.is_none() || asked == other;
    asked.capability == other.capability
        && asked.mode == other.mode
        && branch(&asked.branch, &other.branch)
        && branch(&asked.base_branch, &other.base_branch)
        && (asked.object == other.object || asked.object == OwnedObject::Capability)
}
