//! The shipped model and the mapping, against what each capability is to mean.

use std::{collections::BTreeMap, sync::Arc};

use agent_contract::CapabilityName;
use policy::{
    answer::Stance,
    context::{DecisionContext, ResourceKind, Subject, SubjectKind},
    point::openfga::{Tuple, asked, batch_check, check, read, read_batch, relation},
};
use serde_json::Value;

use super::{
    MODEL, STORE,
    contexts::context,
    dice::Dice,
    fga::Fga,
    meaning::{Ask, may},
    shipped,
    worlds::{AGENTS, BINDINGS, BRANCHES, ORGANIZATIONS, PROJECTS, REPOSITORIES, SUBJECTS, World},
};

fn ask(dice: &mut Dice, world: &World, capability: CapabilityName) -> Ask {
    // Mostly somebody who has a role, or there would be little to allow.
    let (agents, subjects): (Vec<_>, Vec<_>) = (
        world.agent_roles.iter().map(|(agent, ..)| *agent).collect(),
        world.subject_roles.iter().map(|(subject, ..)| *subject).collect(),
    );
    Ask {
        agent: if dice.yes(80) { dice.one(&agents) } else { dice.one(&AGENTS) },
        subject: if dice.yes(80) { dice.one(&subjects) } else { dice.one(&SUBJECTS) },
        capability,
        repository: dice.one(&REPOSITORIES),
        project: dice.maybe(&PROJECTS),
        organization: dice.maybe(&ORGANIZATIONS),
        branch: dice.maybe(&BRANCHES),
        binding: dice.maybe(&BINDINGS),
    }
}

/// The context that the Runner would build for a question.
fn as_context(dice: &mut Dice, ask: &Ask) -> DecisionContext {
    let mut context = context(dice);
    let setting = Arc::make_mut(&mut context.setting);
    let kind = match ask.subject.0 {
        "user" => SubjectKind::User,
        "team" => SubjectKind::Team,
        _ => SubjectKind::Service,
    };
    setting.subject = Subject { kind, id: ask.subject.1.to_owned() };
    setting.agent.did = Some(ask.agent.to_owned());
    setting.organization = ask.organization.map(str::to_owned);
    setting.project = ask.project.map(str::to_owned);
    setting.repository.id = ask.repository.to_owned();
    setting.branch.work = None;
    let resource = &mut context.question.resource;
    (resource.kind, resource.id) = (ResourceKind::Repository, ask.repository.to_owned());
    match (ask.branch, ask.binding) {
        (Some(branch), _) if dice.yes(50) => setting.branch.work = Some(branch.to_owned()),
        (Some(branch), None) => {
            (resource.kind, resource.id) = (ResourceKind::Branch, format!("{}/{branch}", ask.repository));
        }
        (branch, _) => setting.branch.work = branch.map(str::to_owned),
    }
    if let Some(binding) = ask.binding {
        (resource.kind, resource.id) = (ResourceKind::Binding, binding.to_owned());
    }
    context.question.capability.name = ask.capability;
    context
}

fn store(world: &World) -> Fga {
    let mut fga = Fga::new(&shipped("model.json"));
    world.tuples().into_iter().for_each(|tuple| fga.write(tuple).unwrap());
    fga
}

fn word(fga: &Fga, context: &DecisionContext) -> Stance {
    let exchange = check(context, STORE, MODEL).unwrap();
    read(&fga.answer(&exchange.path, &exchange.body.unwrap())).unwrap().stance
}

#[test]
fn the_model_means_what_the_capabilities_mean() {
    let mut counts: BTreeMap<(CapabilityName, bool), u32> = BTreeMap::new();
    for seed in 0..600 {
        let mut dice = Dice::new(seed);
        let world = World::new(&mut dice);
        let fga = store(&world);
        for capability in CapabilityName::ALL.iter().copied() {
            let ask = ask(&mut dice, &world, capability);
            let expected = may(&world, &ask);
            let allowed = word(&fga, &as_context(&mut dice, &ask)) == Stance::Allow;
            assert_eq!(allowed, expected, "{ask:?} in {world:#?}");
            *counts.entry((capability, expected)).or_default() += 1;
        }
    }
    println!("{counts:?}");
    for capability in CapabilityName::ALL.iter().copied() {
        for expected in [true, false] {
            assert!(counts.get(&(capability, expected)) > Some(&40), "{capability} {expected}: {counts:?}");
        }
    }
}

#[test]
fn a_batch_says_what_its_checks_say() {
    for seed in 0..20 {
        let mut dice = Dice::new(seed);
        let world = World::new(&mut dice);
        let fga = store(&world);
        let contexts: Vec<_> = CapabilityName::ALL
            .iter()
            .map(|capability| {
                let ask = ask(&mut dice, &world, *capability);
                as_context(&mut dice, &ask)
            })
            .collect();
        let batch = batch_check(&contexts, STORE, MODEL).unwrap();
        let answer = fga.answer(&batch.exchange.path, &batch.exchange.body.unwrap());
        let words = read_batch(&answer, &batch.correlation_ids).into_iter().map(|word| word.unwrap().stance);
        let single = contexts.iter().map(|context| word(&fga, context));
        assert!(words.eq(single), "{answer}");
    }
}

/// Contextual tuples alone grant nothing, and one side alone grants nothing.
#[test]
fn both_sides_need_a_stored_role() {
    let mut dice = Dice::new(1);
    for capability in CapabilityName::ALL.iter().copied() {
        let role = |side: &str| match capability.as_str() {
            "protocol.invoke" => format!("{side}caller"),
            "protocol.publish_metadata" => format!("{side}publisher"),
            "notify.send" => format!("{side}notifier"),
            "repo.check" | "security.scan" | "container.simulate" => format!("{side}checker"),
            _ => format!("{side}releaser"),
        };
        let agent = Tuple::new("agent:did%3Akey%3Az6Mk", role(""), "organization:acme");
        let subject = Tuple::new("user:bob#acting", role("subject_"), "organization:acme");
        let ask = Ask {
            agent: "did:key:z6Mk",
            subject: ("user", "bob"),
            capability,
            repository: "acme/shop",
            project: Some("payments"),
            organization: Some("acme"),
            branch: None,
            binding: None,
        };
        let context = as_context(&mut dice, &ask);
        for (tuples, expected) in [
            (vec![], Stance::Deny),
            (vec![agent.clone()], Stance::Deny),
            (vec![subject.clone()], Stance::Deny),
            (vec![agent, subject], Stance::Allow),
        ] {
            let mut fga = Fga::new(&shipped("model.json"));
            tuples.iter().cloned().for_each(|tuple| fga.write(tuple).unwrap());
            assert_eq!(word(&fga, &context), expected, "{capability}: {tuples:?}");
        }
    }
}

/// Whom an agent acts for is said in a question, and a store can't say it in its place.
#[test]
fn nobody_acts_outside_a_run() {
    let mut fga = Fga::new(&shipped("model.json"));
    for (user, relation, object) in [
        ("agent:x", "acting", "user:boss"),
        ("agent:*", "acting", "user:boss"),
        ("agent:*", "agent", "run:1"),
        ("user:boss", "subject_reader", "repository:r"),
        ("user:*", "subject_reader", "repository:r"),
        ("agent:x", "subject_reader", "repository:r"),
        ("user:boss#acting", "reader", "repository:r"),
        ("agent:*", "reader", "repository:r"),
        ("agent:x", "can_repo_read", "repository:r"),
    ] {
        assert!(fga.write(Tuple::new(user, relation, object)).is_err(), "{user} {relation} {object}");
    }
    for (user, relation, object) in [
        ("agent:did%3Akey%3Az6Mk", "releaser", "repository:acme/shop"),
        ("user:boss#acting", "subject_releaser", "repository:acme/shop"),
        ("run:of-yesterday#agent", "acting", "user:boss"),
    ] {
        fga.write(Tuple::new(user, relation, object)).unwrap();
    }
    let mut dice = Dice::new(3);
    let ask = |name| Ask {
        agent: "did:key:z6Mk",
        subject: ("user", name),
        capability: CapabilityName::RepoPush,
        repository: "acme/shop",
        project: None,
        organization: None,
        branch: Some("agent/fix"),
        binding: None,
    };
    assert_eq!(word(&fga, &as_context(&mut dice, &ask("bob"))), Stance::Deny);
    assert_eq!(word(&fga, &as_context(&mut dice, &ask("boss"))), Stance::Allow);
}

/// What the Runner brings along is of these forms and no other, whatever the context.
#[test]
fn contextual_tuples_are_only_structure() {
    let named = |object: &str| object.split([':', '#']).next().unwrap().to_owned();
    let known = [
        ("agent", "agent", "run"),
        ("run", "acting", "user"),
        ("run", "acting", "team"),
        ("run", "acting", "service"),
        ("organization", "owner", "project"),
        ("organization", "owner", "repository"),
        ("project", "owner", "repository"),
        ("repository", "repository", "branch"),
    ]
    .map(|(user, relation, object)| (user.to_owned(), relation.to_owned(), object.to_owned()));
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..500 {
        let asked = asked(&context(&mut Dice::new(seed))).unwrap();
        for tuple in asked.contextual {
            let form = (named(&tuple.user), tuple.relation, named(&tuple.object));
            assert!(known.contains(&form), "{form:?}");
            seen.insert(form);
        }
    }
    assert_eq!(seen.len(), known.len());
}

/// The table for people says what the code does.
#[test]
fn the_mapping_is_the_one_that_is_shipped() {
    let (mapping, model) = (shipped("mapping.json"), shipped("model.json"));
    let types: BTreeMap<&str, &Value> = model["type_definitions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| (t["type"].as_str().unwrap(), t))
        .collect();
    let rows = mapping["capabilities"].as_array().unwrap();
    assert_eq!(rows.len(), CapabilityName::ALL.len());
    for (row, capability) in rows.iter().zip(CapabilityName::ALL) {
        assert_eq!(row["capability"], capability.as_str());
        assert_eq!(row["relation"], relation(*capability));
        let mut objects = std::collections::BTreeSet::new();
        for seed in 0..200 {
            let mut context = context(&mut Dice::new(seed));
            context.question.capability.name = *capability;
            objects.insert(asked(&context).unwrap().check.object.split(':').next().unwrap().to_owned());
        }
        let listed: std::collections::BTreeSet<String> = row["objects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|object| object.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(objects, listed, "{capability}");
        let both = format!("/relations/{}/difference/base/intersection/child", relation(*capability));
        let sides = types["repository"].pointer(&both).unwrap();
        let role = row["role"].as_str().unwrap();
        assert_eq!(sides[0]["computedUserset"]["relation"], role, "{capability}");
        assert_eq!(sides[1]["computedUserset"]["relation"], format!("subject_{role}"), "{capability}");
        for object in listed {
            assert!(types[object.as_str()]["relations"].get(relation(*capability)).is_some(), "{object}");
        }
    }
}
