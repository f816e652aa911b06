//! Worlds: who has which role where, what lies in what, who is blocked.

use std::collections::BTreeSet;

use policy::point::openfga::{Tuple, encode};

use super::dice::Dice;

/// A kind and an id.
pub type Thing = (&'static str, &'static str);

pub const AGENTS: [&str; 3] = ["did:web:a.example:b", "did:key:z6Mk", "did:web:*"];
pub const SUBJECTS: [Thing; 6] = [
    ("user", "anne@example.com"),
    ("user", "bob"),
    ("service", "ci"),
    ("team", "core"),
    ("team", "all staff"),
    ("team", "guests"),
];
pub const REPOSITORIES: [&str; 3] = ["acme/shop", "acme", "shop"];
pub const BRANCHES: [&str; 3] = ["main", "shop/main", "agent/fix"];
pub const PROJECTS: [&str; 2] = ["payments", "acme/shop"];
pub const ORGANIZATIONS: [&str; 2] = ["acme", "other"];
pub const BINDINGS: [&str; 2] = ["model.default", "notify.slack"];
pub const ROLES: [&str; 8] =
    ["reader", "writer", "committer", "releaser", "checker", "caller", "publisher", "notifier"];

/// Every fact of a world. `None` for an agent means all of them.
#[derive(Debug, Default)]
pub struct World {
    pub agent_roles: BTreeSet<(&'static str, &'static str, Thing)>,
    pub subject_roles: BTreeSet<(Thing, &'static str, Thing)>,
    pub members: BTreeSet<(Thing, Thing)>,
    pub blocked_agents: BTreeSet<(Option<&'static str>, Thing)>,
    pub blocked_subjects: BTreeSet<(Thing, Thing)>,
    pub protected: BTreeSet<(Option<&'static str>, &'static str, &'static str)>,
    pub owners: BTreeSet<(Thing, Thing)>,
}

/// Places where a role can be held.
fn places() -> Vec<Thing> {
    let named =
        |kind: &'static str, ids: &[&'static str]| ids.iter().map(|id| (kind, *id)).collect::<Vec<_>>();
    [
        named("organization", &ORGANIZATIONS),
        named("project", &PROJECTS),
        named("repository", &REPOSITORIES),
        named("binding", &BINDINGS),
    ]
    .concat()
}

/// What can own a thing.
fn owner(dice: &mut Dice, of: &str) -> Thing {
    let above: &[&str] = match of {
        "project" => &["organization"],
        "repository" => &["organization", "project"],
        _ => &["organization", "project", "repository"],
    };
    let fitting: Vec<Thing> = places().into_iter().filter(|(kind, _)| above.contains(kind)).collect();
    dice.one(&fitting)
}

impl World {
    /// A world that chance makes.
    pub fn new(dice: &mut Dice) -> Self {
        let mut world = Self::default();
        let places = places();
        let plenty = 4 + dice.below(90);
        for _ in 0..plenty {
            let role_at = |dice: &mut Dice| {
                let place = dice.one(&places);
                let held = if place.0 == "binding" { &ROLES[5..] } else { &ROLES[..] };
                (dice.one(held), place)
            };
            let (role, place) = role_at(dice);
            world.agent_roles.insert((dice.one(&AGENTS), role, place));
            let (role, place) = role_at(dice);
            world.subject_roles.insert((dice.one(&SUBJECTS), role, place));
        }
        for _ in 0..dice.below(5) {
            let teams: Vec<Thing> = SUBJECTS.into_iter().filter(|(kind, _)| *kind == "team").collect();
            world.members.insert((dice.one(&SUBJECTS), dice.one(&teams)));
            let owned = dice.one(&places);
            if owned.0 != "organization" {
                world.owners.insert((owner(dice, owned.0), owned));
            }
        }
        if dice.yes(40) {
            world.blocked_agents.insert((dice.maybe(&AGENTS), dice.one(&places)));
            world.blocked_subjects.insert((dice.one(&SUBJECTS), dice.one(&places)));
        }
        for _ in 0..dice.below(7) {
            let branch = (dice.one(&REPOSITORIES), dice.one(&BRANCHES));
            world.protected.insert((dice.maybe(&AGENTS), branch.0, branch.1));
        }
        world
    }

    /// The facts as an operator stores them.
    pub fn tuples(&self) -> Vec<Tuple> {
        let thing = |(kind, id): Thing| format!("{kind}:{}", encode(id));
        let agent = |id: Option<&str>| format!("agent:{}", id.map_or("*".to_owned(), encode));
        let acting = |subject| format!("{}#acting", thing(subject));
        let mut all = Vec::new();
        all.extend(
            self.agent_roles.iter().map(|(a, role, at)| Tuple::new(agent(Some(a)), *role, thing(*at))),
        );
        let role = |role: &str| format!("subject_{role}");
        all.extend(self.subject_roles.iter().map(|(s, r, at)| Tuple::new(acting(*s), role(r), thing(*at))));
        all.extend(self.members.iter().map(|(who, team)| Tuple::new(thing(*who), "member", thing(*team))));
        all.extend(self.blocked_agents.iter().map(|(a, at)| Tuple::new(agent(*a), "blocked", thing(*at))));
        all.extend(self.blocked_subjects.iter().map(|(s, at)| Tuple::new(acting(*s), "blocked", thing(*at))));
        all.extend(self.owners.iter().map(|(owner, of)| Tuple::new(thing(*owner), "owner", thing(*of))));
        all.extend(self.protected.iter().map(|(a, repository, branch)| {
            let branch = format!("branch:{}~{}", encode(repository), encode(branch));
            Tuple::new(agent(*a), "protected", branch)
        }));
        all
    }
}
