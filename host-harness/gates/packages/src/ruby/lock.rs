use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;

use super::manifest::registry;
use crate::{
    Dependence, Ecosystem, Hash, Origin, PackageId,
    draft::{LockDraft, package},
    kind::Kind,
    origin,
};

/// What a lock file says, section by section.
#[derive(Debug, Default)]
pub(super) struct Sections {
    gems: Vec<Gem>,
    direct: BTreeSet<String>,
    hashes: BTreeMap<(String, String), BTreeSet<Hash>>,
}

#[derive(Debug)]
struct Gem {
    name: String,
    version: String,
    line: u32,
    origin: Origin,
    needs: Vec<String>,
}

/// Reads the sections, which the depth of their lines tells apart.
pub(super) fn sections(text: &str) -> Result<Sections, String> {
    let mut found = Sections::default();
    let mut section = "";
    let (mut remote, mut revision) = (String::new(), None);
    for (number, line) in (1_u32..).zip(text.lines()) {
        let inner = line.trim();
        let deep = line.len() - line.trim_start().len();
        if inner.is_empty() {
            continue;
        }
        if inner.starts_with("<<<<<<<") || inner.starts_with(">>>>>>>") {
            return Err(format!("line {number}: a conflict of a merge"));
        }
        match (deep, section) {
            (0, _) => {
                section = inner;
                (remote, revision) = (String::new(), None);
            }
            (2, "GEM" | "GIT" | "PATH" | "PLUGIN SOURCE") => match inner.split_once(": ") {
                Some(("remote", url)) => url.clone_into(&mut remote),
                Some(("revision", commit)) => revision = origin::commit(commit),
                _ => {}
            },
            (4, "GEM" | "GIT" | "PATH" | "PLUGIN SOURCE") => {
                let (name, version) = named(inner);
                let version = version.ok_or_else(|| format!("line {number}: a gem without a version"))?;
                let origin = taken_from(section, &remote, revision.as_ref());
                let gem = Gem {
                    name: name.to_owned(),
                    version: of_any_platform(version).to_owned(),
                    line: number,
                    origin,
                    needs: Vec::new(),
                };
                found.gems.push(gem);
            }
            (6, "GEM" | "GIT" | "PATH" | "PLUGIN SOURCE") => {
                if let Some(gem) = found.gems.last_mut() {
                    gem.needs.push(named(inner).0.to_owned());
                }
            }
            (_, "DEPENDENCIES") => {
                found.direct.insert(named(inner).0.trim_end_matches('!').to_owned());
            }
            (_, "CHECKSUMS") => found.checksum(inner),
            _ => {}
        }
    }
    match section.is_empty() {
        true => Err("not a lock file of Bundler".to_owned()),
        false => Ok(found),
    }
}

impl Sections {
    fn checksum(&mut self, text: &str) {
        let (name, version) = named(text);
        let rest = text.rsplit_once(") ").map_or("", |(_, rest)| rest);
        let Some(version) = version else { return };
        let key = (name.to_owned(), of_any_platform(version).to_owned());
        self.hashes.entry(key).or_default().extend(rest.split(',').filter_map(origin::prefixed));
    }
}

/// `name (version)` or `name`.
fn named(text: &str) -> (&str, Option<&str>) {
    match text.split_once(" (") {
        Some((name, rest)) => (name, rest.split(')').next()),
        None => (text.split(' ').next().unwrap_or(text), None),
    }
}

/// A version without the platform that it was built for.
fn of_any_platform(version: &str) -> &str {
    version.split('-').next().unwrap_or(version)
}

fn taken_from(section: &str, remote: &str, revision: Option<&String>) -> Origin {
    match section {
        "GIT" => Origin::Git { url: origin::plain(remote), commit: revision.cloned() },
        "PATH" => Origin::Local,
        _ if remote.is_empty() => Origin::Registry,
        _ => registry(remote),
    }
}

/// Makes packages of what was read; the same gem for several platforms is one.
pub(super) fn read(path: &RepoPath, sections: &Sections) -> LockDraft {
    let mut lock = LockDraft::new(Kind::GemfileLock, path);
    let id_of = |gem: &Gem| PackageId {
        ecosystem: Ecosystem::RubyGems,
        name: gem.name.clone(),
        version: gem.version.clone(),
    };
    let ids: BTreeMap<&str, PackageId> =
        sections.gems.iter().map(|gem| (gem.name.as_str(), id_of(gem))).collect();
    for gem in &sections.gems {
        let mut found = package(Ecosystem::RubyGems, &gem.name, &gem.version, path, gem.line);
        found.origin = gem.origin.clone();
        found.needs = gem.needs.iter().filter_map(|need| ids.get(need.as_str()).cloned()).collect();
        found.hashes =
            sections.hashes.get(&(gem.name.clone(), gem.version.clone())).cloned().unwrap_or_default();
        found.dependence = match sections.direct.contains(&gem.name) {
            true => Dependence::Direct,
            false => Dependence::Transitive,
        };
        lock.packages.push(found);
    }
    lock
}
