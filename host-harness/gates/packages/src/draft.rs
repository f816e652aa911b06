use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;

use crate::{
    Dependence, Ecosystem, Hash, Manifest, Origin, Package, PackageId, Requirement, kind::Kind, name, range,
};

/// What has been read so far.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) manifests: Vec<Drafted>,
    pub(crate) locks: Vec<LockDraft>,
    /// Packages that stand in no lock file.
    pub(crate) pinned: Vec<Package>,
    /// What comes with the language itself.
    pub(crate) platform: Vec<Package>,
    /// Hashes of archives that Gradle verifies, by name and version.
    pub(crate) verified: BTreeMap<(String, String), BTreeSet<Hash>>,
    /// What lock files hold that is not a package of the repository, by path.
    pub(crate) more: BTreeMap<RepoPath, BTreeSet<(String, String)>>,
    /// Hashes that stand beside what a manifest pins, by file, name and line.
    pub(crate) hashes: BTreeMap<(RepoPath, String, u32), BTreeSet<Hash>>,
}

/// A manifest, and what is not known of it outside.
#[derive(Debug)]
pub(crate) struct Drafted {
    pub(crate) kind: Kind,
    pub(crate) manifest: Manifest,
}

/// A lock file.
#[derive(Debug)]
pub(crate) struct LockDraft {
    pub(crate) kind: Kind,
    pub(crate) path: RepoPath,
    pub(crate) packages: Vec<Package>,
    /// The folders, from the repository's root, whose manifests it belongs to beside its own.
    pub(crate) members: BTreeSet<String>,
    /// Whether it tells what is for development alone.
    pub(crate) tells_development: bool,
}

impl LockDraft {
    pub(crate) fn new(kind: Kind, path: &RepoPath) -> Self {
        let (path, members) = (path.clone(), BTreeSet::new());
        Self { kind, path, packages: Vec::new(), members, tells_development: false }
    }
}

impl Draft {
    /// Adds a manifest.
    pub(crate) fn add(&mut self, kind: Kind, mut manifest: Manifest) {
        manifest.lockable |= kind.always_has_lock();
        self.manifests.push(Drafted { kind, manifest });
    }
}

/// A manifest without anything in it.
pub(crate) fn manifest(ecosystem: Ecosystem, path: &RepoPath) -> Manifest {
    Manifest {
        path: path.clone(),
        ecosystem,
        name: None,
        version: None,
        licence: None,
        requirements: Vec::new(),
        lock: None,
        lockable: false,
    }
}

/// What is asked for of the ecosystem's own registry.
pub(crate) fn requirement(
    ecosystem: Ecosystem,
    name: &str,
    wanted: &str,
    path: &RepoPath,
    line: u32,
) -> Requirement {
    Requirement {
        ecosystem,
        name: name::normal(ecosystem, name),
        wanted: wanted.to_owned(),
        exact: range::exact(ecosystem, wanted).is_some(),
        origin: Origin::Registry,
        path: path.clone(),
        line,
        development: false,
        conditional: false,
    }
}

/// A package of the ecosystem's own registry.
pub(crate) fn package(
    ecosystem: Ecosystem,
    name: &str,
    version: &str,
    path: &RepoPath,
    line: u32,
) -> Package {
    Package {
        id: PackageId { ecosystem, name: name::normal(ecosystem, name), version: version.to_owned() },
        path: path.clone(),
        line,
        origin: Origin::Registry,
        hashes: BTreeSet::new(),
        licence: None,
        dependence: Dependence::Unknown,
        development: false,
        needs: BTreeSet::new(),
    }
}

/// Packages by name, to find what a dependency comes to.
pub(crate) struct ByName(BTreeMap<String, Vec<PackageId>>);

impl ByName {
    pub(crate) fn of(packages: &[Package]) -> Self {
        let mut names: BTreeMap<String, Vec<PackageId>> = BTreeMap::new();
        for package in packages {
            names.entry(package.id.name.clone()).or_default().push(package.id.clone());
        }
        Self(names)
    }

    /// The versions of a name that meet what is wanted; all where that can't be told of any.
    pub(crate) fn meeting(&self, name: &str, wanted: &str) -> Vec<PackageId> {
        let Some(ids) = self.0.get(name) else { return Vec::new() };
        if let [only] = ids.as_slice() {
            return vec![only.clone()];
        }
        let fits = |id: &&PackageId| range::meets(id.ecosystem, wanted, &id.version);
        let sure: Vec<_> = ids.iter().filter(|id| fits(id) == Some(true)).take(16).cloned().collect();
        match sure.is_empty() {
            true => ids.iter().filter(|id| fits(id) != Some(false)).take(16).cloned().collect(),
            false => sure,
        }
    }
}
