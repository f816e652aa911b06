//! Tests of the policy as a whole.

mod naive;

mod learning;
mod properties;
mod reading;
mod teaching;
mod testing;

use agent_contract::{CapabilityName, RunMode};

use super::{Matter, Object, Policy};
use crate::answer::Stance;

fn policy(text: &str) -> Policy {
    Policy::parse(text).expect(text)
}

fn matter(capability: CapabilityName, mode: RunMode, object: Object<'_>) -> Matter<'_> {
    Matter { capability, mode, branch: Some("agent/fix"), base_branch: Some("main"), object }
}

const WRITE: CapabilityName = CapabilityName::RepoWrite;
const READ: CapabilityName = CapabilityName::RepoRead;
const COMMIT: CapabilityName = CapabilityName::RepoCommit;
const DRY: RunMode = RunMode::DryRun;
const PROPOSED: RunMode = RunMode::ProposedChange;

const RULES: &str = r#"
[[rules]]
name = "docs"
effect = "allow"
paths = ["docs/**"]
limits = { uses = 5, bytes = 100 }

[[rules]]
name = "deploy"
effect = "deny"
reason = "by people"
capabilities = ["repo.write"]
modes = ["proposed_change", "production_change"]
paths = ["deploy/**"]

[[rules]]
effect = "ask"
capabilities = ["repo.write"]
paths = ["deploy/**", "docs/legal/*"]
limits = { uses = 3, seconds = 9 }

[[rules]]
name = "release"
effect = "deny"
capabilities = ["repo.commit"]
branches = ["release/**"]

[[rules]]
name = "from-release"
effect = "ask"
capabilities = ["repo.commit"]
base_branches = ["release/**"]

[[rules]]
name = "models"
effect = "deny"
bindings = ["model.*"]
checks = ["unit*"]
"#;

#[test]
fn the_strictest_rule_wins_and_of_equals_the_first() {
    let policy = policy(RULES);
    for (capability, mode, object, stance, rule) in [
        (WRITE, PROPOSED, Object::Path("docs/a.md"), Stance::Allow, "docs"),
        (WRITE, PROPOSED, Object::Path("docs/legal/a.md"), Stance::Ask, "rules[2]"),
        (WRITE, PROPOSED, Object::Path("docs/legal/a/b.md"), Stance::Allow, "docs"),
        (WRITE, PROPOSED, Object::Path("deploy/x"), Stance::Deny, "deploy"),
        (WRITE, DRY, Object::Path("deploy/x"), Stance::Ask, "rules[2]"),
        (READ, PROPOSED, Object::Path("deploy/x"), Stance::Allow, "default"),
        (WRITE, PROPOSED, Object::Path("deploy"), Stance::Allow, "default"),
        (WRITE, PROPOSED, Object::Capability, Stance::Allow, "default"),
        (CapabilityName::ProtocolInvoke, DRY, Object::Binding("model.fast"), Stance::Deny, "models"),
        (CapabilityName::ProtocolInvoke, DRY, Object::Binding("forge.x"), Stance::Allow, "default"),
        (CapabilityName::RepoCheck, DRY, Object::Check("unit-1"), Stance::Deny, "models"),
        (CapabilityName::RepoCheck, DRY, Object::Path("unit-1"), Stance::Allow, "default"),
    ] {
        let opinion = policy.judge(&matter(capability, mode, object));
        assert_eq!((opinion.stance, opinion.rule.as_str()), (stance, rule), "{capability} {object:?}");
    }
}

#[test]
fn branches_are_conditions_and_an_unknown_one_escapes_no_ban() {
    let denying = policy(RULES);
    let allowing = policy(
        "default = \"deny\"\n[[rules]]\nname = \"a\"\neffect = \"allow\"\nbranches = [\"agent/**\"]\n\
         base_branches = [\"main\"]",
    );
    for (capability, branch, base_branch, denied_by, allowed_by) in [
        (COMMIT, Some("agent/x"), Some("main"), "default", "a"),
        (COMMIT, Some("release/1"), Some("main"), "release", "default"),
        (COMMIT, Some("agent/x"), Some("release/1"), "from-release", "default"),
        (COMMIT, Some("release/1"), Some("release/1"), "release", "default"),
        (COMMIT, None, Some("main"), "release", "default"),
        (COMMIT, Some("agent/x"), None, "from-release", "default"),
        (WRITE, None, None, "default", "default"),
        (WRITE, Some("release/1"), None, "default", "default"),
    ] {
        let matter = Matter { capability, mode: PROPOSED, branch, base_branch, object: Object::Capability };
        assert_eq!(denying.judge(&matter).rule, denied_by, "{matter:?}");
        assert_eq!(allowing.judge(&matter).rule, allowed_by, "{matter:?}");
    }
}

#[test]
fn a_branch_that_nothing_is_written_to_is_not_unknown() {
    let policy = policy("[[rules]]\nname = \"r\"\neffect = \"deny\"\nbranches = [\"release/*\"]");
    let said = |capability| {
        let matter = Matter {
            capability,
            mode: DRY,
            branch: None,
            base_branch: Some("main"),
            object: Object::Path("a"),
        };
        policy.judge(&matter).stance
    };
    for name in CapabilityName::ALL {
        let writes = ["repo.commit", "repo.push", "repo.open_pr"].contains(&name.as_str());
        assert_eq!(said(*name), if writes { Stance::Deny } else { Stance::Allow }, "{name}");
    }
}

#[test]
fn the_least_amounts_of_all_that_speak_narrow() {
    let policy = policy(RULES);
    let limits = |path| policy.judge(&matter(WRITE, DRY, Object::Path(path))).limits;
    assert_eq!((limits("docs/a").uses, limits("docs/a").bytes), (Some(5), Some(100)));
    let both = limits("docs/legal/a");
    assert_eq!((both.uses, both.bytes, both.seconds), (Some(3), Some(100), Some(9)));
    assert_eq!(limits("src/a"), Default::default());
    let denied = policy.judge(&matter(WRITE, PROPOSED, Object::Path("deploy/x")));
    assert_eq!(denied.limits, Default::default());
    let issued = policy.may_issue(WRITE, DRY, None, None);
    assert_eq!((issued.stance, issued.limits), (Stance::Allow, both));
}

#[test]
fn a_capability_is_issued_where_some_of_its_objects_may_be_let_through() {
    let rule = |effect: &str, more: &str| format!("[[rules]]\neffect = \"{effect}\"\n{more}\n");
    let write = "capabilities = [\"repo.write\"]";
    let docs = format!("{write}\npaths = [\"docs/**\"]");
    for (text, stance, rule) in [
        ("default = \"deny\"".to_owned(), Stance::Deny, "default"),
        ("default = \"ask\"".to_owned(), Stance::Ask, "default"),
        (format!("default = \"deny\"\n{}", rule("allow", &docs)), Stance::Allow, "rules[0]"),
        (format!("default = \"deny\"\n{}", rule("ask", &docs)), Stance::Allow, "rules[0]"),
        (format!("default = \"ask\"\n{}", rule("allow", &docs)), Stance::Allow, "rules[0]"),
        (format!("default = \"deny\"\n{}", rule("deny", &docs)), Stance::Deny, "default"),
        (
            format!("default = \"deny\"\n{}", rule("allow", "capabilities = [\"repo.read\"]")),
            Stance::Deny,
            "default",
        ),
        (format!("default = \"deny\"\n{}", rule("allow", "branches = [\"other\"]")), Stance::Deny, "default"),
        (format!("{}{}", rule("allow", &docs), rule("deny", write)), Stance::Deny, "rules[1]"),
        (format!("{}{}", rule("allow", &docs), rule("ask", write)), Stance::Ask, "rules[1]"),
        (rule("ask", &docs), Stance::Allow, "default"),
        (rule("deny", &docs), Stance::Allow, "default"),
    ] {
        let opinion = policy(&text).may_issue(WRITE, PROPOSED, Some("agent/fix"), Some("main"));
        assert_eq!((opinion.stance, opinion.rule.as_str()), (stance, rule), "{text}");
    }
}

#[test]
fn every_rule_that_speaks_is_told_the_strictest_first() {
    let policy = policy(RULES);
    let told: Vec<_> = policy
        .explain(&matter(WRITE, PROPOSED, Object::Path("deploy/x")))
        .into_iter()
        .map(|spoken| (spoken.name, spoken.line, spoken.effect, spoken.reason))
        .collect();
    let deploy = ("deploy".to_owned(), 8, Stance::Deny, Some("by people".to_owned()));
    assert_eq!(told, [deploy, ("rules[2]".to_owned(), 16, Stance::Ask, None)]);
    assert!(policy.explain(&matter(READ, DRY, Object::Capability)).is_empty());
}

#[test]
fn the_embedded_policy_is_read_and_holds_no_surprise() {
    let embedded = Policy::parse(super::DEFAULT).expect("the embedded policy");
    assert_eq!((embedded.default_stance(), embedded.rules()), (Stance::Allow, 0));
    assert_eq!(embedded.sha256(), Policy::default().sha256());
    let commented: String = super::DEFAULT
        .lines()
        .skip_while(|line| !line.starts_with("# [[rules]]"))
        .map(|line| line.trim_start_matches('#').trim_start().to_owned() + "\n")
        .collect();
    assert_eq!(policy(&commented).rules(), 2);
}
