//! `Cargo.toml`.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::{Manifests, Package, folder, toml};
use crate::{place, repository::Repository};

/// What the packages of Rust define, all together.
#[derive(Debug, Default)]
pub(crate) struct Cargo {
    pub(crate) packages: Vec<Package>,
    pub(crate) features: BTreeSet<String>,
    pub(crate) bins: BTreeSet<String>,
    pub(crate) examples: BTreeSet<String>,
    pub(crate) tests: BTreeSet<String>,
    pub(crate) benches: BTreeSet<String>,
    /// What they depend on: these are packages too.
    pub(crate) dependencies: BTreeSet<String>,
}

pub(super) fn read(repository: &Repository<'_>, all: &mut Manifests) {
    let manifests: Vec<_> = repository
        .own(&["Cargo.toml"])
        .into_iter()
        .filter_map(|path| Some((folder(path), toml(repository, path)?)))
        .collect();
    let shared: Vec<_> = manifests
        .iter()
        .filter_map(|(folder, table)| Some((folder.as_str(), table.get("workspace")?.as_table()?)))
        .collect();
    for (_, workspace) in &shared {
        dependencies(workspace, &mut all.cargo.dependencies);
    }
    for (folder, table) in &manifests {
        let Some(package) = table.get("package").and_then(Value::as_table) else { continue };
        let outer = place::upward(folder).find_map(|up| shared.iter().find(|(at, _)| *at == up));
        let inherited = outer.and_then(|(_, workspace)| workspace.get("package")?.as_table());
        let own = Own { package, inherited };
        if let Some(address) = own.text("repository") {
            all.addresses.insert(address.to_owned());
        }
        one(repository, folder, table, &own, &mut all.cargo);
    }
}

/// A package's own fields and those of its workspace.
struct Own<'a> {
    package: &'a Table,
    inherited: Option<&'a Table>,
}

impl Own<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        match self.package.get(key)? {
            Value::Table(_) => self.inherited?.get(key)?.as_str(),
            value => value.as_str(),
        }
    }
}

fn one(repository: &Repository<'_>, folder: &str, table: &Table, own: &Own<'_>, cargo: &mut Cargo) {
    let Some(name) = own.text("name") else { return };
    let mut programs = targets(repository, folder, table, "bin", "src/bin");
    if repository.has_file(&within(folder, "src/main.rs")) || programs.is_empty() {
        programs.insert(name.to_owned());
    }
    cargo.bins.extend(programs.iter().cloned());
    cargo.examples.extend(targets(repository, folder, table, "example", "examples"));
    cargo.tests.extend(targets(repository, folder, table, "test", "tests"));
    cargo.benches.extend(targets(repository, folder, table, "bench", "benches"));
    if let Some(features) = table.get("features").and_then(Value::as_table) {
        cargo.features.extend(features.keys().cloned());
    }
    dependencies(table, &mut cargo.dependencies);
    cargo.packages.push(Package {
        name: name.to_owned(),
        version: own.text("version").map(str::to_owned),
        programs,
        language: own.text("rust-version").map(str::to_owned),
        folder: folder.to_owned(),
    });
}

fn within(folder: &str, path: &str) -> String {
    place::resolve(folder, path).unwrap_or_default()
}

fn targets(
    repository: &Repository<'_>,
    folder: &str,
    table: &Table,
    key: &str,
    place: &str,
) -> BTreeSet<String> {
    let listed = table.get(key).and_then(Value::as_array).into_iter().flatten();
    let mut names: BTreeSet<_> =
        listed.filter_map(|target| Some(target.get("name")?.as_str()?.to_owned())).collect();
    let start = format!("{}/", within(folder, place));
    let at = repository.paths().partition_point(|path| path.as_str() < start.as_str());
    let inside = repository.paths()[at..].iter().map_while(|path| path.as_str().strip_prefix(&start));
    for path in inside {
        let name = match path.split_once('/') {
            None => path.strip_suffix(".rs"),
            Some((name, "main.rs")) => Some(name),
            Some(_) => None,
        };
        names.extend(name.map(str::to_owned));
    }
    names
}

fn dependencies(table: &Table, into: &mut BTreeSet<String>) {
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let targets = table.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    for table in targets.filter_map(Value::as_table).chain([table]) {
        for known in kinds.iter().filter_map(|kind| table.get(*kind)?.as_table()) {
            into.extend(known.keys().cloned());
            let renamed = known.values().filter_map(|value| value.get("package")?.as_str());
            into.extend(renamed.map(str::to_owned));
        }
    }
}
