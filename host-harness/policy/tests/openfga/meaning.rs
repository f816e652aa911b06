//! What each capability means, told in sets of facts and nothing of OpenFGA.

use std::collections::BTreeSet;

use agent_contract::CapabilityName::{self, *};

use super::worlds::{Thing, World};

/// A question to a world.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    pub agent: &'static str,
    pub subject: Thing,
    pub capability: CapabilityName,
    pub repository: &'static str,
    pub project: Option<&'static str>,
    pub organization: Option<&'static str>,
    /// The branch, where one is known.
    pub branch: Option<&'static str>,
    /// The binding, where one is named.
    pub binding: Option<&'static str>,
}

/// The roles of which any one is enough for a capability.
fn roles(capability: CapabilityName) -> &'static [&'static str] {
    match capability {
        RepoRead | RepoDiff | AuditWrite => &["reader", "checker", "writer", "committer", "releaser"],
        RepoWrite => &["writer", "committer", "releaser"],
        RepoCommit => &["committer", "releaser"],
        RepoPush | RepoOpenPr => &["releaser"],
        RepoCheck | SecurityScan | ContainerSimulate => &["checker"],
        ProtocolInvoke => &["caller"],
        ProtocolPublishMetadata => &["publisher"],
        NotifySend => &["notifier"],
    }
}

/// Whether a world lets it.
pub fn may(world: &World, ask: &Ask) -> bool {
    let places = places(world, ask);
    let selves = selves(world, ask.subject);
    let roles = roles(ask.capability);
    let agent = world
        .agent_roles
        .iter()
        .any(|(a, role, place)| *a == ask.agent && roles.contains(role) && places.contains(place));
    let subject = world
        .subject_roles
        .iter()
        .any(|(s, role, place)| selves.contains(s) && roles.contains(role) && places.contains(place));
    agent && subject && !blocked(world, ask, &places, &selves) && !protected(world, ask)
}

fn blocked(world: &World, ask: &Ask, places: &BTreeSet<Thing>, selves: &BTreeSet<Thing>) -> bool {
    let agent =
        |(a, place): &(Option<&str>, Thing)| a.is_none_or(|a| a == ask.agent) && places.contains(place);
    let subject = |(s, place): &(Thing, Thing)| selves.contains(s) && places.contains(place);
    world.blocked_agents.iter().any(agent) || world.blocked_subjects.iter().any(subject)
}

/// A protected branch takes no commit and no push.
fn protected(world: &World, ask: &Ask) -> bool {
    let this = |(a, repository, branch): &(Option<&str>, &str, &str)| {
        a.is_none_or(|a| a == ask.agent) && *repository == ask.repository && Some(*branch) == ask.branch
    };
    matches!(ask.capability, RepoCommit | RepoPush) && world.protected.iter().any(this)
}

/// Where a role counts: at the binding or else the repository, and at all that owns it.
fn places(world: &World, ask: &Ask) -> BTreeSet<Thing> {
    let repository = ("repository", ask.repository);
    let project = ask.project.map(|id| ("project", id));
    let organization = ask.organization.map(|id| ("organization", id));
    let mut owners = world.owners.clone();
    match (organization, project) {
        (Some(organization), Some(project)) => {
            owners.insert((organization, project));
            owners.insert((project, repository));
        }
        (Some(owner), None) | (None, Some(owner)) => _ = owners.insert((owner, repository)),
        (None, None) => {}
    }
    let start = match (ask.capability, ask.binding) {
        (ProtocolInvoke | ProtocolPublishMetadata | NotifySend, Some(binding)) => ("binding", binding),
        _ => repository,
    };
    closure(start, &owners.into_iter().map(|(owner, of)| (of, owner)).collect())
}

/// The subject, and every team that it belongs to, directly or not.
fn selves(world: &World, subject: Thing) -> BTreeSet<Thing> {
    closure(subject, &world.members)
}

/// All that is reached from a thing.
fn closure(start: Thing, steps: &BTreeSet<(Thing, Thing)>) -> BTreeSet<Thing> {
    let mut reached = BTreeSet::from([start]);
    loop {
        let next = steps.iter().filter(|(from, _)| reached.contains(from)).map(|(_, to)| *to);
        let before = reached.len();
        reached = reached.iter().copied().chain(next).collect();
        if reached.len() == before {
            return reached;
        }
    }
}
