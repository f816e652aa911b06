//! Where manifests and lock files do not agree, and what nothing pins.

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;

use crate::{
    Ecosystem, Inventory, Lock, Manifest, Origin, Package, Requirement,
    files::{folder, upwards},
    kind::{is_installed, kind},
    range,
};

/// How a manifest and a lock file do not agree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Discord {
    /// The lock file has nothing of a name that the manifest asks for.
    Missing {
        /// The lock file.
        lock: RepoPath,
    },
    /// The lock file has no version that the manifest takes.
    Unmet {
        /// The lock file.
        lock: RepoPath,
        /// The versions that it has.
        locked: Vec<String>,
    },
    /// A manifest whose tool keeps a lock file has none.
    NoLock,
    /// A lock file stands alone.
    NoManifest,
}

/// A place where manifests and lock files do not agree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disagreement {
    /// The file to look at: the manifest; of a lock file that stands alone, that.
    pub path: RepoPath,
    /// The line in it.
    pub line: u32,
    /// Where the package is known.
    pub ecosystem: Ecosystem,
    /// The package; none where it is of the whole file.
    pub name: Option<String>,
    /// What the manifest asks for, where it is of a package.
    pub wanted: String,
    /// How they do not agree.
    pub discord: Discord,
}

impl Disagreement {
    /// What is wrong, with which package and which file.
    pub fn message(&self) -> String {
        let (path, name) = (self.path.as_str(), self.name.as_deref().unwrap_or_default());
        let wanted = if self.wanted.is_empty() { "*" } else { &self.wanted };
        match &self.discord {
            Discord::Missing { lock } => format!("`{name}` is in `{path}` and not in `{}`", lock.as_str()),
            Discord::Unmet { lock, locked } => {
                let (lock, locked) = (lock.as_str(), locked.join("`, `"));
                format!("`{name}` is wanted as `{wanted}` and is locked at `{locked}` in `{lock}`")
            }
            Discord::NoLock => format!("`{path}` has no lock file"),
            Discord::NoManifest => format!("`{path}` has no manifest beside it"),
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self.discord {
            Discord::Missing { .. } | Discord::Unmet { .. } => {
                "write the lock file again from the manifest, and commit both"
            }
            Discord::NoLock => "have the package manager write a lock file, and commit it",
            Discord::NoManifest => {
                "add the manifest that the lock file was made from, or delete the lock file"
            }
        }
    }
}

/// Where manifests and lock files do not agree. What can't be told is not said.
pub fn disagreements(inventory: &Inventory) -> Vec<Disagreement> {
    let locks: BTreeMap<&RepoPath, &Lock> = inventory.locks.iter().map(|lock| (&lock.path, lock)).collect();
    let (own, places) = (own_names(inventory), Places::of(inventory));
    let mut found = Vec::new();
    for manifest in inventory.manifests.iter().filter(|manifest| !is_vendored(&manifest.path)) {
        match manifest.lock.as_ref().and_then(|path| locks.get(path)) {
            Some(lock) => {
                found.extend(manifest.requirements.iter().filter_map(|wish| unlike(wish, lock, &own)))
            }
            None if wants_lock(manifest, &places, &own) => {
                found.push(whole(&manifest.path, manifest.ecosystem, Discord::NoLock))
            }
            None => {}
        }
    }
    // The manifest of an installed package is not read.
    let own = inventory.locks.iter().filter(|lock| !is_installed(&lock.path));
    let alone = own.filter(|lock| !places.has_manifest(lock));
    found.extend(alone.map(|lock| whole(&lock.path, lock.ecosystem, Discord::NoManifest)));
    found.sort();
    found.dedup();
    found
}

/// The names of what the repository holds itself.
fn own_names(inventory: &Inventory) -> BTreeSet<(Ecosystem, &str)> {
    let names = inventory
        .manifests
        .iter()
        .filter_map(|manifest| Some((manifest.ecosystem, manifest.name.as_deref()?)));
    names.collect()
}

/// Whether a file is a copy of another project's.
fn is_vendored(path: &RepoPath) -> bool {
    path.components().any(|folder| matches!(folder, "vendor" | "third_party" | "vendored"))
}

fn whole(path: &RepoPath, ecosystem: Ecosystem, discord: Discord) -> Disagreement {
    Disagreement { path: path.clone(), line: 1, ecosystem, name: None, wanted: String::new(), discord }
}

fn is_from_registry(wish: &Requirement) -> bool {
    matches!(wish.origin, Origin::Registry | Origin::OtherRegistry(_))
}

fn unlike(wish: &Requirement, lock: &Lock, own: &BTreeSet<(Ecosystem, &str)>) -> Option<Disagreement> {
    let lacking = lock.path.as_str().ends_with("pdm.lock") && wish.development;
    if wish.conditional
        || lacking
        || !is_from_registry(wish)
        || own.contains(&(wish.ecosystem, wish.name.as_str()))
    {
        return None;
    }
    // A lock file of Gradle's has the configurations that were chosen, not all.
    if wish.ecosystem == Ecosystem::Maven {
        return None;
    }
    let start = (wish.name.clone(), String::new());
    let versions: Vec<&String> = lock
        .holds
        .range(start..)
        .take_while(|(name, _)| *name == wish.name)
        .map(|(_, version)| version)
        .collect();
    let discord = if versions.is_empty() {
        Discord::Missing { lock: lock.path.clone() }
    } else {
        let fits = |version: &&String| range::meets(wish.ecosystem, &wish.wanted, version) != Some(false);
        if versions.iter().any(fits) {
            return None;
        }
        Discord::Unmet { lock: lock.path.clone(), locked: versions.into_iter().cloned().collect() }
    };
    Some(Disagreement {
        path: wish.path.clone(),
        line: wish.line,
        ecosystem: wish.ecosystem,
        name: Some(wish.name.clone()),
        wanted: wish.wanted.clone(),
        discord,
    })
}

/// The folders in which there are lock files, and those in which there are manifests, broken
/// ones too.
struct Places {
    locks: BTreeSet<(Ecosystem, String)>,
    manifests: BTreeSet<(Ecosystem, String)>,
    locked: BTreeSet<RepoPath>,
}

impl Places {
    fn of(inventory: &Inventory) -> Self {
        let locked = inventory.manifests.iter().filter_map(|manifest| manifest.lock.clone()).collect();
        let mut places = Self { locks: BTreeSet::new(), manifests: BTreeSet::new(), locked };
        for path in inventory.read.iter().chain(inventory.broken.iter().map(|(path, _)| path)) {
            let Some(kind) = kind(path) else { continue };
            let group = if kind.is_lock() { &mut places.locks } else { &mut places.manifests };
            group.insert((kind.ecosystem(), folder(path)));
        }
        places
    }

    /// Whether a lock file lies in the manifest's folder or above it, and could be its.
    fn could_lock(&self, manifest: &Manifest) -> bool {
        upwards(&folder(&manifest.path))
            .any(|above| self.locks.contains(&(manifest.ecosystem, above.to_owned())))
    }

    fn has_manifest(&self, lock: &Lock) -> bool {
        lock.ecosystem == Ecosystem::Maven
            || self.locked.contains(&lock.path)
            || self.manifests.contains(&(lock.ecosystem, folder(&lock.path)))
    }
}

/// Whether a manifest ought to have a lock file and none could be its.
fn wants_lock(manifest: &Manifest, places: &Places, own: &BTreeSet<(Ecosystem, &str)>) -> bool {
    let asks = |wish: &Requirement| {
        !wish.conditional && is_from_registry(wish) && !own.contains(&(wish.ecosystem, wish.name.as_str()))
    };
    manifest.lockable && manifest.requirements.iter().any(asks) && !places.could_lock(manifest)
}

/// Requirements that can come to something else tomorrow: nothing locks them and they take
/// more than one version, or they take whatever there is.
pub fn unpinned(inventory: &Inventory) -> Vec<&Requirement> {
    let own = own_names(inventory);
    let mut found = Vec::new();
    for manifest in inventory.manifests.iter().filter(|manifest| !is_vendored(&manifest.path)) {
        let open = |wish: &&Requirement| {
            !own.contains(&(wish.ecosystem, wish.name.as_str())) && is_open(wish, manifest.lock.is_some())
        };
        found.extend(manifest.requirements.iter().filter(open));
    }
    found
}

fn is_open(wish: &Requirement, locked: bool) -> bool {
    let unknown = matches!(wish.ecosystem, Ecosystem::Maven | Ecosystem::NuGet) && wish.conditional;
    match &wish.origin {
        Origin::Local => false,
        Origin::Git { commit, .. } => commit.is_none() && !locked,
        Origin::Url(_) => false,
        _ if locked => {
            let loose = matches!(wish.ecosystem, Ecosystem::Cargo | Ecosystem::Npm | Ecosystem::Packagist);
            loose && matches!(wish.wanted.as_str(), "*" | "latest" | "") && !wish.conditional
        }
        _ => !wish.exact && !unknown,
    }
}

/// The packages of which there was no version before, one for each name.
pub fn added<'n>(before: &Inventory, now: &'n Inventory) -> Vec<&'n Package> {
    let packages = before.packages.iter().map(|package| (package.id.ecosystem, package.id.name.as_str()));
    let wishes = before.manifests.iter().flat_map(|manifest| &manifest.requirements);
    let mut known: BTreeSet<(Ecosystem, &str)> =
        packages.chain(wishes.map(|wish| (wish.ecosystem, wish.name.as_str()))).collect();
    let theirs = now.packages.iter().filter(|package| package.origin != Origin::Local);
    theirs.filter(|package| known.insert((package.id.ecosystem, package.id.name.as_str()))).collect()
}
