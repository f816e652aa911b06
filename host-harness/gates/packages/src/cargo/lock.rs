use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;

use crate::{
    Dependence, Ecosystem, Manifest, Origin, Package, PackageId,
    doc::Node,
    draft::{LockDraft, package},
    files::folder,
    kind::Kind,
    origin,
    registry::registry,
};

/// A lock file that has the form of one.
pub(super) fn checked(doc: &Node) -> Result<Node, String> {
    for package in doc.at("package").items() {
        if package.at("name").text().is_none() || package.at("version").text().is_none() {
            return Err(format!("line {}: a package without name or version", package.line));
        }
    }
    match doc.at("package").exists() || doc.at("version").exists() || doc.entries().next().is_none() {
        true => Ok(doc.clone()),
        false => Err("not a lock file of Cargo".to_owned()),
    }
}

/// Reads a lock file. The manifests tell which of the packages needed are for tests alone.
pub(super) fn read(path: &RepoPath, doc: &Node, manifests: &BTreeMap<&str, Vec<&Manifest>>) -> LockDraft {
    let mut lock = LockDraft::new(Kind::CargoLock, path);
    // The root of a lock file of the first form stands apart.
    let nodes: Vec<&Node> =
        doc.at("package").items().iter().chain([doc.at("root")]).filter(|node| node.exists()).collect();
    let mut found: Vec<Package> = nodes.iter().map(|node| one(path, node, doc.at("metadata"))).collect();
    let known = Known::of(&found);
    for (package, node) in found.iter_mut().zip(&nodes) {
        package.needs = node.at("dependencies").texts().filter_map(|need| known.find(need)).collect();
    }
    settle(&mut found, &mut lock.members, path, manifests);
    lock.packages = found;
    lock.tells_development = true;
    lock
}

fn one(path: &RepoPath, node: &Node, metadata: &Node) -> Package {
    let (name, version) =
        (node.at("name").text().unwrap_or_default(), node.at("version").text().unwrap_or_default());
    let mut found = package(Ecosystem::Cargo, name, version, path, node.at("name").line);
    let source = node.at("source").text();
    found.origin = source.map_or(Origin::Local, origin_of);
    let old = source.map(|source| format!("checksum {name} {version} ({source})"));
    let checksum = node.at("checksum").text().or_else(|| old.and_then(|key| metadata.at(&key).text()));
    found.hashes.extend(checksum.and_then(|hex| origin::hash("sha256", hex)));
    found
}

fn origin_of(source: &str) -> Origin {
    match source.split_once('+') {
        Some(("git", url)) => origin::git(url),
        Some(("registry" | "sparse", url)) => registry(Ecosystem::Cargo, url),
        Some(("path", _)) => Origin::Local,
        _ => Origin::Url(origin::plain(source)),
    }
}

/// Packages by name, and by name and version.
struct Known(BTreeMap<String, Vec<PackageId>>);

impl Known {
    fn of(packages: &[Package]) -> Self {
        let mut known: BTreeMap<String, Vec<PackageId>> = BTreeMap::new();
        for package in packages {
            let PackageId { name, version, .. } = &package.id;
            known.entry(name.clone()).or_default().push(package.id.clone());
            known.entry(format!("{name} {version}")).or_default().push(package.id.clone());
        }
        Self(known)
    }

    /// What `name`, `name version` or `name version (source)` is.
    fn find(&self, need: &str) -> Option<PackageId> {
        let need = need.split(" (").next()?;
        self.0.get(need)?.first().cloned()
    }
}

/// Tells what is direct and what is for development, from the packages that lie here.
fn settle(
    found: &mut [Package],
    members: &mut BTreeSet<String>,
    lock: &RepoPath,
    manifests: &BTreeMap<&str, Vec<&Manifest>>,
) {
    let here = folder(lock);
    let mut direct = BTreeSet::new();
    let mut used = Vec::new();
    for package in found.iter().filter(|package| package.origin == Origin::Local) {
        used.push(package.id.clone());
        direct.extend(package.needs.iter().cloned());
    }
    let mut tests: BTreeMap<&PackageId, BTreeSet<&str>> = BTreeMap::new();
    let by_name: BTreeMap<&str, &Package> = found
        .iter()
        .filter(|package| package.origin == Origin::Local)
        .map(|package| (package.id.name.as_str(), package))
        .collect();
    let described = by_name.iter().filter_map(|(name, package)| Some((manifests.get(name)?, package)));
    // Of manifests of one name, the first few in a tree are those that count.
    for (manifest, package) in
        described.flat_map(|(all, package)| all.iter().take(64).map(move |one| (one, package)))
    {
        let folder = folder(&manifest.path);
        if !here.is_empty() && folder != here && !folder.starts_with(&format!("{here}/")) {
            continue;
        }
        members.insert(folder);
        let of = |development: bool| {
            let wishes = manifest.requirements.iter().filter(move |wish| wish.development == development);
            wishes
                .filter(|wish| !wish.conditional || development)
                .map(|wish| wish.name.as_str())
                .collect::<BTreeSet<_>>()
        };
        let plain = of(false);
        tests.insert(&package.id, of(true).into_iter().filter(|name| !plain.contains(name)).collect());
    }
    let reached = reach(found, used, &tests);
    let told: Vec<_> = found
        .iter()
        .map(|package| match package.origin == Origin::Local {
            true => (Dependence::Unknown, false),
            false if direct.contains(&package.id) => (Dependence::Direct, !reached.contains(&package.id)),
            false => (Dependence::Transitive, !reached.contains(&package.id)),
        })
        .collect();
    for (package, (dependence, development)) in found.iter_mut().zip(told) {
        (package.dependence, package.development) = (dependence, development);
    }
}

/// What is reached without going by what is for tests alone.
fn reach(
    found: &[Package],
    mut open: Vec<PackageId>,
    tests: &BTreeMap<&PackageId, BTreeSet<&str>>,
) -> BTreeSet<PackageId> {
    let needs: BTreeMap<&PackageId, &BTreeSet<PackageId>> =
        found.iter().map(|package| (&package.id, &package.needs)).collect();
    let mut reached = BTreeSet::new();
    while let Some(id) = open.pop() {
        if let Some(more) = needs.get(&id) {
            let skipped = tests.get(&id);
            let kept =
                more.iter().filter(|need| skipped.is_none_or(|names| !names.contains(need.name.as_str())));
            open.extend(kept.filter(|need| !reached.contains(*need)).cloned());
        }
        reached.insert(id);
    }
    reached
}
