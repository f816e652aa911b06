//! Composer: `composer.json` and `composer.lock`.

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;

use crate::{
    Dependence, Ecosystem, Manifest, Origin, Package, PackageId,
    doc::{self, Node},
    draft::{Draft, LockDraft, manifest, package, requirement},
    files::Files,
    kind::Kind,
    origin,
    registry::{is_branch, registry},
};

/// Reads what there is of Composer.
pub(crate) fn gather(files: &mut Files<'_>, draft: &mut Draft) {
    for (path, doc) in files.parsed(Kind::ComposerManifest, doc::json) {
        draft.add(Kind::ComposerManifest, read(&path, &doc));
    }
    for (path, doc) in files.parsed(Kind::ComposerLock, |text| match doc::json(text)? {
        doc if doc.at("packages").exists() || doc.at("packages-dev").exists() => Ok(doc),
        _ => Err("not a lock file of Composer".to_owned()),
    }) {
        // What another package replaces is there, at a version that is not known.
        let replaced = replaced(&doc).map(|name| (name, String::new()));
        draft.more.insert(path.clone(), replaced.collect());
        draft.locks.push(lock(&path, &doc));
    }
}

fn replaced(doc: &Node) -> impl Iterator<Item = String> {
    let packages = doc.at("packages").items().iter().chain(doc.at("packages-dev").items());
    let tables = packages.flat_map(|node| [node.at("replace"), node.at("provide")]);
    tables.flat_map(Node::entries).map(|(name, _)| name.to_lowercase())
}

fn read(path: &RepoPath, doc: &Node) -> Manifest {
    let mut manifest = manifest(Ecosystem::Packagist, path);
    manifest.name = doc.at("name").owned();
    manifest.version = doc.at("version").owned();
    manifest.licence = licence(doc);
    for (group, development) in [("require", false), ("require-dev", true)] {
        for (name, node) in doc.at(group).entries().filter(|(name, _)| !is_platform(name)) {
            let wanted = node.text().unwrap_or_default();
            let mut wish = requirement(Ecosystem::Packagist, name, wanted, path, node.line);
            wish.development = development;
            manifest.requirements.push(wish);
        }
    }
    manifest
}

/// PHP itself and its extensions, which no registry has.
fn is_platform(name: &str) -> bool {
    !name.contains('/')
}

fn licence(doc: &Node) -> Option<String> {
    let all: Vec<&str> = doc.at("license").texts().collect();
    (!all.is_empty()).then(|| all.join(" OR "))
}

fn lock(path: &RepoPath, doc: &Node) -> LockDraft {
    let mut lock = LockDraft::new(Kind::ComposerLock, path);
    lock.tells_development = true;
    let mut nodes = Vec::new();
    for (group, development) in [("packages", false), ("packages-dev", true)] {
        nodes.extend(doc.at(group).items().iter().map(|node| (node, development)));
    }
    lock.packages = nodes.iter().map(|(node, development)| one(path, node, *development)).collect();
    // What a package replaces or provides is needed by those names.
    let mut names: BTreeMap<String, PackageId> = BTreeMap::new();
    for ((node, _), package) in nodes.iter().zip(&lock.packages) {
        names.insert(package.id.name.clone(), package.id.clone());
        for (name, _) in [node.at("replace"), node.at("provide")].into_iter().flat_map(Node::entries) {
            names.entry(name.to_lowercase()).or_insert_with(|| package.id.clone());
        }
    }
    for ((node, _), package) in nodes.iter().zip(&mut lock.packages) {
        let needs =
            node.at("require").entries().filter_map(|(name, _)| names.get(&name.to_lowercase()).cloned());
        package.needs = needs.filter(|need| *need != package.id).collect::<BTreeSet<_>>();
        package.dependence = Dependence::Unknown;
    }
    lock
}

fn one(path: &RepoPath, node: &Node, development: bool) -> Package {
    let (name, version) =
        (node.at("name").text().unwrap_or_default(), node.at("version").text().unwrap_or_default());
    let mut found = package(Ecosystem::Packagist, name, version, path, node.at("name").line);
    let dist = node.at("dist");
    let hash = dist.at("shasum").text().and_then(|hex| origin::hash("sha1", hex));
    found.hashes.extend(hash);
    found.licence = licence(node);
    found.development = development;
    found.origin = taken_from(node, version);
    found
}

/// What Packagist lists lies in git; only a branch, or what Packagist does not notify, is another origin.
fn taken_from(node: &Node, version: &str) -> Origin {
    let (dist, source) = (node.at("dist"), node.at("source"));
    if dist.at("type").text() == Some("path") {
        return Origin::Local;
    }
    let listed = node.at("notification-url").text();
    let elsewhere = is_branch(version) || listed.is_none();
    if let (Some(url), true) = (source.at("url").text(), elsewhere) {
        let commit = source.at("reference").text().and_then(origin::commit);
        return Origin::Git { url: origin::plain(url), commit };
    }
    match listed {
        Some(url) => registry(Ecosystem::Packagist, url.trim_end_matches('/').trim_end_matches("/downloads")),
        None => Origin::Registry,
    }
}
