use std::collections::{BTreeMap, BTreeSet};

use agent_contract::RepoPath;

use super::source::resolved;
use crate::{
    Dependence, Ecosystem, Hash, Origin, PackageId,
    doc::Node,
    draft::{LockDraft, package},
    kind::Kind,
    origin,
};

/// A package in a lock file of yarn, of either form.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Entry {
    pub(super) line: u32,
    /// What it stands for, each `name@range`.
    pub(super) keys: Vec<String>,
    /// Its own name where its keys have another.
    pub(super) name: Option<String>,
    pub(super) version: String,
    pub(super) origin: Option<Origin>,
    pub(super) hashes: BTreeSet<Hash>,
    /// What it needs, each `name@range`.
    pub(super) needs: Vec<String>,
}

/// Reads the first form: keys at the margin, what belongs to them indented beneath.
pub(super) fn entries(text: &str) -> Result<Vec<Entry>, String> {
    let mut found: Vec<Entry> = Vec::new();
    let mut needing = false;
    for (number, line) in (1_u32..).zip(text.lines()) {
        let bare = line.trim_end();
        let inner = bare.trim_start();
        if inner.is_empty() || inner.starts_with('#') {
            continue;
        }
        let broken = || format!("line {number}: neither a package nor what belongs to one");
        match bare.len() - inner.len() {
            0 => {
                let keys = bare.strip_suffix(':').ok_or_else(broken)?;
                let keys = keys.split(", ").map(|key| unquoted(key).to_owned()).collect();
                found.push(Entry { line: number, keys, ..Entry::default() });
                needing = false;
            }
            2 => {
                needing = matches!(inner, "dependencies:" | "optionalDependencies:");
                field(found.last_mut().ok_or_else(broken)?, inner);
            }
            _ if needing => {
                let (name, range) = inner.split_once(' ').ok_or_else(broken)?;
                let need = format!("{}@{}", unquoted(name), unquoted(range));
                found.last_mut().ok_or_else(broken)?.needs.push(need);
            }
            _ => {}
        }
    }
    match found.iter().find(|entry| entry.version.is_empty()) {
        Some(entry) => Err(format!("line {}: a package without a version", entry.line)),
        None => Ok(found),
    }
}

fn field(entry: &mut Entry, text: &str) {
    let Some((key, value)) = text.split_once(' ') else { return };
    let value = unquoted(value);
    match key {
        "version" => entry.version = value.to_owned(),
        "resolved" => {
            entry.origin = Some(resolved(value));
            let hash = value.rsplit_once('#').and_then(|(_, hash)| origin::hash("sha1", hash));
            if entry.origin == Some(Origin::Registry) {
                entry.hashes.extend(hash);
            }
        }
        "integrity" => entry.hashes.extend(origin::integrity(value)),
        _ => {}
    }
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches('"')
}

/// Makes packages of the entries. The manifests tell which of them are direct.
pub(super) fn read<'d>(
    path: &RepoPath,
    entries: &[Entry],
    manifests: impl Iterator<Item = &'d Node>,
) -> LockDraft {
    let mut lock = super::lock(Kind::YarnLock, path, false);
    let ids: BTreeMap<&str, PackageId> =
        entries.iter().flat_map(|entry| entry.keys.iter().map(|key| (key.as_str(), id_of(entry)))).collect();
    let direct: BTreeSet<&PackageId> =
        manifests.flat_map(wishes).filter_map(|wish| find(&wish, &ids)).collect();
    for entry in entries {
        let id = id_of(entry);
        let mut found = package(Ecosystem::Npm, &id.name, &id.version, path, entry.line);
        found.origin = entry.origin.clone().unwrap_or(Origin::Registry);
        found.hashes.clone_from(&entry.hashes);
        found.needs = entry.needs.iter().filter_map(|need| find(need, &ids)).cloned().collect();
        if direct.contains(&id) {
            found.dependence = Dependence::Direct;
        }
        lock.packages.push(found);
    }
    lock
}

fn find<'i>(need: &str, ids: &'i BTreeMap<&str, PackageId>) -> Option<&'i PackageId> {
    let with_protocol = || {
        let (name, range) = split(need)?;
        ids.get(format!("{name}@npm:{range}").as_str())
    };
    ids.get(need).or_else(with_protocol)
}

fn wishes(manifest: &Node) -> Vec<String> {
    let groups = ["dependencies", "devDependencies", "optionalDependencies"];
    let entries = groups.into_iter().flat_map(|group| manifest.at(group).entries());
    entries.filter_map(|(name, wish)| Some(format!("{name}@{}", wish.text()?))).collect()
}

fn id_of(entry: &Entry) -> PackageId {
    let first = entry.keys.first().map_or("", String::as_str);
    let (name, range) = split(first).unwrap_or((first, ""));
    // `other@npm:name@range` is an alias.
    let alias = range.strip_prefix("npm:").and_then(split).map(|(name, _)| name);
    let name = entry.name.as_deref().or(alias).unwrap_or(name);
    PackageId { ecosystem: Ecosystem::Npm, name: name.to_owned(), version: entry.version.clone() }
}

/// `name@range`, where the name may begin with `@`.
pub(super) fn split(key: &str) -> Option<(&str, &str)> {
    let at = key.char_indices().skip(1).find(|(_, c)| *c == '@')?.0;
    Some((&key[..at], &key[at + 1..]))
}
