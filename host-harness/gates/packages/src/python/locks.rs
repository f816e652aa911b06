use std::collections::BTreeSet;

use agent_contract::RepoPath;

use super::{pep508, pyproject::origin_of};
use crate::{
    Ecosystem, Hash, Origin, Package,
    doc::Node,
    draft::{ByName, LockDraft, package},
    files::{folder, within},
    kind::Kind,
    name, origin,
};

/// A lock file that has the form of one.
pub(super) fn checked(doc: Node) -> Result<Node, String> {
    for package in doc.at("package").items() {
        if package.at("name").text().is_none() {
            return Err(format!("line {}: a package without a name", package.line));
        }
    }
    let known = ["package", "metadata", "version", "lock-version"];
    match known.iter().any(|key| doc.at(key).exists()) {
        true => Ok(doc),
        false => Err("not a lock file of Poetry, uv or PDM".to_owned()),
    }
}

/// Reads `poetry.lock`, `uv.lock` or `pdm.lock`, which have much in common.
pub(super) fn read(kind: Kind, path: &RepoPath, doc: &Node) -> LockDraft {
    let mut lock = LockDraft::new(kind, path);
    let nodes = doc.at("package").items();
    lock.packages = nodes.iter().map(|node| one(path, node, doc)).collect();
    let known = ByName::of(&lock.packages);
    for (package, node) in lock.packages.iter_mut().zip(nodes) {
        let needs = needs(node).into_iter();
        package.needs = needs.flat_map(|(name, wanted)| known.meeting(&name, &wanted)).collect();
    }
    let told = |node: &Node| node.at("groups").exists() || node.at("category").exists();
    lock.tells_development = nodes.iter().any(told);
    for node in nodes {
        let source = node.at("source");
        let member =
            source.at("editable").text().or(source.at("virtual").text()).or(source.at("directory").text());
        lock.members.extend(member.and_then(|member| within(&folder(path), member)));
    }
    lock
}

fn one(path: &RepoPath, node: &Node, doc: &Node) -> Package {
    let (name, version) =
        (node.at("name").text().unwrap_or_default(), node.at("version").text().unwrap_or_default());
    let mut found = package(Ecosystem::PyPI, name, version, path, node.at("name").line);
    found.origin = taken_from(node);
    found.hashes = hashes(node, doc, name);
    let groups: Vec<&str> = node.at("groups").texts().collect();
    let main = groups.iter().any(|group| matches!(*group, "main" | "default"));
    found.development = node.at("category").text() == Some("dev") || !groups.is_empty() && !main;
    found
}

fn taken_from(node: &Node) -> Origin {
    let source = node.at("source");
    let url = source.at("url").text();
    match source.at("type").text() {
        Some("git") => {
            let commit = source.at("resolved_reference").text().and_then(origin::commit);
            return Origin::Git { url: url.map(origin::plain).unwrap_or_default(), commit };
        }
        Some("directory" | "file") => return Origin::Local,
        Some("url") => return Origin::Url(url.map(origin::plain).unwrap_or_default()),
        Some("legacy") => return url.map_or(Origin::Registry, pep508::index),
        _ => {}
    }
    if let Some(registry) = source.at("registry").text() {
        return pep508::index(registry);
    }
    if let Some(git) = source.at("git").text() {
        return origin::git(git);
    }
    if ["editable", "virtual", "directory"].iter().any(|key| source.at(key).exists()) {
        return Origin::Local;
    }
    if let Some(git) = node.at("git").text() {
        return Origin::Git {
            url: origin::plain(git),
            commit: node.at("revision").text().and_then(origin::commit),
        };
    }
    origin_of(source).or_else(|| origin_of(node)).unwrap_or(Origin::Registry)
}

fn hashes(node: &Node, doc: &Node, name: &str) -> BTreeSet<Hash> {
    // Before its second form, Poetry kept the files apart; before its first, the hashes alone.
    let apart = doc.at("metadata").at("files").at(name);
    let oldest =
        doc.at("metadata").at("hashes").at(name).texts().filter_map(|hex| origin::hash("sha256", hex));
    let files = [node.at("files"), node.at("wheels"), apart]
        .into_iter()
        .flat_map(Node::items)
        .chain([node.at("sdist")]);
    files.filter_map(|file| file.at("hash").text()).filter_map(origin::prefixed).chain(oldest).collect()
}

/// The names that a package needs, and what it wants of each.
fn needs(node: &Node) -> Vec<(String, String)> {
    let normal = |text: &str| name::normal(Ecosystem::PyPI, text);
    let mut found = Vec::new();
    // Poetry has a table of names, uv a list of tables, PDM a list of texts.
    for (name, wish) in node.at("dependencies").entries() {
        let wanted = wish.text().or(wish.at("version").text()).unwrap_or("*");
        found.push((normal(name), wanted.to_owned()));
    }
    let groups = [node.at("optional-dependencies"), node.at("dev-dependencies")];
    let lists =
        groups.into_iter().flat_map(Node::entries).map(|(_, list)| list).chain([node.at("dependencies")]);
    for item in lists.flat_map(Node::items) {
        if let Some(wish) =
            item.text().and_then(|text| pep508::dependency(text, &RepoPath::parse("pdm.lock").ok()?, 0))
        {
            found.push((wish.name, wish.wanted));
        } else if let Some(name) = item.at("name").text() {
            found.push((normal(name), item.at("version").text().unwrap_or("*").to_owned()));
        }
    }
    found
}
