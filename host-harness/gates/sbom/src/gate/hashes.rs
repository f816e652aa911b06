//! Whether what is taken is what was locked.

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;
use finding::{Found, placed};
use packages::{Ecosystem, Hash, HashKind, Inventory, Origin, Package, PackageId};

use super::Sbom;

/// Lock files that have a hash for each package of the registry.
const HASHED: [&str; 12] = [
    "Cargo.lock",
    "Pipfile.lock",
    "bun.lock",
    "go.sum",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "packages.lock.json",
    "pdm.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "uv.lock",
    "yarn.lock",
];

/// Tells packages without a hash, and packages with two contents.
pub(super) fn look(gate: &Sbom, inventory: &Inventory, found: &mut Vec<Found>) {
    let mut files: BTreeMap<&RepoPath, Vec<&Package>> = BTreeMap::new();
    for package in inventory.packages.iter().filter(|package| has_hashes(package)) {
        files.entry(&package.path).or_default().push(package);
    }
    for (path, packages) in files {
        bare(gate, path, &packages, found);
    }
    conflicts(gate, inventory, found);
}

/// Composer's archives are made when they are asked for, and have none.
fn has_hashes(package: &Package) -> bool {
    let taken = matches!(package.origin, Origin::Registry | Origin::OtherRegistry(_));
    taken && package.id.ecosystem != Ecosystem::Packagist
}

fn bare(gate: &Sbom, path: &RepoPath, packages: &[&Package], found: &mut Vec<Found>) {
    let without: Vec<&&Package> = packages.iter().filter(|package| package.hashes.is_empty()).collect();
    let Some(first) = without.first() else { return };
    let name = path.components().next_back().unwrap_or_default();
    if without.len() == packages.len() {
        if HASHED.contains(&name) {
            let which = format!("any of its {} packages", packages.len());
            found.push(told(gate, path, &which, "all", first.line));
        }
        return;
    }
    for package in without {
        let which = format!("package {} {}", package.id.name, package.id.version);
        found.push(told(gate, path, &which, &package.id.name, package.line));
    }
}

fn told(gate: &Sbom, path: &RepoPath, which: &str, subject: &str, line: u32) -> Found {
    let told = [("file", path.as_str()), ("which", which)];
    placed(gate.catalogue.found("sbom/no-hash", &told, subject), path, line)
}

/// A package of these has one archive, so that two hashes are two contents.
fn has_one_archive(ecosystem: Ecosystem) -> bool {
    matches!(ecosystem, Ecosystem::Cargo | Ecosystem::Npm | Ecosystem::NuGet)
}

fn conflicts(gate: &Sbom, inventory: &Inventory, found: &mut Vec<Found>) {
    let mut known: BTreeMap<(&PackageId, HashKind), (&Package, BTreeSet<&Hash>)> = BTreeMap::new();
    let registry = inventory.packages.iter().filter(|package| package.origin == Origin::Registry);
    for package in registry.filter(|package| has_one_archive(package.id.ecosystem)) {
        for kind in package.hashes.iter().map(|hash| hash.kind).collect::<BTreeSet<_>>() {
            let hashes: BTreeSet<&Hash> = package.hashes.iter().filter(|hash| hash.kind == kind).collect();
            let (first, before) = known.entry((&package.id, kind)).or_insert((package, hashes.clone()));
            if !before.is_disjoint(&hashes) {
                continue;
            }
            let (name, version) = (package.id.name.as_str(), package.id.version.as_str());
            let told = [("name", name), ("version", version), ("other", first.path.as_str())];
            let subject = format!("{name} {version}");
            found.push(placed(
                gate.catalogue.found("sbom/hash-conflict", &told, &subject),
                &package.path,
                package.line,
            ));
        }
    }
}
