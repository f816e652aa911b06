use std::collections::BTreeMap;

use agent_contract::RepoPath;

use super::{pep508::index, pyproject::origin_of};
use crate::{
    Ecosystem, Manifest, Origin,
    doc::Node,
    draft::{self, LockDraft, package, requirement},
    kind::Kind,
    origin,
};

/// Reads a `Pipfile`.
pub(super) fn manifest(path: &RepoPath, doc: &Node) -> Manifest {
    let mut manifest = draft::manifest(Ecosystem::PyPI, path);
    let sources = sources(doc.at("source"));
    for (group, development) in [("packages", false), ("dev-packages", true)] {
        for (name, node) in doc.at(group).entries() {
            let wanted = node.text().or(node.at("version").text()).unwrap_or_default();
            let mut wish = requirement(Ecosystem::PyPI, name, wanted, path, node.line);
            wish.origin = named(origin_of(node), &sources);
            wish.development = development;
            wish.conditional = node.entries().any(|(key, _)| {
                matches!(key, "markers" | "sys_platform" | "os_name" | "python_version" | "platform_system")
            });
            manifest.requirements.push(wish);
        }
    }
    manifest
}

fn sources(list: &Node) -> BTreeMap<String, Origin> {
    let each = list.items().iter();
    each.filter_map(|source| Some((source.at("name").owned()?, index(source.at("url").text()?)))).collect()
}

fn named(found: Option<Origin>, sources: &BTreeMap<String, Origin>) -> Origin {
    match found {
        Some(Origin::OtherRegistry(name)) => {
            sources.get(&name).cloned().unwrap_or(Origin::OtherRegistry(name))
        }
        other => other.unwrap_or(Origin::Registry),
    }
}

/// A lock file that has the form of one.
pub(super) fn checked(doc: Node) -> Result<Node, String> {
    match doc.at("_meta").exists() || doc.at("default").exists() {
        true => Ok(doc),
        false => Err("not a lock file of Pipenv".to_owned()),
    }
}

/// Reads a `Pipfile.lock`. It does not tell what needs what.
pub(super) fn lock(path: &RepoPath, doc: &Node) -> LockDraft {
    let mut lock = LockDraft::new(Kind::PipfileLock, path);
    lock.tells_development = true;
    let sources = sources(doc.at("_meta").at("sources"));
    for (group, _) in doc.entries().filter(|(key, _)| *key != "_meta") {
        for (name, node) in doc.at(group).entries() {
            let version = node.at("version").text().unwrap_or_default().trim_start_matches('=');
            let mut found = package(Ecosystem::PyPI, name, version, path, node.line);
            found.origin = named(origin_of(node), &sources);
            found.hashes = node.at("hashes").texts().filter_map(origin::prefixed).collect();
            found.development = group == "develop";
            lock.packages.push(found);
        }
    }
    lock
}
