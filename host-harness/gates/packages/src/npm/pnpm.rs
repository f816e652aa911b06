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
    match doc.at("lockfileVersion").exists() || doc.at("shrinkwrapVersion").exists() {
        true => Ok(doc),
        false => Err("not a lock file of pnpm".to_owned()),
    }
}

/// Reads `pnpm-lock.yaml` of any form.
pub(super) fn read(path: &RepoPath, doc: &Node) -> LockDraft {
    let snapshots = doc.at("snapshots");
    let mut lock = super::lock(Kind::PnpmLock, path, !snapshots.exists());
    let keys: BTreeMap<String, PackageId> = doc
        .at("packages")
        .entries()
        .filter_map(|(key, node)| Some((plain(key).to_owned(), id_of(key, node)?)))
        .collect();
    let direct = direct(doc, &keys);
    for (key, node) in doc.at("packages").entries() {
        let Some(id) = keys.get(plain(key)) else { continue };
        let mut found = entry(path, id, node);
        found.needs = needs(node, &keys);
        found.dependence = if direct.contains(id) { Dependence::Direct } else { Dependence::Transitive };
        lock.packages.push(found);
    }
    let mut more: BTreeMap<&PackageId, BTreeSet<PackageId>> = BTreeMap::new();
    for (key, node) in snapshots.entries() {
        if let Some(id) = keys.get(plain(key)) {
            more.entry(id).or_default().extend(needs(node, &keys));
        }
    }
    for package in &mut lock.packages {
        package.needs.extend(more.remove(&package.id).into_iter().flatten());
    }
    for (importer, _) in doc.at("importers").entries() {
        lock.members.extend(within(&folder(path), importer));
    }
    lock
}

/// A key without the peers that it was resolved with.
fn plain(key: &str) -> &str {
    let key = key.split('(').next().unwrap_or(key);
    key.strip_prefix('/').unwrap_or(key)
}

fn id_of(key: &str, node: &Node) -> Option<PackageId> {
    let key = plain(key);
    let (name, version) = split(key)?;
    let name = node.at("name").text().unwrap_or(name);
    let version = node.at("version").text().unwrap_or(version);
    Some(PackageId { ecosystem: Ecosystem::Npm, name: name.to_owned(), version: version.to_owned() })
}

/// `name@version` of the newer forms, `name/version_peers` of the older.
fn split(key: &str) -> Option<(&str, &str)> {
    let at = key.char_indices().skip(1).find(|(_, c)| *c == '@').map(|(at, _)| at);
    let old = |key: &'_ str| -> Option<usize> {
        let slash = key.rfind('/')?;
        key[slash + 1..].starts_with(|c: char| c.is_ascii_digit()).then_some(slash)
    };
    let (name, version) = match (at, old(key.split('_').next().unwrap_or(key))) {
        (Some(at), None) => (&key[..at], &key[at + 1..]),
        (Some(at), Some(slash))
            if at < slash && !key[..slash].contains("@/") && key[at + 1..].contains(':') =>
        {
            (&key[..at], &key[at + 1..])
        }
        (_, Some(slash)) => (&key[..slash], key[slash + 1..].split('_').next().unwrap_or_default()),
        (None, None) => return Some((key.rsplit('/').next()?, "")),
    };
    // A registry's host may stand before the name in the older forms.
    let name = match name.split_once('/') {
        Some((host, rest)) if host.contains('.') && !host.starts_with('@') => rest,
        _ => name,
    };
    (!name.is_empty()).then_some((name, version))
}

fn entry(path: &RepoPath, id: &PackageId, node: &Node) -> Package {
    let mut found = package(Ecosystem::Npm, &id.name, &id.version, path, node.line);
    let resolution = node.at("resolution");
    found.hashes = resolution.at("integrity").text().into_iter().flat_map(origin::integrity).collect();
    found.development = node.at("dev").is_true();
    found.origin = match (resolution.at("repo").text(), resolution.at("tarball").text()) {
        (Some(repo), _) => match origin::git(repo) {
            Origin::Git { url, .. } => {
                Origin::Git { url, commit: resolution.at("commit").text().and_then(origin::commit) }
            }
            other => other,
        },
        (None, Some(tarball)) => resolved(tarball),
        _ if resolution.at("type").text() == Some("directory") => Origin::Local,
        _ => Origin::Registry,
    };
    found
}

/// What the dependencies of an entry come to.
fn needs(node: &Node, keys: &BTreeMap<String, PackageId>) -> BTreeSet<PackageId> {
    let groups = [node.at("dependencies"), node.at("optionalDependencies")];
    let entries = groups.into_iter().flat_map(Node::entries);
    entries.filter_map(|(name, version)| find(name, version.text()?, keys)).collect()
}

fn find(name: &str, version: &str, keys: &BTreeMap<String, PackageId>) -> Option<PackageId> {
    let version = plain(version);
    let candidates = [format!("{name}@{version}"), format!("{name}/{version}"), version.to_owned()];
    candidates.iter().find_map(|key| keys.get(key)).cloned()
}

/// What the repository's own packages name.
fn direct(doc: &Node, keys: &BTreeMap<String, PackageId>) -> BTreeSet<PackageId> {
    let importers = doc.at("importers").entries().map(|(_, importer)| importer).chain([doc]);
    let groups = ["dependencies", "devDependencies", "optionalDependencies"];
    let entries =
        importers.flat_map(|importer| groups.into_iter().flat_map(|group| importer.at(group).entries()));
    entries.filter_map(|(name, node)| find(name, node.text().or(node.at("version").text())?, keys)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_every_form_are_split() {
        for (key, expected) in [
            ("/a/1.0.0", ("a", "1.0.0")),
            ("/@s/a/1.0.0_b@2.0.0", ("@s/a", "1.0.0")),
            ("/a@1.0.0(b@2.0.0)", ("a", "1.0.0")),
            ("@s/a@1.0.0", ("@s/a", "1.0.0")),
            ("registry.example/a/1.0.0", ("a", "1.0.0")),
            (
                "a@https://codeload.github.com/o/a/tar.gz/0123",
                ("a", "https://codeload.github.com/o/a/tar.gz/0123"),
            ),
        ] {
            assert_eq!(split(plain(key)), Some(expected), "{key}");
        }
    }
}
