//! Where packages are taken from.

use std::collections::BTreeMap;

use agent_contract::RepoPath;
use finding::{Found, placed};
use packages::{Inventory, Origin, Package};

use super::Sbom;

/// Registries that serve an ecosystem beside its own, or under another address.
const KNOWN: &str = include_str!("../../rules/registries.txt");

/// What is wrong with an origin, and the address that it is wrong with.
type Fault<'p> = (&'static str, &'p str);

/// Tells origins, each once for each lock file.
pub(super) fn look(gate: &Sbom, inventory: &Inventory, found: &mut Vec<Found>) {
    let mut faults: BTreeMap<(&RepoPath, Fault<'_>), (usize, &Package)> = BTreeMap::new();
    for package in &inventory.packages {
        if let Some(fault) = fault(gate, package) {
            faults.entry((&package.path, fault)).or_insert((0, package)).0 += 1;
        }
    }
    for ((path, (rule, address)), (count, first)) in faults {
        let packages = match count {
            1 => format!("package {}", first.id.name),
            _ => format!("packages such as {} ({count} in all)", first.id.name),
        };
        let told = [("packages", packages.as_str()), ("address", address), ("file", path.as_str())];
        found.push(placed(gate.catalogue.found(rule, &told, address), path, first.line));
    }
}

fn fault<'p>(gate: &Sbom, package: &'p Package) -> Option<Fault<'p>> {
    let address = match &package.origin {
        Origin::Registry | Origin::Local => return None,
        Origin::OtherRegistry(url) | Origin::Url(url) | Origin::Git { url, .. } => url.as_str(),
    };
    if is_plain(address) {
        return Some(("sbom/plain-transport", address));
    }
    match &package.origin {
        Origin::Git { commit: None, .. } => Some(("sbom/git-without-commit", address)),
        Origin::Url(_) if package.hashes.is_empty() => Some(("sbom/from-archive", address)),
        Origin::OtherRegistry(_) if !is_known(gate, address) => Some(("sbom/other-registry", address)),
        _ => None,
    }
}

/// Whether whoever stands between can change what comes.
fn is_plain(address: &str) -> bool {
    let plain = ["http://", "git://", "ftp://", "svn://"];
    let rest = plain.iter().find_map(|scheme| address.strip_prefix(scheme));
    let here = ["localhost", "127.0.0.1", "[::1]"];
    rest.is_some_and(|rest| {
        let host = rest.split('/').next().unwrap_or_default();
        !here.iter().any(|name| host == *name || host.starts_with(&format!("{name}:")))
    })
}

fn is_known(gate: &Sbom, address: &str) -> bool {
    let brought = KNOWN.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut known = brought.chain(gate.options.registries.iter().map(String::as_str));
    known.any(|start| {
        let rest = address.strip_prefix(start.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}
