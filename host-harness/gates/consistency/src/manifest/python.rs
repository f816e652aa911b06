//! `pyproject.toml`.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::{Manifests, Package, folder, toml};
use crate::repository::Repository;

pub(super) fn read(repository: &Repository<'_>, all: &mut Manifests) {
    let mut extras = BTreeSet::new();
    for path in repository.own(&["pyproject.toml"]) {
        let Some(table) = toml(repository, path) else { continue };
        let project = table.get("project").and_then(Value::as_table);
        let poetry = table.get("tool").and_then(|tool| tool.get("poetry")).and_then(Value::as_table);
        for keys in
            [(project, "optional-dependencies"), (poetry, "extras"), (Some(&table), "dependency-groups")]
        {
            extras.extend(keys.0.and_then(|table| table.get(keys.1)?.as_table()).into_iter().flat_map(names));
        }
        let Some(about) = project.or(poetry) else { continue };
        all.python.push(package(about, folder(path)));
        let urls = about.get("urls").and_then(Value::as_table).into_iter().flat_map(Table::iter);
        let source =
            |name: &str| ["repository", "source", "source code"].contains(&name.to_lowercase().as_str());
        let own = urls.filter(|(name, _)| source(name)).filter_map(|(_, url)| url.as_str());
        all.addresses.extend(own.chain(about.get("repository").and_then(Value::as_str)).map(str::to_owned));
    }
    let scripted = !repository.own(&["setup.py", "setup.cfg"]).is_empty();
    all.extras = (!all.python.is_empty() && !scripted).then_some(extras);
}

fn names(table: &Table) -> impl Iterator<Item = String> {
    table.keys().cloned()
}

fn package(about: &Table, folder: String) -> Package {
    let text = |key: &str| about.get(key).and_then(Value::as_str).map(str::to_owned);
    let scripts = about.get("scripts").and_then(Value::as_table);
    let language = text("requires-python").or_else(|| {
        about.get("dependencies")?.get("python")?.as_str().map(|version| version.replace('^', ">="))
    });
    Package {
        name: text("name").unwrap_or_default(),
        version: text("version"),
        programs: scripts.into_iter().flat_map(names).collect(),
        language,
        folder,
    }
}
