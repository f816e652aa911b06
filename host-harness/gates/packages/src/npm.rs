//! npm, pnpm, yarn and bun: `package.json` and the lock files of each.

mod berry;
mod bun;
mod lock;
mod manifest;
mod pnpm;
mod source;
mod yarn;

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;

use crate::{
    doc::{self, Node},
    draft::{Draft, LockDraft},
    files::{Files, folder},
    kind::Kind,
};

/// Reads what there is of npm's packages.
pub(crate) fn gather(files: &mut Files<'_>, draft: &mut Draft) {
    let manifests = files.parsed(Kind::NpmManifest, |text| match doc::json(text)? {
        table if table.is_table() => Ok(table),
        _ => Err("not an object".to_owned()),
    });
    let workspaces = files.parsed(Kind::PnpmWorkspace, doc::yaml);
    let roots: BTreeMap<String, &Node> = workspaces.iter().map(|(path, doc)| (folder(path), doc)).collect();
    for (path, doc) in &manifests {
        draft.add(Kind::NpmManifest, manifest::read(path, doc, &roots));
    }
    let by_folder: BTreeMap<String, &Node> =
        manifests.iter().map(|(path, doc)| (folder(path), doc)).collect();
    let folders = Folders::of(&manifests, &workspaces);
    let mut locks = Vec::new();
    for (path, doc) in files.parsed(Kind::NpmLock, |text| lock::checked(doc::json(text)?)) {
        locks.push(lock::read(&path, &doc));
    }
    for (path, doc) in files.parsed(Kind::PnpmLock, |text| pnpm::checked(doc::yaml(text)?)) {
        locks.push(pnpm::read(&path, &doc));
    }
    for (path, doc) in files.parsed(Kind::BunLock, |text| bun::checked(doc::json_with_comments(text)?)) {
        locks.push(bun::read(&path, &doc));
    }
    for (path, entries) in files.parsed(Kind::YarnLock, |text| match text.contains("__metadata:") {
        true => berry::entries(&doc::yaml(text)?),
        false => yarn::entries(text),
    }) {
        let members = folders.beneath(&path);
        let wishes = members.iter().filter_map(|folder| by_folder.get(folder).copied());
        locks.push(yarn::read(&path, &entries, wishes));
    }
    for mut lock in locks {
        lock.members.extend(folders.beneath(&lock.path));
        draft.locks.push(lock);
    }
}

/// The folders of the packages of each workspace, by the folder of its root.
struct Folders(BTreeMap<String, BTreeSet<String>>);

impl Folders {
    fn of(manifests: &BTreeMap<RepoPath, Node>, workspaces: &BTreeMap<RepoPath, Node>) -> Self {
        let all: BTreeSet<String> = manifests.keys().map(folder).collect();
        let own = manifests.iter().map(|(path, doc)| {
            let list = doc.at("workspaces");
            (path, if list.is_table() { list.at("packages") } else { list })
        });
        let others = workspaces.iter().map(|(path, doc)| (path, doc.at("packages")));
        let mut folders = BTreeMap::new();
        for (path, patterns) in own.chain(others) {
            let root = folder(path);
            let members: &mut BTreeSet<String> = folders.entry(root.clone()).or_default();
            members.insert(root.clone());
            for pattern in patterns.texts().take(256) {
                let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
                let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
                let inside =
                    |folder: &&String| beneath(folder, &root).is_some_and(|rest| globbed(&parts, rest));
                let start = if root.is_empty() { String::new() } else { format!("{root}/") };
                let beneath = all.range(start.clone()..).take_while(|folder| folder.starts_with(&start));
                members.extend(beneath.filter(inside).cloned());
            }
        }
        Self(folders)
    }

    /// The folders that a lock file is for.
    fn beneath(&self, lock: &RepoPath) -> BTreeSet<String> {
        let here = folder(lock);
        self.0.get(&here).cloned().unwrap_or_else(|| BTreeSet::from([here]))
    }
}

/// The path from a folder down to one beneath it.
fn beneath<'f>(folder: &'f str, root: &str) -> Option<&'f str> {
    match root {
        "" => Some(folder).filter(|folder| !folder.is_empty()),
        root => folder.strip_prefix(root)?.strip_prefix('/'),
    }
}

/// Whether a path has the form of a pattern of `*` and `**`. A `**` is taken as far as it goes.
fn globbed(pattern: &[&str], path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |(pattern, part): (&&str, &&str)| match pattern.split_once('*') {
        Some((start, end)) => {
            part.len() >= start.len() + end.len() && part.starts_with(start) && part.ends_with(end)
        }
        None => pattern == part,
    };
    match pattern.iter().position(|part| *part == "**") {
        Some(at) => parts.len() >= at && pattern[..at].iter().zip(&parts).all(fits),
        None => pattern.len() == parts.len() && pattern.iter().zip(&parts).all(fits),
    }
}

/// A lock file of npm's packages, which tells development or does not.
fn lock(kind: Kind, path: &RepoPath, tells_development: bool) -> LockDraft {
    LockDraft { tells_development, ..LockDraft::new(kind, path) }
}
