use std::collections::BTreeMap;

use agent_contract::RepoPath;

use super::pep508::dependency;
use crate::{Ecosystem, Manifest, Requirement, draft::manifest};

/// Values with the lines they are on, by section and key.
pub(super) type Sections = BTreeMap<(String, String), Vec<(u32, String)>>;

/// Reads the sections of an INI file; a value goes on while its lines are indented.
pub(super) fn sections(text: &str) -> Result<Sections, String> {
    let mut found: Sections = BTreeMap::new();
    let (mut section, mut key) = (String::new(), None::<(String, String)>);
    for (number, line) in (1_u32..).zip(text.lines()) {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            if let Some(key) = &key {
                found.entry(key.clone()).or_default().push((number, bare.to_owned()));
            }
        } else if let Some(name) = bare.strip_prefix('[') {
            name.trim_end_matches(']').trim().clone_into(&mut section);
            key = None;
        } else if let Some((name, value)) = bare.split_once(['=', ':']) {
            let name = (section.clone(), name.trim().to_lowercase());
            let values = found.entry(name.clone()).or_default();
            if !value.trim().is_empty() {
                values.push((number, value.trim().to_owned()));
            }
            key = Some(name);
        }
    }
    Ok(found)
}

/// Reads what a package of setuptools asks for.
pub(super) fn read(path: &RepoPath, sections: &Sections) -> Manifest {
    let mut manifest = manifest(Ecosystem::PyPI, path);
    let field = |name: &str| {
        let values = sections.get(&("metadata".to_owned(), name.to_owned()))?;
        values
            .first()
            .map(|(_, value)| value.clone())
            .filter(|value| !value.starts_with("attr:") && !value.starts_with("file:"))
    };
    (manifest.name, manifest.version, manifest.licence) = (field("name"), field("version"), field("license"));
    for ((section, key), values) in sections {
        let plain = section == "options" && key == "install_requires";
        let extra = section == "options.extras_require";
        let tests = section == "options" && key == "tests_require";
        if !plain && !extra && !tests {
            continue;
        }
        for (line, value) in values {
            for part in value.split('\n') {
                let Some(wish) = dependency(part, path, *line) else { continue };
                let conditional = wish.conditional || extra;
                manifest.requirements.push(Requirement { development: tests, conditional, ..wish });
            }
        }
    }
    manifest
}
