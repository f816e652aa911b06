//! Bills of materials that lie in the tree.

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;
use finding::{Found, Survey, Tree, placed};
use packages::{Dependence, Ecosystem, Inventory, PackageId};

use super::{
    Sbom,
    foreign::{Foreign, foreign},
};
use crate::{Bom, parse, purl};

/// Whether a file is a bill of materials, told from its name.
pub(super) fn is_document(path: &RepoPath) -> bool {
    let name = path.components().next_back().unwrap_or_default().to_ascii_lowercase();
    let Some(stem) = name.strip_suffix(".json") else { return false };
    let ends = [".cdx", ".spdx", ".bom", ".sbom", "-bom", "-sbom", "_sbom"];
    matches!(stem, "bom" | "sbom") || ends.iter().any(|end| stem.ends_with(end))
}

/// Why a document is not looked at, told from its name: broken ones belong to tests, and what is
/// installed does not speak of this repository.
pub(super) fn passes_over(path: &RepoPath) -> Option<&'static str> {
    let tests = ["test", "tests", "testdata", "fixtures", "__fixtures__", "__tests__", "vectors"];
    let folder = path.parent()?;
    if folder.components().any(|part| tests.contains(&part)) {
        return Some("it is an example that belongs to tests");
    }
    let installed = folder.components().any(|part| part == "node_modules");
    installed.then_some("it lies in what is installed, and speaks of that")
}

/// Looks at every document.
pub(super) fn look(gate: &Sbom, tree: &dyn Tree, inventory: &Inventory, survey: &mut Survey) {
    for path in tree.paths().into_iter().filter(|path| is_document(path) && passes_over(path).is_none()) {
        match tree.read(&path) {
            Ok(Some(bytes)) => {
                let found = document(gate, &path, &bytes, inventory);
                survey.found.extend(found.into_iter().map(|found| placed(found, &path, 1)));
                survey.scanned.push(path);
            }
            Ok(None) => {}
            Err(reason) => survey.broken.push((path, reason)),
        }
    }
}

fn document(gate: &Sbom, path: &RepoPath, bytes: &[u8], inventory: &Inventory) -> Vec<Found> {
    let bom = match parse(bytes) {
        Ok(bom) => bom,
        Err(fault) => {
            let reason = match foreign(path, bytes) {
                Foreign::No => fault.to_string(),
                Foreign::Broken(reason) => reason,
                Foreign::Sound => return Vec::new(),
            };
            return vec![invalid(gate, path, &reason)];
        }
    };
    let mut found = Vec::new();
    if let Some(first) = bom.doubled.first().or(bom.dangling.first()) {
        let what = if bom.doubled.is_empty() { "leads nowhere" } else { "is given twice" };
        let told = [("file", path.as_str()), ("reference", first.as_str()), ("what", what)];
        found.push(gate.catalogue.found("sbom/document-refs", &told, first));
    }
    if let Some((package, says, is)) = stale(path, &bom, inventory) {
        let told = [("file", path.as_str()), ("package", &package), ("says", &says), ("is", &is)];
        found.push(gate.catalogue.found("sbom/document-stale", &told, "stale"));
    }
    found
}

fn invalid(gate: &Sbom, path: &RepoPath, reason: &str) -> Found {
    let told = [("file", path.as_str()), ("reason", reason)];
    gate.catalogue.found("sbom/document-invalid", &told, "invalid")
}

/// Packages by ecosystem and name. Package URLs are in lower case where others are not.
type Versions<'i> = BTreeMap<(Ecosystem, String), BTreeSet<&'i str>>;

/// The first package of which the document says other than the lock files beneath its folder.
fn stale(path: &RepoPath, bom: &Bom, inventory: &Inventory) -> Option<(String, String, String)> {
    let folder = path.parent();
    let beneath = |file: &RepoPath| folder.as_ref().is_none_or(|folder| file.is_within(folder));
    let (mut locked, mut direct) = (Versions::new(), Versions::new());
    for package in inventory.packages.iter().filter(|package| beneath(&package.path)) {
        let key = (package.id.ecosystem, package.id.name.to_lowercase());
        if package.dependence == Dependence::Direct && !package.development {
            direct.entry(key.clone()).or_default().insert(&package.id.version);
        }
        locked.entry(key).or_default().insert(&package.id.version);
    }
    let held: Vec<_> = bom.components.iter().filter_map(|held| purl::read(held.purl.as_deref()?)).collect();
    let key = |id: &PackageId| (id.ecosystem, id.name.to_lowercase());
    let other = held.iter().find_map(|id| {
        let versions = locked.get(&key(id))?;
        let same = versions.contains(id.version.as_str());
        (!same).then(|| (id.name.clone(), id.version.clone(), joined(versions)))
    });
    let known: BTreeSet<_> = held.iter().map(key).collect();
    let covered: BTreeSet<Ecosystem> = held.iter().map(|id| id.ecosystem).collect();
    let mut lacking = direct.iter().filter(|(key, _)| covered.contains(&key.0) && !known.contains(*key));
    let nothing = || lacking.next().map(|(key, held)| (key.1.clone(), "nothing".to_owned(), joined(held)));
    other.or_else(nothing)
}

fn joined(versions: &BTreeSet<&str>) -> String {
    versions.iter().copied().collect::<Vec<_>>().join(", ")
}
