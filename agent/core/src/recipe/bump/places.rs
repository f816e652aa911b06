//! Where manifests and lock files are.

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;

use super::{Bump, Locks, cargo, cargo_lock, edits::Edits, go, npm, npm_lock, python};
use crate::recipe::{
    RecipeFault,
    bench::{Bench, Worked},
    desk::Desk,
    header,
};

/// A world of packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ecosystem {
    Cargo,
    Npm,
    Python,
    Go,
}

impl Ecosystem {
    pub const ALL: [Self; 4] = [Self::Cargo, Self::Npm, Self::Python, Self::Go];

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Cargo => "cargo",
            Self::Npm => "npm",
            Self::Python => "python",
            Self::Go => "go",
        }
    }

    pub fn manifest(
        self,
        bump: &Bump,
        path: &RepoPath,
        text: &str,
        edits: &mut Edits,
    ) -> Result<(), RecipeFault> {
        match self {
            Self::Cargo => cargo::manifest(bump, path, text, edits),
            Self::Npm => npm::manifest(bump, path, text, edits),
            Self::Python => python::manifest(bump, path, text, edits),
            Self::Go => go::manifest(bump, path, text, edits),
        }
    }

    fn is_manifest(self, path: &RepoPath) -> bool {
        let name = name(path);
        match self {
            Self::Cargo => name == "Cargo.toml",
            Self::Npm => name == "package.json",
            Self::Python => name == "pyproject.toml" || python::is_requirements(path),
            Self::Go => name == "go.mod",
        }
    }

    /// Files that may name a package as well and that nobody reads here.
    fn unread(self) -> &'static [&'static str] {
        match self {
            Self::Cargo => &[],
            Self::Npm => &["pnpm-workspace.yaml", ".yarnrc.yml", "deno.json", "deno.jsonc", "bower.json"],
            Self::Python => &[
                "setup.py",
                "setup.cfg",
                "Pipfile",
                "environment.yml",
                "environment.yaml",
                "tox.ini",
                "noxfile.py",
            ],
            Self::Go => &["go.work"],
        }
    }

    /// Lock files that are known, the nearest to a manifest counts.
    fn locks(self) -> &'static [&'static str] {
        match self {
            Self::Cargo => &["Cargo.lock"],
            Self::Npm => &[
                "package-lock.json",
                "npm-shrinkwrap.json",
                "yarn.lock",
                "pnpm-lock.yaml",
                "bun.lock",
                "bun.lockb",
            ],
            Self::Python => &["uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml"],
            Self::Go => &["go.sum", "vendor/modules.txt"],
        }
    }
}

/// The manifests among the files that are the repository's own.
pub(super) fn manifests(files: &[RepoPath], ecosystem: Ecosystem) -> impl Iterator<Item = &RepoPath> {
    files.iter().filter(move |path| ecosystem.is_manifest(path) && header::foreign(path).is_none())
}

/// Tells the files that name the package and that nobody reads here.
pub(super) fn unread<D: Desk>(
    bump: &Bump,
    bench: &mut Bench<D>,
    files: &[RepoPath],
    ecosystem: Ecosystem,
    edits: &mut Edits,
) -> Worked<D, ()> {
    let of_kind =
        |path: &&RepoPath| ecosystem.unread().contains(&name(path)) && header::foreign(path).is_none();
    for path in files.iter().filter(of_kind) {
        if memchr::memmem::find(&bench.content(path)?.bytes, bump.package.as_bytes()).is_some() {
            edits.warn(format!("`{path}` names `{}` too; that is left as it is", bump.package));
        }
    }
    Ok(())
}

/// Brings the lock files that belong to the changed manifests up to date, or refuses.
pub(super) fn locks<D: Desk>(
    bump: &Bump,
    bench: &mut Bench<D>,
    ecosystem: Ecosystem,
    edits: &mut Edits,
) -> Worked<D, ()> {
    if !edits.changes_any() {
        return Ok(());
    }
    let mut owned: BTreeMap<RepoPath, (Vec<u8>, Vec<RepoPath>)> = BTreeMap::new();
    for manifest in &edits.manifests {
        for (lock, bytes) in nearest(bench, manifest, ecosystem)? {
            owned.entry(lock).or_insert((bytes, Vec::new())).1.push(manifest.clone());
        }
    }
    for (lock, (bytes, owners)) in owned {
        answers(bump, &lock, &bytes, &owners, edits)?;
        kept(bump, &lock, bytes, edits)?;
    }
    Ok(())
}

/// The lock files of a manifest: those in the nearest folder that has any.
fn nearest<D: Desk>(
    bench: &mut Bench<D>,
    manifest: &RepoPath,
    ecosystem: Ecosystem,
) -> Worked<D, Vec<(RepoPath, Vec<u8>)>> {
    for folder in folders(manifest, ecosystem) {
        let mut locks = Vec::new();
        for lock in in_folder(folder.as_ref(), ecosystem) {
            if let Some(content) = bench.if_there(&lock)? {
                locks.push((lock, content.bytes));
            }
        }
        if !locks.is_empty() {
            return Ok(locks);
        }
    }
    Ok(Vec::new())
}

/// Refuses where those that ask get two versions: all of them where the lock file is kept
/// right, and those of one manifest in any case.
fn answers(
    bump: &Bump,
    lock: &RepoPath,
    bytes: &[u8],
    owners: &[RepoPath],
    edits: &Edits,
) -> Result<(), RecipeFault> {
    let ("Cargo.lock", Ok(text)) = (name(lock), std::str::from_utf8(bytes)) else { return Ok(()) };
    let groups: Vec<&[RepoPath]> = match bump.locks {
        Locks::Kept => vec![owners],
        Locks::Left => owners.chunks(1).collect(),
    };
    for group in groups {
        let asked: Vec<_> = edits.asked.iter().filter(|asked| group.contains(&asked.path)).collect();
        cargo_lock::one_answer(bump, lock, text, &asked)?;
    }
    Ok(())
}

/// Keeps one lock file right, or leaves it where that was asked for.
fn kept(bump: &Bump, lock: &RepoPath, bytes: Vec<u8>, edits: &mut Edits) -> Result<(), RecipeFault> {
    if bump.locks == Locks::Left {
        edits.warn(format!("`{lock}` was left as it is and may no longer agree with the manifests"));
        return Ok(());
    }
    let text = String::from_utf8(bytes).map_err(|_| unknown(bump, lock))?;
    if !bump.paths.is_empty() && !bump.paths.iter().any(|within| lock.is_within(within)) {
        let message = format!("`{lock}` belongs to the change and lies beyond `paths`");
        return Err(RecipeFault::new("recipe-outside", message)
            .hint("name it by `paths` too, or set `lock` to `leave`"));
    }
    lock_file(bump, lock, &text, edits)?;
    edits.lock(lock, text);
    Ok(())
}

fn lock_file(bump: &Bump, path: &RepoPath, text: &str, edits: &mut Edits) -> Result<(), RecipeFault> {
    match name(path) {
        "Cargo.lock" => cargo_lock::lock(bump, path, text, edits),
        "package-lock.json" | "npm-shrinkwrap.json" => npm_lock::lock(bump, path, text, edits),
        "go.sum" => go::sums(bump, path, text, edits),
        _ => Err(unknown(bump, path)),
    }
}

fn unknown(bump: &Bump, path: &RepoPath) -> RecipeFault {
    let message = format!("`{path}` can't be kept right here with another version of `{}`", bump.package);
    RecipeFault::new("recipe-lock", message)
        .hint("have the package manager do it, or set `lock` to `leave` and bring it up to date afterwards")
}

/// The folder of a manifest and those above it, the nearest first.
fn folders(manifest: &RepoPath, ecosystem: Ecosystem) -> Vec<Option<RepoPath>> {
    let mut folders = vec![manifest.parent()];
    while let Some(Some(folder)) = folders.last() {
        folders.push(folder.parent());
    }
    if ecosystem == Ecosystem::Go {
        // Modules do not share theirs.
        folders.truncate(1);
    }
    folders
}

fn in_folder(folder: Option<&RepoPath>, ecosystem: Ecosystem) -> impl Iterator<Item = RepoPath> {
    ecosystem.locks().iter().filter_map(move |name| match folder {
        Some(folder) => RepoPath::parse(&format!("{folder}/{name}")).ok(),
        None => RepoPath::parse(name).ok(),
    })
}

/// Every lock file that could belong to something beneath the paths and lie above.
pub(super) fn locks_above(paths: &[RepoPath]) -> Vec<RepoPath> {
    let mut locks = BTreeSet::new();
    for (path, ecosystem) in paths.iter().flat_map(|path| Ecosystem::ALL.map(|one| (path, one))) {
        for folder in folders(path, ecosystem) {
            locks.extend(in_folder(folder.as_ref(), ecosystem));
        }
    }
    locks.into_iter().collect()
}

fn name(path: &RepoPath) -> &str {
    path.as_str().rsplit('/').next().unwrap_or_default()
}
