use agent_contract::RepoPath;

use crate::{
    Ecosystem, Manifest,
    doc::Node,
    draft::{manifest, requirement},
};

/// Reads a catalogue of versions of Gradle's.
pub(super) fn manifest_of(path: &RepoPath, doc: &Node) -> Manifest {
    let mut manifest = manifest(Ecosystem::Maven, path);
    let versions = doc.at("versions");
    for (_, node) in doc.at("libraries").entries() {
        let short = node.text().and_then(|text| text.rsplit_once(':').filter(|(name, _)| name.contains(':')));
        let (name, wanted) = match (short, node.text()) {
            (Some((name, version)), _) => (name.to_owned(), version.to_owned()),
            (None, Some(name)) => (name.to_owned(), String::new()),
            (None, None) => {
                let parts = || Some(format!("{}:{}", node.at("group").text()?, node.at("name").text()?));
                let Some(name) = node.at("module").owned().or_else(parts) else { continue };
                (name, version(node.at("version"), versions))
            }
        };
        manifest.requirements.push(requirement(Ecosystem::Maven, &name, &wanted, path, node.line));
    }
    for (_, node) in doc.at("plugins").entries() {
        let (id, wanted) = match node.text().and_then(|text| text.split_once(':')) {
            Some((id, version)) => (Some(id), version.to_owned()),
            None => (node.at("id").text(), version(node.at("version"), versions)),
        };
        let Some(id) = id else { continue };
        let mut wish =
            requirement(Ecosystem::Maven, &format!("{id}:{id}.gradle.plugin"), &wanted, path, node.line);
        wish.development = true;
        manifest.requirements.push(wish);
    }
    for wish in &mut manifest.requirements {
        // A version that a platform decides is not written here.
        wish.conditional = wish.wanted.is_empty();
    }
    manifest
}

fn version(node: &Node, versions: &Node) -> String {
    let plain = |node: &Node| {
        let rich = ["strictly", "require", "prefer"].iter().find_map(|key| node.at(key).owned());
        node.owned().or(rich)
    };
    let named = node.at("ref").text().and_then(|name| plain(versions.at(name)));
    named.or_else(|| plain(node)).unwrap_or_default()
}
