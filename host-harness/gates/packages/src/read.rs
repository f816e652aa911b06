use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;
use finding::Tree;

use crate::{
    Ecosystem, Inventory, Lock, Package, cargo, composer,
    draft::{Draft, LockDraft},
    files::Files,
    go,
    kind::Kind,
    maven, npm, nuget, python, ruby, settle,
};

/// Reads every manifest and lock file of a tree. What can't be understood is in `broken`.
pub fn read(tree: &dyn Tree) -> Inventory {
    let mut files = Files::of(tree);
    let mut draft = Draft::default();
    cargo::gather(&mut files, &mut draft);
    npm::gather(&mut files, &mut draft);
    python::gather(&mut files, &mut draft);
    go::gather(&mut files, &mut draft);
    maven::gather(&mut files, &mut draft);
    nuget::gather(&mut files, &mut draft);
    composer::gather(&mut files, &mut draft);
    ruby::gather(&mut files, &mut draft);
    settle::settle(&mut draft);
    let (read, broken) = files.done();
    let mut locks: Vec<Lock> = draft.locks.iter().map(|lock| as_lock(lock, &draft)).collect();
    let packages = packages(&mut draft);
    locks.extend(compiled(&draft, &packages));
    locks.sort();
    locks.dedup();
    let mut manifests: Vec<_> = draft.manifests.into_iter().map(|drafted| drafted.manifest).collect();
    manifests.sort_by(|one, other| (&one.path, one.ecosystem).cmp(&(&other.path, other.ecosystem)));
    Inventory { manifests, locks, packages, platform: draft.platform, read, broken }
}

fn as_lock(lock: &LockDraft, draft: &Draft) -> Lock {
    let packages = lock.packages.iter().map(|package| (package.id.name.clone(), package.id.version.clone()));
    let more = draft.more.get(&lock.path).into_iter().flatten().cloned();
    let holds: BTreeSet<_> = packages.chain(more).collect();
    Lock { path: lock.path.clone(), ecosystem: lock.kind.ecosystem(), holds }
}

/// Requirements files that were compiled from others stand for lock files.
fn compiled(draft: &Draft, packages: &[Package]) -> Vec<Lock> {
    let manifests = draft.manifests.iter().filter(|drafted| drafted.kind == Kind::Requirements);
    let paths: BTreeSet<RepoPath> = manifests.filter_map(|drafted| drafted.manifest.lock.clone()).collect();
    let mut holds: BTreeMap<&RepoPath, BTreeSet<(String, String)>> =
        paths.iter().map(|path| (path, BTreeSet::new())).collect();
    for package in packages {
        if let Some(held) = holds.get_mut(&package.path) {
            held.insert((package.id.name.clone(), package.id.version.clone()));
        }
    }
    let as_lock =
        |(path, holds): (&RepoPath, _)| Lock { path: path.clone(), ecosystem: Ecosystem::PyPI, holds };
    holds.into_iter().map(as_lock).collect()
}

fn packages(draft: &mut Draft) -> Vec<Package> {
    let mut packages = settle::pinned(draft);
    packages.append(&mut draft.pinned);
    packages.extend(draft.locks.iter_mut().flat_map(|lock| std::mem::take(&mut lock.packages)));
    for package in packages.iter_mut().filter(|package| package.id.ecosystem == Ecosystem::Maven) {
        let key = (package.id.name.clone(), package.id.version.clone());
        package.hashes.extend(draft.verified.get(&key).into_iter().flatten().cloned());
    }
    packages.sort_by(|one, other| (&one.path, &one.id, one.line).cmp(&(&other.path, &other.id, other.line)));
    settle::merge(&mut packages);
    packages
}
