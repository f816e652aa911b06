use std::collections::BTreeMap;

use agent_contract::RepoPath;

use crate::{
    Dependence, Ecosystem, Origin, PackageId,
    doc::Node,
    draft::{LockDraft, package},
    kind::Kind,
};

/// A lock file that has the form of one.
pub(super) fn checked(doc: Node) -> Result<Node, String> {
    match doc.at("dependencies").exists() || doc.at("version").exists() {
        true => Ok(doc),
        false => Err("not a lock file of NuGet".to_owned()),
    }
}

/// Reads a `packages.lock.json`: for each framework, what it comes to. Its hashes are of what
/// is in a package without its signature, so not of the archive.
pub(super) fn read(path: &RepoPath, doc: &Node) -> LockDraft {
    let mut lock = LockDraft::new(Kind::NugetLock, path);
    for (_, framework) in doc.at("dependencies").entries() {
        let id_of = |name: &str, node: &Node| PackageId {
            ecosystem: Ecosystem::NuGet,
            name: name.to_lowercase(),
            version: node.at("resolved").text().unwrap_or_default().to_owned(),
        };
        let ids: BTreeMap<String, PackageId> =
            framework.entries().map(|(name, node)| (name.to_lowercase(), id_of(name, node))).collect();
        for (name, node) in framework.entries() {
            let version = node.at("resolved").text().unwrap_or_default();
            let mut found = package(Ecosystem::NuGet, name, version, path, node.line);
            let needs = node.at("dependencies").entries();
            found.needs = needs.filter_map(|(name, _)| ids.get(&name.to_lowercase()).cloned()).collect();
            match node.at("type").text() {
                Some("Direct") => found.dependence = Dependence::Direct,
                Some("Project") => found.origin = Origin::Local,
                _ => found.dependence = Dependence::Transitive,
            }
            lock.packages.push(found);
        }
    }
    lock
}
