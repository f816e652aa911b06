//! What a checkout changed since a revision, and what stood there before.

use std::{collections::BTreeMap, path::Path};

use agent_contract::RepoPath;
use policy::Code;

use super::{objects, refs::is_id, repository::Repository, staged, worktree::Checkout};
use crate::KernelError;

/// Places in which a name of a revision is looked for, as git does.
const PLACES: [&str; 5] = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"];

/// What is held against a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    /// The files of the checkout.
    Checkout,
    /// What is staged.
    Index,
}

/// A revision of a repository, with what the checkout changed since.
#[derive(Debug)]
pub struct Since {
    /// The commit's id.
    pub commit: String,
    /// The files that the checkout has otherwise, or more than, or no longer, by path: where
    /// each was in the revision, if it was there.
    pub changed: BTreeMap<RepoPath, Option<RepoPath>>,
    /// What changed and has a name that can't be told.
    pub untold: Vec<String>,
    /// The files of the revision, with the ids of what they hold.
    blobs: BTreeMap<RepoPath, String>,
    checkout: Checkout,
}

impl Since {
    /// Looks from the checkout at `root`, or the one that it is a part of, to a revision.
    pub fn open(root: &Path, revision: &str) -> Result<Self, KernelError> {
        Self::looked(root, revision, From::Checkout)
    }

    /// Looks from what is staged there to a revision.
    pub fn of_staged(root: &Path, revision: &str) -> Result<Self, KernelError> {
        Self::looked(root, revision, From::Index)
    }

    fn looked(root: &Path, revision: &str, from: From) -> Result<Self, KernelError> {
        let checkout = Checkout::around(root)?.ok_or_else(|| {
            let message =
                format!("`{}` is in no repository of git's, so there is no `{revision}`", root.display());
            KernelError::new(Code::RepositoryUnusable, message)
        })?;
        let commit = resolve(&checkout, revision)?;
        let (mut changed, mut untold) = (BTreeMap::new(), Vec::new());
        let mut take = |path: &str, from: Option<&str>| match RepoPath::parse(path) {
            Ok(path) => drop(changed.insert(path, from.and_then(|from| RepoPath::parse(from).ok()))),
            Err(_) => {
                untold.push(format!("`{}` has a name that can't be told", agent_contract::fault::shown(path)))
            }
        };
        let diff = [
            "diff-index",
            "-z",
            "--name-status",
            "-M",
            "--relative",
            "--no-ext-diff",
            "--no-textconv",
            "--cached",
        ];
        let staged = from == From::Index;
        let others = ["ls-files", "-z", "--others", "--exclude-standard"];
        // Each goes through the whole checkout: side by side they take half the time.
        let (output, unknown, blobs) = std::thread::scope(|scope| {
            let unknown = scope.spawn(|| match staged {
                true => Ok((Vec::new(), String::new())),
                false => Ok((checkout.git(&others).folder(root).run(&[])?, staged::listed(&checkout, root)?)),
            });
            let diff = checkout.git(&diff[..diff.len() - usize::from(!staged)]);
            let output = diff.argument(&commit).argument("--").folder(root).run(&[]);
            (output, unknown.join().unwrap_or_else(|_| Err(broken())), blobs(&checkout, &commit, root))
        });
        let (output, (unknown, index)) = (output?, unknown?);
        // Of what git was told not to look at, it can't say that it is as it was.
        let unseen = staged::entries(&index).filter(|entry| entry.unseen && root.join(entry.path).is_file());
        unseen.for_each(|entry| take(entry.path, Some(entry.path)));
        name_status(&String::from_utf8_lossy(&output), &mut take);
        let unknown = String::from_utf8_lossy(&unknown).into_owned();
        unknown.split_terminator('\0').filter(|path| !path.ends_with('/')).for_each(|path| take(path, None));
        Ok(Self { commit, changed, untold, blobs: blobs?, checkout })
    }

    /// Whether the revision has such a file.
    pub fn has(&self, path: &RepoPath) -> bool {
        self.blobs.contains_key(path)
    }

    /// The files of the revision.
    pub fn paths(&self) -> impl Iterator<Item = &RepoPath> {
        self.blobs.keys()
    }

    /// What the revision has in files, in their order; none for each that it has not.
    pub fn read(&self, paths: &[RepoPath]) -> Result<Vec<Option<Vec<u8>>>, KernelError> {
        let ids: Vec<_> = paths.iter().filter_map(|path| self.blobs.get(path).cloned()).collect();
        let mut objects = objects::read(self.checkout.own(), &ids)?.into_iter();
        let content = |path| self.blobs.get(path).and_then(|_| objects.next().flatten());
        Ok(paths.iter().map(content).map(|found| found.map(|object| object.content)).collect())
    }
}

fn broken() -> KernelError {
    KernelError::new(Code::KernelFailed, "the look at the checkout broke off")
}

/// Lines of `git diff-index --name-status -z`: the new path first, then the old one.
fn name_status(text: &str, take: &mut impl FnMut(&str, Option<&str>)) {
    let mut fields = text.split_terminator('\0');
    while let (Some(status), Some(path)) = (fields.next(), fields.next()) {
        match status.as_bytes().first() {
            Some(b'R' | b'C') => {
                let Some(now) = fields.next() else { return };
                take(now, Some(path));
            }
            Some(b'A') => take(path, None),
            _ => take(path, Some(path)),
        }
    }
}

fn blobs(checkout: &Checkout, commit: &str, root: &Path) -> Result<BTreeMap<RepoPath, String>, KernelError> {
    // Beneath a folder of the checkout, the paths are told from there.
    let listed = checkout.git(&["ls-tree", "-r", "-z"]).argument(commit).folder(root).run(&[])?;
    let text = String::from_utf8_lossy(&listed).into_owned();
    let blob = |line: &str| {
        let (head, path) = line.split_once('\t')?;
        let mut words = head.split(' ');
        let is_file = words.next()?.starts_with("100") && words.next()? == "blob";
        let id = words.next()?.to_owned();
        is_file.then_some((RepoPath::parse(path).ok()?, id))
    };
    Ok(text.split_terminator('\0').filter_map(blob).collect())
}

/// The commit that a revision names: a reference or an id, and `~2`, `^1` behind it.
fn resolve(checkout: &Checkout, revision: &str) -> Result<String, KernelError> {
    let unknown = || {
        let message = format!(
            "there is no revision `{}`\nhint: name a branch, a tag or a commit's id",
            agent_contract::fault::shown(revision)
        );
        KernelError::new(Code::RepositoryUnusable, message)
    };
    let end = revision.find(['~', '^']).unwrap_or(revision.len());
    let (name, steps) = revision.split_at(end);
    let id = named(checkout.repository(), name)?;
    let start = id.unwrap_or_else(|| name.to_owned());
    let is_plain = !start.is_empty() && start.bytes().all(|byte| byte.is_ascii_hexdigit());
    let steps_plain = steps.bytes().all(|byte| b"~^".contains(&byte) || byte.is_ascii_digit());
    if !is_plain || start.len() < 4 || !steps_plain {
        return Err(unknown());
    }
    let asked = format!("{start}{steps}^{{commit}}");
    let told =
        checkout.git(&["rev-parse", "--verify", "--quiet", "--end-of-options"]).argument(&asked).run(&[]);
    let told = told.map_err(|_| unknown())?;
    let told = String::from_utf8_lossy(&told).trim().to_owned();
    if is_id(&told) { Ok(told) } else { Err(unknown()) }
}

fn named(repository: &Repository, name: &str) -> Result<Option<String>, KernelError> {
    let name = if name == "@" { "HEAD" } else { name };
    if name == "HEAD" {
        return repository.resolve(repository.head_held()?);
    }
    let is_plain = |name: &str| {
        let odd = name.is_empty() || name.starts_with(['/', '-', '.']) || name.contains("..");
        !odd && !name.bytes().any(|byte| byte.is_ascii_control() || b" \\:?*[".contains(&byte))
    };
    if !is_plain(name) {
        return Ok(None);
    }
    for place in PLACES.iter().filter(|place| !place.is_empty() || name.starts_with("refs/")) {
        if let Some(held) = repository.reference(&format!("{place}{name}"))? {
            return repository.resolve(held);
        }
    }
    Ok(None)
}
