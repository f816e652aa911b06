use std::collections::{BTreeMap, BTreeSet};

use finding::RepoPath;
use packages::{Ecosystem, Inventory, Origin, Requirement};

use crate::data::{Database, Planted};

/// The files whose packages nothing is known of, and why: a database of npm says nothing of Go,
/// and that nothing was found there would say nothing either.
pub fn lacking(database: &Database, inventory: &Inventory) -> Vec<(RepoPath, String)> {
    let mut files: BTreeMap<&RepoPath, Ecosystem> = BTreeMap::new();
    for (path, ecosystem) in named(inventory) {
        if !database.knows(ecosystem.osv()) {
            files.insert(path, ecosystem);
        }
    }
    files.into_iter().map(|(path, ecosystem)| (path.clone(), reason(ecosystem.osv()))).collect()
}

/// The files that name packages from outside the repository, and whose those are.
fn named(inventory: &Inventory) -> impl Iterator<Item = (&RepoPath, Ecosystem)> {
    let locked = super::packages(inventory)
        .filter(|package| package.origin != Origin::Local && package.id.name != Planted::NAME)
        .map(|package| (&package.path, package.id.ecosystem));
    locked.chain(wished(inventory).map(|wish| (&wish.path, wish.ecosystem)))
}

/// What manifests ask for from outside. Where there is a lock file, it has told which of the
/// names are the repository's own.
fn wished(inventory: &Inventory) -> impl Iterator<Item = &Requirement> {
    let own: BTreeSet<(Ecosystem, &str)> = inventory
        .manifests
        .iter()
        .filter_map(|manifest| Some((manifest.ecosystem, manifest.name.as_deref()?)))
        .collect();
    inventory.manifests.iter().flat_map(move |manifest| {
        let is_own = |wish: &Requirement| {
            manifest.lock.is_some() && own.contains(&(wish.ecosystem, wish.name.as_str()))
        };
        let outside = |wish: &&Requirement| wish.origin != Origin::Local && !is_own(wish);
        manifest.requirements.iter().filter(outside).collect::<Vec<_>>()
    })
}

fn reason(ecosystem: &str) -> String {
    format!(
        "names packages of {ecosystem}, and the advisories hold nothing about {ecosystem}: take some in with `code-assist advisories import`, such as OSV's archive of {ecosystem}"
    )
}
