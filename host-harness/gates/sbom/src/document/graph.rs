//! What needs what. Every reference leads somewhere, and everything is there once.

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;
use packages::{Dependence, Inventory, Origin, PackageId};

use super::{
    ROOT,
    component::Part,
    wire::{Composition, Dependency},
};

/// The graph, the repository first.
pub(super) fn dependencies(inventory: &Inventory, parts: &BTreeMap<String, Part<'_>>) -> Vec<Dependency> {
    let index = Index::of(parts);
    let mut needed: BTreeSet<&str> = BTreeSet::new();
    let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (reference, part) in parts {
        let needs = part
            .packages
            .iter()
            .flat_map(|package| package.needs.iter().filter_map(|id| index.reference(&package.path, id)));
        let needs: BTreeSet<&str> = needs.filter(|other| *other != reference.as_str()).collect();
        needed.extend(&needs);
        edges.insert(reference, needs);
    }
    let root = roots(inventory, parts, &needed);
    let written = |(reference, needs): (&str, BTreeSet<&str>)| Dependency {
        reference: reference.to_owned(),
        depends_on: needs.into_iter().map(str::to_owned).collect(),
    };
    std::iter::once((ROOT, root)).chain(edges).map(written).collect()
}

/// What the repository itself needs: its own packages, what its manifests name, and whatever
/// nothing else explains.
fn roots<'p>(
    inventory: &Inventory,
    parts: &'p BTreeMap<String, Part<'_>>,
    needed: &BTreeSet<&str>,
) -> BTreeSet<&'p str> {
    let asked: BTreeSet<(&str, _)> = inventory
        .manifests
        .iter()
        .flat_map(|manifest| &manifest.requirements)
        .map(|wanted| (wanted.name.as_str(), wanted.ecosystem))
        .collect();
    let is_root = |reference: &str, part: &Part<'_>| {
        part.packages.iter().any(|package| match package.dependence {
            _ if package.origin == Origin::Local => true,
            Dependence::Direct => true,
            Dependence::Unknown => asked.contains(&(package.id.name.as_str(), package.id.ecosystem)),
            Dependence::Transitive => false,
        }) || !needed.contains(reference)
    };
    parts.iter().filter(|(reference, part)| is_root(reference, part)).map(|(name, _)| name.as_str()).collect()
}

/// Packages by lock file and id, and by id alone.
struct Index<'p> {
    within: BTreeMap<(&'p RepoPath, &'p PackageId), &'p str>,
    anywhere: BTreeMap<&'p PackageId, &'p str>,
}

impl<'p> Index<'p> {
    fn of(parts: &'p BTreeMap<String, Part<'p>>) -> Self {
        let (mut within, mut anywhere) = (BTreeMap::new(), BTreeMap::new());
        for (reference, part) in parts {
            for package in &part.packages {
                within.entry((&package.path, &package.id)).or_insert(reference.as_str());
                anywhere.entry(&package.id).or_insert(reference.as_str());
            }
        }
        Self { within, anywhere }
    }

    fn reference(&self, path: &RepoPath, id: &PackageId) -> Option<&'p str> {
        self.within.get(&(path, id)).or_else(|| self.anywhere.get(id)).copied()
    }
}

/// How whole the graph is.
pub(super) fn compositions(inventory: &Inventory) -> Vec<Composition> {
    let untold = inventory.packages.iter().any(|package| package.dependence == Dependence::Unknown);
    let aggregate = match () {
        () if !inventory.broken.is_empty() => "incomplete",
        () if untold => "unknown",
        () => "complete",
    };
    vec![Composition { aggregate, dependencies: vec![ROOT.to_owned()] }]
}
