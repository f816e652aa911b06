//! Cargo: `Cargo.toml`, with what it inherits from its workspace, and `Cargo.lock`.

mod lock;
mod manifest;

use std::collections::BTreeMap;

use agent_contract::RepoPath;

use crate::{
    Manifest,
    doc::{self, Node},
    draft::{Draft, Drafted},
    files::{Files, folder, upwards},
    kind::Kind,
};

/// Reads what there is of Cargo.
pub(crate) fn gather(files: &mut Files<'_>, draft: &mut Draft) {
    let manifests = files.parsed(Kind::CargoManifest, doc::toml);
    let workspaces: BTreeMap<String, &Node> = manifests
        .iter()
        .map(|(path, doc)| (folder(path), doc.at("workspace")))
        .filter(|(_, workspace)| workspace.exists())
        .collect();
    for (path, doc) in &manifests {
        draft.add(Kind::CargoManifest, manifest::read(path, doc, workspace(path, &workspaces)));
    }
    let mut named: BTreeMap<&str, Vec<&Manifest>> = BTreeMap::new();
    for Drafted { manifest, .. } in &draft.manifests {
        named.entry(manifest.name.as_deref().unwrap_or_default()).or_default().push(manifest);
    }
    for (path, packages) in files.parsed(Kind::CargoLock, |text| lock::checked(&doc::toml(text)?)) {
        draft.locks.push(lock::read(&path, &packages, &named));
    }
}

/// The workspace that a manifest inherits from: its own, or the next one above.
fn workspace<'d>(path: &RepoPath, workspaces: &BTreeMap<String, &'d Node>) -> Option<&'d Node> {
    upwards(&folder(path)).find_map(|folder| workspaces.get(folder).copied())
}
