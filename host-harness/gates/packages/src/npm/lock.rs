use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;

use super::source::resolved;
use crate::{
    Dependence, Ecosystem, Origin, Package, PackageId,
    doc::Node,
    draft::{LockDraft, package},
    files::{folder, within},
    kind::Kind,
    origin,
};

/// A lock file that has the form of one.
pub(super) fn checked(doc: Node) -> Result<Node, String> {
    let form = ["lockfileVersion", "packages", "dependencies", "requires"];
    match form.iter().any(|key| doc.at(key).exists()) || doc.at("name").exists() && doc.at("version").exists()
    {
        true => Ok(doc),
        false => Err("not a lock file of npm".to_owned()),
    }
}

/// Reads `package-lock.json` of any form.
pub(super) fn read(path: &RepoPath, doc: &Node) -> LockDraft {
    let mut lock = super::lock(Kind::NpmLock, path, true);
    if doc.at("packages").is_table() {
        flat(path, doc.at("packages"), &mut lock);
    } else {
        nested(path, doc, &mut lock);
    }
    lock
}

const FOLDER: &str = "node_modules/";

/// The second and third form: every folder that npm makes, by its path.
fn flat(path: &RepoPath, packages: &Node, lock: &mut LockDraft) {
    let mut ids = BTreeMap::new();
    let mut direct = BTreeSet::new();
    for (key, node) in packages.entries() {
        if let Some(id) = id_of(key, node) {
            ids.insert(key, id);
        }
    }
    for (key, node) in packages.entries() {
        let installed = key.contains(FOLDER);
        if !installed {
            lock.members.extend(within(&folder(path), key));
        }
        let groups = ["dependencies", "optionalDependencies", "peerDependencies", "devDependencies"];
        // What a package that was installed has for its own development is not here.
        let groups = if installed { &groups[..3] } else { &groups[..] };
        let names = groups.iter().flat_map(|group| node.at(group).entries()).map(|(name, _)| name);
        let needs: BTreeSet<PackageId> = names.filter_map(|name| find(key, name, packages, &ids)).collect();
        if !installed {
            direct.extend(needs.iter().cloned());
        }
        let Some(id) = ids.get(key) else { continue };
        if key.is_empty() || node.at("link").is_true() {
            continue;
        }
        let mut found = entry(path, id, node);
        found.origin = if installed { found.origin } else { Origin::Local };
        found.needs = needs;
        lock.packages.push(found);
    }
    for package in &mut lock.packages {
        package.dependence = match (&package.origin, direct.contains(&package.id)) {
            (Origin::Local, _) => Dependence::Unknown,
            (_, true) => Dependence::Direct,
            (_, false) => Dependence::Transitive,
        };
    }
}

fn id_of(key: &str, node: &Node) -> Option<PackageId> {
    let folder =
        key.rsplit_once(FOLDER).map_or_else(|| key.rsplit('/').next().unwrap_or(key), |(_, name)| name);
    let name = node.at("name").text().unwrap_or(folder);
    let version = node.at("version").text().unwrap_or_default();
    let id = PackageId { ecosystem: Ecosystem::Npm, name: name.to_owned(), version: version.to_owned() };
    (!name.is_empty()).then_some(id)
}

/// What a name comes to from a folder: the nearest of that name on the way up.
fn find(from: &str, name: &str, packages: &Node, ids: &BTreeMap<&str, PackageId>) -> Option<PackageId> {
    let mut at = from;
    // Deeper than any real one; a path is as long as who wrote it wants.
    for _ in 0..64 {
        let key = if at.is_empty() { format!("{FOLDER}{name}") } else { format!("{at}/{FOLDER}{name}") };
        let node = packages.at(&key);
        if node.exists() {
            let target = node.at("resolved").text().filter(|_| node.at("link").is_true());
            return ids.get(target.unwrap_or(&key)).cloned();
        }
        if at.is_empty() {
            return None;
        }
        at = at.rfind('/').map_or("", |end| at[..end].trim_end_matches("/node_modules"));
        if at == "node_modules" {
            at = "";
        }
    }
    None
}

fn entry(path: &RepoPath, id: &PackageId, node: &Node) -> Package {
    let mut found = package(Ecosystem::Npm, &id.name, &id.version, path, node.line);
    found.origin = node.at("resolved").text().map_or(Origin::Registry, resolved);
    found.hashes = node.at("integrity").text().into_iter().flat_map(origin::integrity).collect();
    found.licence = node.at("license").owned().or_else(|| node.at("license").at("type").owned());
    found.development = node.at("dev").is_true();
    found
}

/// The first form: packages within packages.
fn nested(path: &RepoPath, doc: &Node, lock: &mut LockDraft) {
    let mut open: Vec<Vec<(&str, &Node)>> = vec![vec![("", doc)]];
    let mut needed = BTreeSet::new();
    while let Some(chain) = open.pop() {
        let Some((_, node)) = chain.last().copied() else { continue };
        for (name, inner) in node.at("dependencies").entries() {
            let mut below = chain.clone();
            below.push((name, inner));
            let needs = inner.at("requires").entries().filter_map(|(name, _)| above(&below, name));
            let mut found = old_entry(path, name, inner);
            found.needs = needs.collect();
            needed.extend(found.needs.iter().cloned());
            lock.packages.push(found);
            open.push(below);
        }
    }
    for package in &mut lock.packages {
        if needed.contains(&package.id) {
            // Whether the manifest names it too is told where manifests are known.
            continue;
        }
        package.dependence = Dependence::Direct;
    }
}

fn old_entry(path: &RepoPath, name: &str, node: &Node) -> Package {
    let id = old_id(name, node);
    let mut found = entry(path, &id, node);
    let version = node.at("version").text().unwrap_or_default();
    if id.version != version && !version.starts_with("npm:") {
        found.origin = resolved(version);
    }
    found
}

/// The version may be an address, and a name an alias of another.
fn old_id(name: &str, node: &Node) -> PackageId {
    let version = node.at("version").text().unwrap_or_default();
    let alias = version.strip_prefix("npm:").and_then(|alias| alias.rsplit_once('@'));
    let (name, version) = match alias {
        Some(alias) => alias,
        None if version.contains([':', '/']) => {
            (name, version.rsplit_once('#').map_or("", |(_, commit)| commit))
        }
        None => (name, version),
    };
    PackageId { ecosystem: Ecosystem::Npm, name: name.to_owned(), version: version.to_owned() }
}

fn above(chain: &[(&str, &Node)], name: &str) -> Option<PackageId> {
    let found =
        chain.iter().rev().map(|(_, node)| node.at("dependencies").at(name)).find(|node| node.exists());
    found.map(|node| old_id(name, node))
}
