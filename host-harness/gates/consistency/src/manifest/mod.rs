//! What the manifests of a tree define: packages, targets, scripts, versions.

mod cargo;
mod cli;
mod compose;
mod make;
mod node;
mod python;

use std::collections::BTreeSet;

use finding::RepoPath;

pub(crate) use cargo::Cargo;
pub(crate) use cli::Cli;
pub(crate) use make::Targets;

use crate::{place, repository::Repository};

/// A package of this project.
#[derive(Debug, Clone, Default)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: Option<String>,
    /// What its programs are called.
    pub(crate) programs: BTreeSet<String>,
    /// The least version of the language that it asks for.
    pub(crate) language: Option<String>,
    pub(crate) folder: String,
}

/// What the manifests of a tree define.
#[derive(Debug, Default)]
pub(crate) struct Manifests {
    pub(crate) cargo: Cargo,
    pub(crate) node: Vec<Package>,
    /// The scripts of all `package.json`.
    pub(crate) scripts: BTreeSet<String>,
    pub(crate) python: Vec<Package>,
    /// Extras and groups; none where a script defines them.
    pub(crate) extras: Option<BTreeSet<String>>,
    pub(crate) go: Vec<Package>,
    pub(crate) make: Option<Targets>,
    pub(crate) just: Option<Targets>,
    pub(crate) services: Option<BTreeSet<String>>,
    /// Where the project says that it lies.
    pub(crate) addresses: BTreeSet<String>,
}

const NAMES: [&str; 17] = [
    "Cargo.toml",
    "package.json",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "go.mod",
    "Makefile",
    "makefile",
    "GNUmakefile",
    "justfile",
    "Justfile",
    ".justfile",
    "compose.yml",
    "compose.yaml",
    "docker-compose.yml",
    "docker-compose.yaml",
    "Cargo.lock",
];

/// Whether this is a manifest, told from its name.
pub(crate) fn is_one(path: &RepoPath) -> bool {
    let name = place::name(path.as_str());
    NAMES.contains(&name) || make::is_part(name)
}

impl Manifests {
    pub(crate) fn read(repository: &Repository<'_>) -> Self {
        let mut all = Self::default();
        cargo::read(repository, &mut all);
        node::read(repository, &mut all);
        python::read(repository, &mut all);
        for path in repository.own(&["go.mod"]) {
            all.go.extend(repository.text(path).and_then(|text| go(&text, path)));
        }
        all.make = make::makefiles(repository);
        all.just = make::justfiles(repository);
        all.services = compose::services(repository);
        all
    }

    /// Every package, whatever it is written in.
    pub(crate) fn packages(&self) -> impl Iterator<Item = &Package> {
        self.cargo.packages.iter().chain(&self.node).chain(&self.python).chain(&self.go)
    }
}

fn go(text: &str, path: &RepoPath) -> Option<Package> {
    let line =
        |word: &str| text.lines().find_map(|line| line.trim().strip_prefix(word)?.split_whitespace().next());
    let name = line("module ")?;
    let program = place::name(name).to_owned();
    Some(Package {
        name: name.to_owned(),
        version: None,
        programs: BTreeSet::from([program]),
        language: line("go ").map(str::to_owned),
        folder: folder(path),
    })
}

/// The folder that a manifest lies in.
pub(crate) fn folder(path: &RepoPath) -> String {
    path.parent().map_or_else(String::new, |folder| folder.to_string())
}

/// A file of TOML; noted as broken where it is none, save where it is a template.
pub(crate) fn toml(repository: &Repository<'_>, path: &RepoPath) -> Option<toml::Table> {
    let text = repository.text(path)?;
    match toml::from_str(&text) {
        Ok(table) => Some(table),
        Err(_) if text.contains("{{") || text.contains("{%") => None,
        Err(error) => {
            repository.broken(path, format!("is no TOML: {}", error.message()));
            None
        }
    }
}
