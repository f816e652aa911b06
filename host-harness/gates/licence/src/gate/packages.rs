//! What the packages of the lock files are under.

use std::collections::BTreeMap;

use finding::{Found, RepoPath, placed};
use packages::{Inventory, Origin, Package};

use super::Licences;
use crate::{Said, Term, understand};

/// Looks at every locked package.
pub(super) fn look(gate: &Licences, inventory: &Inventory, own: &[Term], found: &mut Vec<Found>) {
    let permissive = !own.is_empty() && !own.iter().any(Term::is_copyleft);
    let mut untold: BTreeMap<&RepoPath, (usize, &Package)> = BTreeMap::new();
    for package in inventory.packages.iter().filter(|package| package.origin != Origin::Local) {
        let known = gate.options.known.get(&package.id);
        match known.or(package.licence.as_ref()).filter(|text| !text.trim().is_empty()) {
            Some(text) => found.extend(told(gate, package, text, permissive)),
            None => untold.entry(&package.path).or_insert((0, package)).0 += 1,
        }
    }
    for (path, (count, first)) in untold {
        let all = inventory.packages.iter().filter(|package| &package.path == path).count();
        let said = [
            ("file", path.as_str()),
            ("count", &count.to_string()),
            ("all", &all.to_string()),
            ("first", &first.id.name),
        ];
        let mut one = gate.catalogue.found("licence/unknown", &said, "packages");
        one.severity = gate.options.weight_of_unknown();
        found.push(placed(one, path, first.line));
    }
}

fn told(gate: &Licences, package: &Package, text: &str, permissive: bool) -> Option<Found> {
    let said = understand(text);
    let rule = broken(gate, package, &said, permissive)?;
    let object = format!("package {} {}", package.id.name, package.id.version);
    let subject = format!("{}\n{}\n{text}", package.id.ecosystem.purl(), package.id.name);
    let told = [("object", object.as_str()), ("licence", text), ("name", &package.id.name)];
    Some(placed(gate.catalogue.found(rule, &told, &subject), &package.path, package.line))
}

fn broken(gate: &Licences, package: &Package, said: &Said, permissive: bool) -> Option<&'static str> {
    let options = &gate.options;
    let excepted = |term: &Term| options.excepts(&package.id.name, term);
    let understood = matches!(said, Said::Expression(_) | Said::OneOf(_));
    if understood && !said.is_met(|term| excepted(term) || !options.denies(term)) {
        return Some("licence/denied");
    }
    if !options.allow.is_empty() && !said.is_met(|term| excepted(term) || options.allows(term)) {
        return Some("licence/not-allowed");
    }
    if !understood {
        return Some("licence/unclear");
    }
    let free = |term: &Term| excepted(term) || options.names_allowed(term) || !term.is_strong_copyleft();
    let bound = permissive && !package.development && !said.is_met(free);
    bound.then_some("licence/copyleft-dependency")
}
