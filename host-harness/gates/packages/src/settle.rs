//! What only shows when manifests and lock files are seen together.

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;

use crate::{
    Dependence, Manifest, Origin, Package, PackageId, Requirement,
    draft::{Draft, Drafted, LockDraft, package},
    files::folder,
    kind::Kind,
    range,
};

/// Gives each manifest its lock file, and packages what their lock file does not tell of them.
pub(crate) fn settle(draft: &mut Draft) {
    draft.locks.sort_by(|one, other| one.path.cmp(&other.path));
    let Draft { manifests, locks, .. } = draft;
    let places = places(locks);
    let mut by_lock: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, drafted) in manifests.iter_mut().enumerate() {
        let here = folder(&drafted.manifest.path);
        let near = places.get(&here).into_iter().flatten().copied();
        let mine: Vec<usize> = near.filter(|at| drafted.kind.is_locked_by(locks[*at].kind)).collect();
        drafted.manifest.lock = nearest(&mine, locks, &here).map(|lock| lock.path.clone());
        for at in mine {
            by_lock.entry(at).or_default().push(number);
        }
    }
    compiled(manifests);
    for (at, numbers) in by_lock {
        let manifests: Vec<&Manifest> = numbers.iter().map(|number| &manifests[*number].manifest).collect();
        tell(&mut locks[at], &manifests);
    }
}

/// The lock files that are for the manifests of a folder, by folder.
fn places(locks: &[LockDraft]) -> BTreeMap<String, BTreeSet<usize>> {
    let mut found: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (at, lock) in locks.iter().enumerate() {
        for place in lock.members.iter().cloned().chain([folder(&lock.path)]) {
            found.entry(place).or_default().insert(at);
        }
    }
    found
}

/// The lock file in the folder itself, or the innermost of those above.
fn nearest<'l>(mine: &[usize], locks: &'l [LockDraft], here: &str) -> Option<&'l LockDraft> {
    let all = || mine.iter().map(|at| &locks[*at]);
    let beside = all().find(|lock| folder(&lock.path) == here);
    beside.or_else(|| all().max_by_key(|lock| lock.path.components().count()))
}

/// Of `requirements.in`, what was compiled from it is beside it in `requirements.txt`.
fn compiled(manifests: &mut [Drafted]) {
    let wishes = |kind: Kind| kind == Kind::Requirements;
    let paths: BTreeSet<_> = manifests
        .iter()
        .filter(|drafted| wishes(drafted.kind))
        .map(|drafted| drafted.manifest.path.clone())
        .collect();
    for Drafted { manifest, .. } in manifests.iter_mut().filter(|drafted| wishes(drafted.kind)) {
        let Some(stem) = manifest.path.as_str().strip_suffix(".in") else { continue };
        let text = RepoPath::parse(&format!("{stem}.txt")).ok();
        manifest.lock = text.filter(|path| paths.contains(path));
    }
}

/// What is direct and what is for development alone, from what the manifests ask for.
fn tell(lock: &mut LockDraft, manifests: &[&Manifest]) {
    let mut wishes: BTreeMap<&str, Vec<(&str, bool)>> = BTreeMap::new();
    for wish in manifests.iter().flat_map(|manifest| &manifest.requirements) {
        wishes.entry(&wish.name).or_default().push((&wish.wanted, wish.development));
    }
    let mut roots: [Vec<PackageId>; 2] = [Vec::new(), Vec::new()];
    for package in &mut lock.packages {
        let of_name = wishes.get(package.id.name.as_str()).map_or(&[][..], Vec::as_slice);
        // Of a name that is asked for a thousand times, a few tell enough.
        let asked = of_name.iter().take(64);
        let meets = |wanted: &str| range::meets(package.id.ecosystem, wanted, &package.id.version);
        let fitting: Vec<bool> = asked
            .filter(|(wanted, _)| meets(wanted) != Some(false))
            .map(|(_, development)| *development)
            .collect();
        for development in &fitting {
            roots[usize::from(*development)].push(package.id.clone());
        }
        if package.dependence == Dependence::Unknown && package.origin != Origin::Local {
            package.dependence = if fitting.is_empty() { Dependence::Transitive } else { Dependence::Direct };
        }
    }
    if lock.tells_development {
        return;
    }
    // What a package of the repository needs, its manifest has told, and for what.
    let others = lock.packages.iter().filter(|package| package.origin != Origin::Local);
    let needs: BTreeMap<PackageId, BTreeSet<PackageId>> =
        others.map(|package| (package.id.clone(), package.needs.clone())).collect();
    let [plain, development] = roots.map(|roots| reach(roots, &needs));
    for package in &mut lock.packages {
        package.development = development.contains(&package.id) && !plain.contains(&package.id);
    }
}

fn reach(mut open: Vec<PackageId>, needs: &BTreeMap<PackageId, BTreeSet<PackageId>>) -> BTreeSet<PackageId> {
    let mut reached = BTreeSet::new();
    while let Some(id) = open.pop() {
        if let Some(more) = needs.get(&id) {
            open.extend(more.iter().filter(|need| !reached.contains(*need)).cloned());
        }
        reached.insert(id);
    }
    reached
}

/// The packages of manifests without a lock file that name one version.
pub(crate) fn pinned(draft: &Draft) -> Vec<Package> {
    let pins = |drafted: &&Drafted| drafted.manifest.lock.is_none() && drafted.kind != Kind::GoMod;
    let manifests = draft.manifests.iter().filter(pins).map(|drafted| &drafted.manifest);
    let wishes = manifests.flat_map(|manifest| &manifest.requirements).filter(|wish| wish.exact);
    let taken = wishes.filter(|wish| matches!(wish.origin, Origin::Registry | Origin::OtherRegistry(_)));
    taken.filter_map(|wish| pinned_one(wish, draft)).collect()
}

fn pinned_one(wish: &Requirement, draft: &Draft) -> Option<Package> {
    let version = range::exact(wish.ecosystem, &wish.wanted)?;
    let mut found = package(wish.ecosystem, &wish.name, version, &wish.path, wish.line);
    found.origin = wish.origin.clone();
    found.dependence = Dependence::Direct;
    found.development = wish.development;
    let key = (wish.path.clone(), wish.name.clone(), wish.line);
    found.hashes = draft.hashes.get(&key).cloned().unwrap_or_default();
    Some(found)
}

/// Makes one of the same package that a file names more than once.
pub(crate) fn merge(packages: &mut Vec<Package>) {
    packages.dedup_by(|later, kept| {
        let same = later.path == kept.path && later.id == kept.id && later.origin == kept.origin;
        if same {
            kept.hashes.append(&mut later.hashes);
            kept.needs.append(&mut later.needs);
            kept.development &= later.development;
            kept.licence = kept.licence.take().or(later.licence.take());
            kept.dependence = nearer(kept.dependence, later.dependence);
        }
        same
    });
}

fn nearer(one: Dependence, other: Dependence) -> Dependence {
    match (one, other) {
        (Dependence::Direct, _) | (_, Dependence::Direct) => Dependence::Direct,
        (Dependence::Transitive, _) | (_, Dependence::Transitive) => Dependence::Transitive,
        _ => Dependence::Unknown,
    }
}
