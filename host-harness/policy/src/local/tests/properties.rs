//! What holds for any policy and any matter.

use globset::GlobBuilder;
use proptest::prelude::*;

use super::{naive, policy};
use crate::{answer::Stance, local::glob::Glob};

fn text(default: Stance, rules: &[naive::Rule]) -> String {
    let rules: String = rules.iter().map(naive::Rule::text).collect();
    format!("default = \"{}\"\n{rules}", format!("{default:?}").to_lowercase())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The index, the masks and the lazy globs come to what each rule alone comes to.
    #[test]
    fn the_indexed_judge_says_what_a_naive_one_says(
        default in naive::stance(),
        rules in prop::collection::vec(naive::rule(), 0..12),
        matters in prop::collection::vec(naive::matter(), 1..20),
    ) {
        let policy = policy(&text(default, &rules));
        for matter in &matters {
            let matter = matter.matter();
            let opinion = policy.judge(&matter);
            let (stance, number, uses) = naive::judge(&rules, default, &matter);
            let name = number.map_or("default".to_owned(), |number| format!("rules[{number}]"));
            prop_assert_eq!((opinion.stance, &opinion.rule, opinion.limits.uses), (stance, &name, uses));
            let spoken = policy.explain(&matter);
            let speaking = rules.iter().filter(|rule| rule.speaks_of(&matter)).count();
            prop_assert_eq!(spoken.len(), speaking);
            prop_assert!(spoken.windows(2).all(|two| two[0].effect >= two[1].effect));
            prop_assert_eq!(spoken.first().map(|first| &first.name), opinion.line.map(|_| &opinion.rule));
        }
    }

    /// What a glob is found by stands in whatever it matches, and its shape changes nothing.
    #[test]
    fn a_glob_matches_what_globset_says(glob in naive::glob(), texts in prop::collection::vec(naive::path(), 1..20)) {
        let ours = Glob::parse(&glob).unwrap();
        let theirs = GlobBuilder::new(&glob).literal_separator(true).build().unwrap().compile_matcher();
        for text in &texts {
            prop_assert_eq!(ours.matches(text), theirs.is_match(text), "{} {}", glob, text);
        }
    }

    /// What is not issued is not missed: no call is answered more mildly than the question
    /// whether there may be calls, and none is narrowed further.
    #[test]
    fn a_capability_is_refused_only_where_every_call_would_be(
        default in naive::stance(),
        rules in prop::collection::vec(naive::rule(), 0..8),
        matter in naive::matter(),
    ) {
        let policy = policy(&text(default, &rules));
        let matter = matter.matter();
        let issued =
            policy.may_issue(matter.capability, matter.mode, matter.branch, matter.base_branch);
        let called = policy.judge(&matter);
        prop_assert!(called.stance >= issued.stance, "{:?} {:?}", called, issued);
        if called.stance < Stance::Deny {
            prop_assert_eq!(issued.limits.least(called.limits), issued.limits);
        }
    }

    /// A further rule never makes an answer milder than the rules before it made it.
    #[test]
    fn more_rules_are_never_milder(
        rules in prop::collection::vec(naive::rule(), 1..8),
        matter in naive::matter(),
    ) {
        let all = policy(&text(Stance::Allow, &rules)).judge(&matter.matter());
        let fewer = policy(&text(Stance::Allow, &rules[1..])).judge(&matter.matter());
        prop_assert!(all.stance >= fewer.stance);
    }
}
