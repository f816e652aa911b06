//! Maven's repositories: `pom.xml`, and Gradle's build files, catalogues and lock files.

mod catalogue;
mod gradle;
mod pom;

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;

use crate::{
    Dependence, Ecosystem, Hash, Package,
    doc::{self, Element},
    draft::{Draft, LockDraft, package},
    files::{Files, folder},
    kind::Kind,
    origin,
};

/// Reads what there is of Maven and Gradle.
pub(crate) fn gather(files: &mut Files<'_>, draft: &mut Draft) {
    let poms = files.parsed(Kind::Pom, |text| match doc::xml(text)? {
        doc if doc.name == "project" => Ok(doc),
        _ => Err("not a project of Maven".to_owned()),
    });
    let poms = pom::Poms::of(&poms);
    for path in poms.paths() {
        draft.add(Kind::Pom, poms.manifest(path));
    }
    let properties = files.parsed(Kind::GradleProperties, |text| Ok(gradle::properties(text)));
    let by_folder = properties.into_iter().map(|(path, properties)| (folder(&path), properties)).collect();
    for (path, text) in files.parsed(Kind::GradleBuild, |text| Ok(text.to_owned())) {
        draft.add(Kind::GradleBuild, gradle::manifest_of(&path, &text, &by_folder));
    }
    for (path, doc) in files.parsed(Kind::GradleCatalogue, doc::toml) {
        draft.add(Kind::GradleCatalogue, catalogue::manifest_of(&path, &doc));
    }
    for (path, packages) in files.parsed(Kind::GradleLock, locked) {
        draft.locks.push(lock(&path, packages));
    }
    for (_, doc) in files.parsed(Kind::GradleVerification, doc::xml) {
        draft.verified.extend(verified(&doc));
    }
}

/// A line of a Gradle lock file: coordinates, and whether only tests use them.
type Locked = (u32, [String; 3], bool);

fn locked(text: &str) -> Result<Vec<Locked>, String> {
    let lines = (1_u32..).zip(text.lines()).map(|(number, line)| (number, line.trim()));
    let lines =
        lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#') && !line.starts_with("empty="));
    lines
        .map(|(number, line)| {
            let (coordinates, uses) = line.split_once('=').unwrap_or((line, ""));
            let parts: Vec<&str> = coordinates.split(':').collect();
            let [group, name, version] = parts.as_slice() else {
                return Err(format!("line {number}: not a group, a name and a version"));
            };
            let tests = !uses.is_empty() && uses.split(',').all(gradle::is_for_tests);
            Ok((number, [group, name, version].map(|part| (*part).to_owned()), tests))
        })
        .collect()
}

fn lock(path: &RepoPath, lines: Vec<Locked>) -> LockDraft {
    let mut lock = LockDraft::new(Kind::GradleLock, path);
    lock.tells_development = true;
    let as_package = |(line, [group, name, version], tests): Locked| Package {
        development: tests,
        dependence: Dependence::Unknown,
        ..package(Ecosystem::Maven, &format!("{group}:{name}"), &version, path, line)
    };
    lock.packages = lines.into_iter().map(as_package).collect();
    // Old lock files lie in a folder of their own beneath the project's.
    let folder = folder(path);
    lock.members.extend(folder.strip_suffix("/gradle/dependency-locks").map(str::to_owned));
    if folder == "gradle/dependency-locks" {
        lock.members.insert(String::new());
    }
    lock
}

/// The hashes of archives that Gradle verifies, by name and version.
fn verified(doc: &Element) -> BTreeMap<(String, String), BTreeSet<Hash>> {
    let mut found: BTreeMap<_, BTreeSet<Hash>> = BTreeMap::new();
    for component in doc.all("component") {
        let part = |name: &str| component.attribute(name).unwrap_or_default();
        let key = (format!("{}:{}", part("group"), part("name")), part("version").to_owned());
        let archive = format!("{}-{}.", part("name"), part("version"));
        for artifact in &component.children {
            let file = artifact.attribute("name").unwrap_or_default();
            if !file.starts_with(&archive) || file.ends_with(".pom") || file.ends_with(".module") {
                continue;
            }
            let hashes = artifact
                .children
                .iter()
                .filter_map(|hash| origin::hash(&hash.name, hash.attribute("value")?));
            found.entry(key.clone()).or_default().extend(hashes);
        }
    }
    found
}
