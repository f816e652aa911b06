use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;

use super::source::{Source, specification};
use crate::{
    Ecosystem, Manifest, Requirement,
    doc::Node,
    draft::{manifest, requirement},
    files::{folder, upwards},
};

/// Reads a `package.json`. Catalogues stand in the `pnpm-workspace.yaml` above it.
pub(super) fn read(path: &RepoPath, doc: &Node, roots: &BTreeMap<String, &Node>) -> Manifest {
    let mut manifest = manifest(Ecosystem::Npm, path);
    manifest.name = doc.at("name").owned();
    manifest.version = doc.at("version").owned();
    manifest.licence = licence(doc);
    let overridden = overridden(doc);
    let root = upwards(&folder(path)).find_map(|folder| roots.get(folder).copied());
    for (group, development, optional) in [
        ("dependencies", false, false),
        ("devDependencies", true, false),
        ("optionalDependencies", false, true),
    ] {
        for (key, node) in doc.at(group).entries() {
            let Some(wish) = one(path, key, node, root) else { continue };
            let conditional = optional || wish.conditional || overridden.contains(key);
            manifest.requirements.push(Requirement { development, conditional, ..wish });
        }
    }
    manifest
}

fn one(path: &RepoPath, key: &str, node: &Node, root: Option<&Node>) -> Option<Requirement> {
    let mut written = node.text()?;
    let mut unknown = false;
    if let Some(catalogue) = written.strip_prefix("catalog:") {
        let named = |root: &'_ Node| match catalogue.trim() {
            "" | "default" => root.at("catalog").at(key).owned(),
            name => root.at("catalogs").at(name).at(key).owned(),
        };
        let found = root.and_then(named);
        unknown = found.is_none();
        let found = specification(found.as_deref().unwrap_or(written));
        return Some(wish(path, key, found, node.line, unknown));
    }
    written = written.trim();
    Some(wish(path, key, specification(written), node.line, unknown))
}

fn wish(path: &RepoPath, key: &str, source: Source, line: u32, conditional: bool) -> Requirement {
    let name = source.name.as_deref().unwrap_or(key);
    let wish = requirement(Ecosystem::Npm, name, &source.wanted, path, line);
    Requirement { origin: source.origin, conditional, ..wish }
}

fn licence(doc: &Node) -> Option<String> {
    let licence = doc.at("license");
    let old = || doc.at("licenses").items().first().and_then(|first| first.at("type").owned());
    licence.owned().or_else(|| licence.at("type").owned()).or_else(old)
}

/// The names whose versions an override rules.
fn overridden(doc: &Node) -> BTreeSet<String> {
    let tables = [doc.at("overrides"), doc.at("resolutions"), doc.at("pnpm").at("overrides")];
    let keys = tables.into_iter().flat_map(Node::entries).map(|(key, _)| key);
    keys.map(|key| {
        let last = key.rsplit(['>', ' ']).next().unwrap_or(key);
        let last = last.rsplit("**/").next().unwrap_or(last);
        let name = last.char_indices().skip(1).find(|(_, c)| *c == '@').map_or(last, |(at, _)| &last[..at]);
        let start = name.rfind('@').unwrap_or_else(|| name.rfind('/').map_or(0, |at| at + 1));
        name[start..].to_owned()
    })
    .collect()
}
