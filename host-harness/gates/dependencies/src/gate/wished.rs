use std::collections::BTreeSet;

use packages::{Dependence, Inventory, Origin, Package, PackageId, Requirement};

/// What manifests ask for that no lock file and no pin says the version of, as packages of the
/// version that is asked for.
pub fn open(inventory: &Inventory) -> Vec<Package> {
    let manifests = inventory.manifests.iter().filter(|manifest| manifest.lock.is_none());
    let wishes = manifests.flat_map(|manifest| &manifest.requirements);
    wishes.filter(|wish| !is_pinned(wish)).map(package).collect()
}

fn is_pinned(wish: &Requirement) -> bool {
    wish.exact && matches!(wish.origin, Origin::Registry | Origin::OtherRegistry(_))
}

fn package(wish: &Requirement) -> Package {
    let version = if wish.wanted.is_empty() { "*" } else { &wish.wanted };
    let (ecosystem, name) = (wish.ecosystem, wish.name.clone());
    Package {
        id: PackageId { ecosystem, name, version: version.to_owned() },
        path: wish.path.clone(),
        line: wish.line,
        origin: wish.origin.clone(),
        hashes: BTreeSet::new(),
        licence: None,
        dependence: Dependence::Direct,
        development: wish.development,
        needs: BTreeSet::new(),
    }
}
