//! Two questions that differ never share a digest, nor an answer that was kept.

use std::sync::Arc;

use proptest::{option, prelude::*};

use super::{
    DecisionContext, cache_key,
    generate::{any_context, text},
};

type Take = fn(&mut DecisionContext, &DecisionContext);

macro_rules! fields {
    ( setting { $( $($s:ident).+ ),+ $(,)? } question { $( $($q:ident).+ ),+ $(,)? } ) => {
        &[
            $( (stringify!($($s).+), |to, from| {
                Arc::make_mut(&mut to.setting).$($s).+ = from.setting.$($s).+.clone();
            }), )+
            $( (stringify!($($q).+), |to, from| {
                to.question.$($q).+ = from.question.$($q).+.clone();
            }), )+
        ]
    };
}

/// Every field of a context, and how it is taken from another.
const FIELDS: &[(&str, Take)] = fields! {
    setting {
        subject.kind,
        subject.id,
        agent.did,
        agent.record_id,
        agent.record_sha256,
        agent.trust_level,
        agent.environment,
        agent.delegation_depth,
        agent.component_sha256,
        organization,
        project,
        repository.id,
        repository.commit,
        branch.base,
        branch.work,
        run_mode,
        update_mode,
        protocols,
        caller.authzen,
        caller.openfga,
        caller.opa,
        caller.agent_id,
        caller.claims,
        caller.runner,
        caller.audit,
    }
    question {
        action,
        capability.name,
        capability.scope.paths,
        capability.scope.checks,
        capability.scope.bindings,
        capability.scope.uses,
        capability.scope.bytes,
        capability.scope.seconds,
        resource.kind,
        resource.id,
        resource.properties,
        gates,
        audit,
        waivers,
    }
};

fn key(context: &DecisionContext) -> String {
    cache_key("point", Some("policy"), None, &context.digest())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_context_that_differs_in_one_field_has_another_digest(one in any_context(), other in any_context()) {
        let (digest, kept_under) = (one.digest(), key(&one));
        for (name, take) in FIELDS {
            let mut changed = one.clone();
            take(&mut changed, &other);
            prop_assert_eq!(changed == one, changed.digest() == digest, "{}", name);
            prop_assert_eq!(changed == one, key(&changed) == kept_under, "{}", name);
        }
    }

    #[test]
    fn two_contexts_that_differ_share_nothing(one in any_context(), other in any_context()) {
        let same = one.setting == other.setting && one.question == other.question;
        prop_assert_eq!(same, one.digest() == other.digest());
        prop_assert_eq!(same, key(&one) == key(&other));
    }

    /// The list of fields is whole: who takes all of them is the other.
    #[test]
    fn a_context_is_its_fields(one in any_context(), other in any_context()) {
        let mut changed = one.clone();
        FIELDS.iter().for_each(|(_, take)| take(&mut changed, &other));
        prop_assert_eq!(&changed.setting, &other.setting);
        prop_assert_eq!(&changed.question, &other.question);
        prop_assert_eq!(changed.digest(), other.digest());
    }

    #[test]
    fn which_decision_it_is_does_not_matter(one in any_context(), other in any_context()) {
        let changed = DecisionContext { decision: other.decision, ..one.clone() };
        prop_assert_eq!(changed.digest(), one.digest());
        prop_assert_eq!(key(&changed), key(&one));
    }

    #[test]
    fn keys_are_the_same_where_all_parts_are(one in parts(), other in parts()) {
        prop_assert_eq!(one == other, joined(&one) == joined(&other));
        for at in 0..4 {
            let mut changed = one.clone();
            match at {
                0 => changed.0.clone_from(&other.0),
                1 => changed.1.clone_from(&other.1),
                2 => changed.2.clone_from(&other.2),
                _ => changed.3.clone_from(&other.3),
            }
            prop_assert_eq!(one == changed, joined(&one) == joined(&changed));
        }
    }
}

type Parts = (String, Option<String>, Option<String>, String);

fn parts() -> impl Strategy<Value = Parts> {
    (text(), option::of(text()), option::of(text()), text())
}

fn joined((point, policy, model, request): &Parts) -> String {
    cache_key(point, policy.as_deref(), model.as_deref(), request)
}

#[test]
fn parts_of_a_key_do_not_run_into_each_other() {
    let keys = [
        cache_key("a", Some("b"), None, "c"),
        cache_key("a", None, Some("b"), "c"),
        cache_key("ab", None, None, "c"),
        cache_key("a", None, None, "bc"),
        cache_key("a", Some(""), None, "bc"),
        cache_key("a", Some("null"), None, "bc"),
        cache_key("a\",\"policy\":\"b", None, None, "c"),
    ];
    for (at, key) in keys.iter().enumerate() {
        assert!(!keys[..at].contains(key), "{at}");
    }
}
