use agent_contract::RepoPath;

use crate::{
    Ecosystem, Manifest, Origin, Requirement,
    doc::Node,
    draft::{manifest, requirement},
    origin, range,
    registry::registry,
};

const GROUPS: &[(&str, bool)] =
    &[("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)];

/// Reads a manifest, with the workspace that it inherits from.
pub(super) fn read(path: &RepoPath, doc: &Node, workspace: Option<&Node>) -> Manifest {
    let package = if doc.at("package").exists() { doc.at("package") } else { doc.at("project") };
    let field = |name: &str| {
        let own = package.at(name);
        let inherited =
            own.at("workspace").is_true().then(|| workspace.map(|root| root.at("package").at(name)));
        inherited.flatten().unwrap_or(own).owned()
    };
    let mut manifest = manifest(Ecosystem::Cargo, path);
    manifest.name = package.at("name").owned();
    manifest.version = field("version");
    manifest.licence = field("license");
    let inherited = workspace.map(|root| root.at("dependencies"));
    let targets = doc.at("target").entries().map(|(_, target)| target);
    for tables in std::iter::once(doc).chain(targets) {
        for (group, development) in GROUPS {
            let old = group.contains('-').then(|| tables.at(&group.replace('-', "_")));
            for (key, wish) in tables.at(group).entries().chain(old.into_iter().flat_map(Node::entries)) {
                let mut found = read_one(path, key, wish, inherited);
                found.development = *development;
                manifest.requirements.push(found);
            }
        }
    }
    manifest.requirements.extend(patches(path, doc));
    manifest
}

fn read_one(path: &RepoPath, key: &str, wish: &Node, inherited: Option<&Node>) -> Requirement {
    let from_root = wish.at("workspace").is_true();
    let source = match inherited {
        Some(root) if from_root => root.at(key),
        _ => wish,
    };
    let name = source.at("package").text().unwrap_or(key);
    let wanted = source.text().or(source.at("version").text()).unwrap_or_default();
    let mut found = requirement(Ecosystem::Cargo, name, wanted, path, wish.line);
    found.origin = origin_of(source);
    // What is said in a workspace that is not here can't be told.
    found.conditional = from_root && !source.exists();
    found
}

fn origin_of(source: &Node) -> Origin {
    if source.at("path").exists() {
        return Origin::Local;
    }
    if let Some(url) = source.at("git").text() {
        return Origin::Git {
            url: origin::plain(url),
            commit: source.at("rev").text().and_then(origin::commit),
        };
    }
    match (source.at("registry-index").text(), source.at("registry").text()) {
        (Some(address), _) => registry(Ecosystem::Cargo, address),
        (None, Some(name)) if name != "crates-io" => Origin::OtherRegistry(name.to_owned()),
        _ => Origin::Registry,
    }
}

/// What replaces packages of a registry. It is only used where something else asks for it.
fn patches(path: &RepoPath, doc: &Node) -> Vec<Requirement> {
    let registries = doc.at("patch").entries().map(|(_, registry)| registry);
    let found = registries.chain([doc.at("replace")]).flat_map(Node::entries).map(|(key, wish)| {
        let name = key.split(':').next().unwrap_or(key);
        let mut found = read_one(path, name, wish, None);
        found.conditional = true;
        found.exact = range::exact(Ecosystem::Cargo, &found.wanted).is_some();
        found
    });
    found.collect()
}
