//! `package.json`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Manifests, Package, folder};
use crate::{place, repository::Repository};

pub(super) fn read(repository: &Repository<'_>, all: &mut Manifests) {
    for path in repository.own(&["package.json"]) {
        let Some(text) = repository.text(path) else { continue };
        let value: Value = match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
            Ok(value) => value,
            Err(_) if text.contains("{{") || text.contains("<%") => continue,
            Err(error) => {
                repository.broken(path, format!("is no JSON: {error}"));
                continue;
            }
        };
        let scripts = value.get("scripts").and_then(Value::as_object);
        all.scripts.extend(scripts.into_iter().flatten().map(|(name, _)| name.clone()));
        let address = value.get("repository");
        let address = address.and_then(|address| address.get("url").unwrap_or(address).as_str());
        all.addresses.extend(address.map(str::to_owned));
        all.node.push(package(&value, folder(path)));
    }
}

fn package(value: &Value, folder: String) -> Package {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let name = text(value.get("name")).unwrap_or_default();
    let programs = match value.get("bin") {
        Some(Value::Object(programs)) => programs.keys().cloned().collect(),
        Some(_) => BTreeSet::from([place::name(&name).to_owned()]),
        None => BTreeSet::new(),
    };
    let language = text(value.get("engines").and_then(|engines| engines.get("node")));
    Package { name, version: text(value.get("version")), programs, language, folder }
}
