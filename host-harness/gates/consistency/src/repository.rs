//! The tree under test: what is there, and what of it was read.

use std::{
    cell::{OnceCell, RefCell},
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    rc::Rc,
};

use finding::{RepoPath, Survey, Tree};

use crate::{document, manifest::Manifests, place};

/// No honest manifest is larger.
const BYTES_MAX: usize = 4 << 20;
/// So many manifests are read.
const MANIFESTS_MAX: usize = 2000;

/// Where more files than this share a name, whether one is meant can't be told.
const SAME_NAME_MAX: usize = 1000;

/// The tree under test.
pub(crate) struct Repository<'a> {
    tree: &'a dyn Tree,
    paths: Vec<RepoPath>,
    read: RefCell<BTreeSet<RepoPath>>,
    broken: RefCell<BTreeMap<RepoPath, String>>,
    /// Every path by the hash of its name: a map of a hundred thousand texts takes too long to make.
    names: OnceCell<Vec<(u64, usize)>>,
    manifests: OnceCell<Rc<Manifests>>,
}

impl<'a> Repository<'a> {
    pub(crate) fn of(tree: &'a dyn Tree) -> Self {
        Self {
            tree,
            paths: tree.paths(),
            read: RefCell::default(),
            broken: RefCell::default(),
            names: OnceCell::new(),
            manifests: OnceCell::new(),
        }
    }

    pub(crate) fn paths(&self) -> &[RepoPath] {
        &self.paths
    }

    pub(crate) fn has_file(&self, path: &str) -> bool {
        self.paths.binary_search_by(|known| known.as_str().cmp(path)).is_ok()
    }

    /// Whether some file lies in this folder; the root is one.
    pub(crate) fn has_folder(&self, path: &str) -> bool {
        if path.is_empty() {
            return true;
        }
        let within = format!("{path}/");
        let at = self.paths.partition_point(|known| known.as_str() < within.as_str());
        self.paths.get(at).is_some_and(|known| known.as_str().starts_with(&within))
    }

    /// The files below a folder, in order.
    pub(crate) fn within(&self, folder: &str) -> &[RepoPath] {
        if folder.is_empty() {
            return &self.paths;
        }
        let start = self.paths.partition_point(|path| path.as_str() < format!("{folder}/").as_str());
        let end = self.paths.partition_point(|path| path.as_str() < format!("{folder}0").as_str());
        &self.paths[start..end.max(start)]
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.has_file(path) || self.has_folder(path)
    }

    /// Whether a path, or one that ends with it, is there.
    pub(crate) fn has_ending(&self, path: &str) -> bool {
        if self.has(path) {
            return true;
        }
        let within = format!("/{path}");
        let known = self.named(place::name(path));
        known.len() > SAME_NAME_MAX || known.iter().any(|known| known.as_str().ends_with(&within))
    }

    /// The files of a name.
    pub(crate) fn named(&self, name: &str) -> Vec<&RepoPath> {
        let names = self.names.get_or_init(|| by_name(&self.paths));
        let wanted = hash(name);
        let start = names.partition_point(|(hash, _)| *hash < wanted);
        let alike = names[start..].iter().take_while(|(hash, _)| *hash == wanted);
        let paths = alike.map(|(_, at)| &self.paths[*at]);
        paths.filter(|path| place::name(path.as_str()) == name).collect()
    }

    /// The files of some names that are this project's own.
    pub(crate) fn own(&self, names: &[&str]) -> Vec<&RepoPath> {
        let all = names.iter().flat_map(|name| self.named(name));
        all.filter(|path| !document::is_foreign(path)).take(MANIFESTS_MAX).collect()
    }

    /// What a file says. What can't be read is noted.
    pub(crate) fn text(&self, path: &RepoPath) -> Option<String> {
        let fault = |reason: String| {
            self.broken(path, reason);
            None
        };
        match self.bytes(path) {
            Ok(bytes) if bytes.len() > BYTES_MAX => fault(finding::too_large(BYTES_MAX)),
            Ok(bytes) => String::from_utf8(bytes)
                .or_else(|error| fault(format!("is not UTF-8: {error}")).ok_or(()))
                .ok(),
            Err(reason) => fault(reason),
        }
    }

    /// What a file holds; nothing where it is gone.
    pub(crate) fn bytes(&self, path: &RepoPath) -> Result<Vec<u8>, String> {
        let bytes = self.tree.read(path)?.unwrap_or_default();
        self.read.borrow_mut().insert(path.clone());
        Ok(bytes)
    }

    /// Notes what can't be read. What lies among tests may be meant to be so; it counts as not read.
    pub(crate) fn broken(&self, path: &RepoPath, reason: String) {
        if path.components().any(|folder| ["test", "tests", "__tests__"].contains(&folder)) {
            self.read.borrow_mut().remove(path);
            return;
        }
        self.broken.borrow_mut().entry(path.clone()).or_insert(reason);
    }

    /// The manifests, read when they are first asked for.
    pub(crate) fn manifests(&self) -> &Manifests {
        self.manifests.get_or_init(|| Rc::new(Manifests::read(self)))
    }

    /// Adds what was read besides documents.
    pub(crate) fn into_survey(self, survey: &mut Survey) {
        let broken = self.broken.into_inner();
        survey.scanned.extend(self.read.into_inner().into_iter().filter(|path| !broken.contains_key(path)));
        survey.broken.extend(broken);
        survey.scanned.sort();
        survey.scanned.dedup();
    }
}

fn by_name(paths: &[RepoPath]) -> Vec<(u64, usize)> {
    let mut names: Vec<_> =
        paths.iter().enumerate().map(|(at, path)| (hash(place::name(path.as_str())), at)).collect();
    names.sort_unstable();
    names
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}
