use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;

use super::{
    source::{resolved, specification},
    yarn::split,
};
use crate::{
    Dependence, Ecosystem, Origin, PackageId,
    doc::Node,
    draft::{LockDraft, package},
    files::{folder, within},
    kind::Kind,
    origin,
};

/// A lock file that has the form of one.
pub(super) fn checked(doc: Node) -> Result<Node, String> {
    match doc.at("lockfileVersion").exists() && doc.at("workspaces").is_table() {
        true => Ok(doc),
        false => Err("not a lock file of bun".to_owned()),
    }
}

/// Reads `bun.lock`: each package a list of what it is, where it is from, what it needs, its hash.
pub(super) fn read(path: &RepoPath, doc: &Node) -> LockDraft {
    let mut lock = super::lock(Kind::BunLock, path, false);
    let ids: BTreeMap<&str, PackageId> =
        doc.at("packages").entries().filter_map(|(key, node)| Some((key, id_of(node)?))).collect();
    let mut direct = BTreeSet::new();
    for (member, workspace) in doc.at("workspaces").entries() {
        lock.members.extend(within(&folder(path), member));
        let groups = ["dependencies", "devDependencies", "optionalDependencies"];
        let own = workspace.at("name").text().unwrap_or_default();
        let names = groups.into_iter().flat_map(|group| workspace.at(group).entries()).map(|(name, _)| name);
        direct.extend(names.filter_map(|name| find(own, name, &ids)));
    }
    for (key, node) in doc.at("packages").entries() {
        let Some(id) = ids.get(key) else { continue };
        let mut found = package(Ecosystem::Npm, &id.name, &id.version, path, node.line);
        let items = node.items();
        let table = items.iter().find(|item| item.is_table());
        let groups = ["dependencies", "optionalDependencies", "peerDependencies"];
        let names =
            table.into_iter().flat_map(|table| groups.iter().flat_map(|group| table.at(group).entries()));
        found.needs = names.filter_map(|(name, _)| find(key, name, &ids)).collect();
        found.hashes = items.last().and_then(Node::text).into_iter().flat_map(origin::integrity).collect();
        found.origin = origin_of(items);
        found.dependence = match (&found.origin, direct.contains(id)) {
            (Origin::Local, _) => Dependence::Unknown,
            (_, true) => Dependence::Direct,
            (_, false) => Dependence::Transitive,
        };
        lock.packages.push(found);
    }
    lock
}

fn id_of(node: &Node) -> Option<PackageId> {
    let (name, version) = split(node.items().first()?.text()?)?;
    let version = match version.contains([':', '/', '#']) {
        true => version.rsplit_once('#').map_or("", |(_, commit)| commit),
        false => version,
    };
    Some(PackageId { ecosystem: Ecosystem::Npm, name: name.to_owned(), version: version.to_owned() })
}

fn origin_of(items: &[Node]) -> Origin {
    let (_, version) = items.first().and_then(Node::text).and_then(split).unwrap_or_default();
    match (specification(version).origin, items.get(1).and_then(Node::text)) {
        (Origin::Registry, Some(url)) if !url.is_empty() => resolved(url),
        (origin, _) => origin,
    }
}

/// What a name comes to beneath a key: `a/b/name`, then `a/name`, then `name`.
fn find(from: &str, name: &str, ids: &BTreeMap<&str, PackageId>) -> Option<PackageId> {
    let mut at = from;
    // As deep as any real one.
    for _ in 0..64 {
        if at.is_empty() {
            break;
        }
        if let Some(id) = ids.get(format!("{at}/{name}").as_str()) {
            return Some(id.clone());
        }
        at = at.rfind('/').map_or("", |end| &at[..end]);
    }
    ids.get(name).cloned()
}
