//! Go: `go.mod` and `go.sum`.

mod language;

use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;

use crate::{
    Dependence, Ecosystem, Manifest, Origin, Package,
    draft::{Draft, LockDraft, manifest, package, requirement},
    files::{Files, folder},
    kind::Kind,
};

/// Reads what there is of Go. The packages stand in `go.mod`; before Go 1.17 it names only
/// those that are needed directly, and `go.sum` tells the rest.
pub(crate) fn gather(files: &mut Files<'_>, draft: &mut Draft) {
    let modules = files.parsed(Kind::GoMod, parse);
    let sums = files.parsed(Kind::GoSum, sums);
    let mut whole = BTreeMap::new();
    for (path, module) in &modules {
        whole.insert(folder(path), module);
        draft.add(Kind::GoMod, as_manifest(path, module));
    }
    for (path, lines) in &sums {
        let mut lock = LockDraft::new(Kind::GoSum, path);
        match whole.get(folder(path).as_str()) {
            Some(module) if module.names_all => {}
            Some(module) => lock.packages = highest(path, lines, Some(module)),
            None => lock.packages = highest(path, lines, None),
        }
        lock.tells_development = true;
        let held = lines.iter().map(|sum| (sum.name.clone(), sum.version.clone()));
        draft.more.insert(path.clone(), held.collect());
        draft.locks.push(lock);
    }
    draft.platform.extend(modules.iter().flat_map(|(path, module)| module.language.packages(path)));
    draft.pinned.extend(modules.iter().flat_map(|(path, module)| packages(path, module)));
}

#[derive(Debug, Default)]
struct Module {
    name: Option<String>,
    wishes: Vec<Wish>,
    /// What is replaced, at one version or at all: by a module, or by a folder.
    replaced: BTreeMap<String, Vec<Replacement>>,
    excluded: BTreeSet<(String, String)>,
    names_all: bool,
    language: language::Language,
}

/// The version that is replaced, or all; and the module and version instead, or a folder.
type Replacement = (Option<String>, Option<(String, String)>);

#[derive(Debug)]
struct Wish {
    name: String,
    version: String,
    line: u32,
    indirect: bool,
}

fn parse(text: &str) -> Result<Module, String> {
    let mut module = Module::default();
    let mut block = String::new();
    let mut known = false;
    for (number, line) in (1_u32..).zip(text.lines()) {
        let (code, comment) = line.split_once("//").unwrap_or((line, ""));
        let words: Vec<&str> = code.split_whitespace().map(|word| word.trim_matches(['"', '`'])).collect();
        let (verb, words) = match words.as_slice() {
            [] => continue,
            [")"] => {
                block.clear();
                continue;
            }
            [verb, "("] | [verb, "(", ..] => {
                (*verb).clone_into(&mut block);
                continue;
            }
            words if !block.is_empty() => (block.as_str(), words),
            [verb, words @ ..] => (*verb, words),
        };
        known |= matches!(verb, "module" | "go" | "require");
        module
            .take(verb, words, number, comment)
            .ok_or_else(|| format!("line {number}: a `{}` that can't be read", verb.escape_debug()))?;
    }
    match known || text.trim().is_empty() {
        true => Ok(module),
        false => Err("not a `go.mod`".to_owned()),
    }
}

impl Module {
    fn take(&mut self, verb: &str, words: &[&str], line: u32, comment: &str) -> Option<()> {
        match (verb, words) {
            ("module", [name, ..]) => self.name = Some((*name).to_owned()),
            ("go", [version, ..]) => {
                self.names_all = at_least_1_17(version);
                self.language.take(version, line);
            }
            ("toolchain", [name, ..]) => self.language.take(name, line),
            ("require", [name, version, ..]) => {
                let indirect = comment.trim().split([';', ' ']).next() == Some("indirect");
                let (name, version) = ((*name).to_owned(), (*version).to_owned());
                self.wishes.push(Wish { name, version, line, indirect });
            }
            ("exclude", [name, version, ..]) => {
                self.excluded.insert(((*name).to_owned(), (*version).to_owned()));
            }
            ("replace", words) => {
                let at = words.iter().position(|word| *word == "=>")?;
                let (old, new) = (&words[..at], &words[at + 1..]);
                let new = match new {
                    [_] => None,
                    [name, version, ..] => Some(((*name).to_owned(), (*version).to_owned())),
                    [] => return None,
                };
                let version = old.get(1).map(|version| (*version).to_owned());
                self.replaced.entry((*old.first()?).to_owned()).or_default().push((version, new));
            }
            ("require" | "exclude" | "module" | "go", _) => return None,
            _ => {}
        }
        Some(())
    }

    /// What a module comes to: none where nothing replaces it.
    fn replacement(&self, name: &str, version: &str) -> Option<&Option<(String, String)>> {
        let all = self.replaced.get(name)?;
        let one = all.iter().find(|(of, _)| of.as_deref() == Some(version));
        one.or_else(|| all.iter().find(|(of, _)| of.is_none())).map(|(_, new)| new)
    }
}

fn at_least_1_17(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (1, 17)
}

fn as_manifest(path: &RepoPath, module: &Module) -> Manifest {
    let mut manifest = manifest(Ecosystem::Go, path);
    manifest.name.clone_from(&module.name);
    for wish in &module.wishes {
        let mut found = requirement(Ecosystem::Go, &wish.name, &wish.version, path, wish.line);
        let replacement = module.replacement(&wish.name, &wish.version);
        if replacement == Some(&None) {
            found.origin = Origin::Local;
        }
        let excluded = module.excluded.contains(&(wish.name.clone(), wish.version.clone()));
        found.conditional = wish.indirect || replacement.is_some() || excluded;
        manifest.requirements.push(found);
    }
    manifest
}

fn packages(path: &RepoPath, module: &Module) -> Vec<Package> {
    let kept = module
        .wishes
        .iter()
        .filter(|wish| !module.excluded.contains(&(wish.name.clone(), wish.version.clone())));
    kept.map(|wish| {
        let replacement = module.replacement(&wish.name, &wish.version);
        let (name, version) = match replacement {
            Some(Some((name, version))) => (name.as_str(), version.as_str()),
            _ => (wish.name.as_str(), wish.version.as_str()),
        };
        let mut found = package(Ecosystem::Go, name, version, path, wish.line);
        if replacement == Some(&None) {
            found.origin = Origin::Local;
        }
        found.dependence = if wish.indirect { Dependence::Transitive } else { Dependence::Direct };
        found
    })
    .collect()
}

#[derive(Debug)]
struct Sum {
    name: String,
    version: String,
    line: u32,
    /// Whether it is of the module itself; else of its `go.mod` alone.
    whole: bool,
}

/// The lines of a `go.sum`. Their hashes are of folders, not of archives.
fn sums(text: &str) -> Result<Vec<Sum>, String> {
    let lines = (1_u32..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(line, text)| {
            let words: Vec<&str> = text.split_whitespace().collect();
            let [name, version, _] = words.as_slice() else {
                return Err(format!("line {line}: not a module, a version and a hash"));
            };
            let whole = !version.ends_with("/go.mod");
            let version = version.trim_end_matches("/go.mod").to_owned();
            Ok(Sum { name: (*name).to_owned(), version, line, whole })
        })
        .collect()
}

/// The highest version of each module that a `go.mod` does not name.
fn highest(path: &RepoPath, sums: &[Sum], module: Option<&Module>) -> Vec<Package> {
    let named: BTreeSet<&str> =
        module.into_iter().flat_map(|module| &module.wishes).map(|wish| wish.name.as_str()).collect();
    let mut kept: BTreeMap<&str, &Sum> = BTreeMap::new();
    for sum in sums.iter().filter(|sum| sum.whole && !named.contains(sum.name.as_str())) {
        let best = kept.entry(&sum.name).or_insert(sum);
        if order(&sum.version) > order(&best.version) {
            *best = sum;
        }
    }
    let packages = kept.values().map(|sum| {
        let mut found = package(Ecosystem::Go, &sum.name, &sum.version, path, sum.line);
        found.dependence = if module.is_some() { Dependence::Transitive } else { Dependence::Unknown };
        found
    });
    packages.collect()
}

fn order(version: &str) -> Option<semver::Version> {
    semver::Version::parse(version.trim_start_matches('v')).ok()
}
