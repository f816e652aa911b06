//! What the repository itself is under.

use std::collections::{BTreeMap, BTreeSet};

use finding::{Found, RepoPath, Survey, Tree, placed};
use packages::{Inventory, Manifest};

use super::{Licences, is_licence};
use crate::{Expression, Said, Term, header, recognise, same_wording, understand};

/// A licence file, and what it holds.
pub(super) struct Text {
    pub(super) path: RepoPath,
    bytes: Vec<u8>,
    pub(super) terms: Vec<Term>,
}

/// Reads every licence file.
pub(super) fn texts(tree: &dyn Tree, survey: &mut Survey) -> Vec<Text> {
    let mut texts = Vec::new();
    for path in tree.paths().into_iter().filter(is_licence) {
        match tree.read(&path) {
            Ok(Some(bytes)) => {
                if !survey.scanned.contains(&path) {
                    survey.scanned.push(path.clone());
                }
                texts.push(Text { terms: held_terms(&bytes), path, bytes });
            }
            Ok(None) => {}
            Err(reason) => survey.broken.push((path, reason)),
        }
    }
    texts
}

fn held_terms(bytes: &[u8]) -> Vec<Term> {
    let told = header::identifiers(bytes).into_iter().filter_map(|(_, said)| said.ok());
    let worded = recognise(bytes).into_iter().filter_map(|id| Expression::parse(id).ok());
    let mut terms: Vec<Term> = Vec::new();
    for expression in told.chain(worded) {
        terms.extend(expression.terms());
    }
    terms
}

pub(super) fn is_at_root(path: &RepoPath) -> bool {
    path.parent().is_none() || path.parent().is_some_and(|folder| folder.as_str() == "LICENSES")
}

pub(super) fn said(manifest: &Manifest) -> Option<Said> {
    manifest.licence.as_deref().map(understand)
}

/// What the repository says that it is under, in its manifests or else in its files.
pub(super) fn terms(texts: &[Text], inventory: &Inventory) -> Vec<Term> {
    let manifests = inventory.manifests.iter().filter(|manifest| is_at_root(&manifest.path));
    let said = manifests.filter_map(said).filter_map(|said| match said {
        Said::Expression(expression) => Some(expression.terms().collect::<Vec<_>>()),
        _ => None,
    });
    let terms: Vec<Term> = said.flatten().collect();
    if !terms.is_empty() {
        return terms;
    }
    texts.iter().filter(|text| is_at_root(&text.path)).flat_map(|text| text.terms.clone()).collect()
}

/// Tells a repository that says nothing at all.
pub(super) fn missing(gate: &Licences, texts: &[Text], inventory: &Inventory, found: &mut Vec<Found>) {
    let file = texts.iter().any(|text| is_at_root(&text.path));
    let manifest = inventory.manifests.iter().any(|manifest| manifest.licence.is_some());
    if !file && !manifest {
        let missing = gate.catalogue.found("licence/missing", &[], "repository");
        found.push(gate.options.weighed(missing));
    }
}

/// Tells a repository that is itself under what the policy denies. Its allow list is for what is
/// taken in. A text of a licence that a manifest offers as a choice is none that binds.
pub(super) fn denied(gate: &Licences, texts: &[Text], inventory: &Inventory, found: &mut Vec<Found>) {
    let may = |term: &Term| !gate.options.denies(term);
    let mut tell = |path: &RepoPath, licence: &str| {
        let told = [("object", "the repository itself"), ("licence", licence)];
        found.push(placed(gate.catalogue.found("licence/denied", &told, licence), path, 1));
    };
    let mut choices: Vec<Term> = Vec::new();
    for manifest in inventory.manifests.iter().filter(|manifest| is_at_root(&manifest.path)) {
        match said(manifest) {
            Some(said @ (Said::Expression(_) | Said::OneOf(_))) if !said.is_met(may) => {
                tell(&manifest.path, manifest.licence.as_deref().unwrap_or_default());
            }
            Some(Said::Expression(expression)) => choices.extend(expression.terms()),
            _ => {}
        }
    }
    for text in texts.iter().filter(|text| is_at_root(&text.path)) {
        let chosen = |term: &Term| choices.iter().any(|choice| choice.family() == term.family());
        if let Some(term) = text.terms.iter().find(|term| !may(term) && !chosen(term)) {
            tell(&text.path, &term.to_string());
        }
    }
}

/// Tells manifests that say other than the licence file beside them.
pub(super) fn conflicts(gate: &Licences, texts: &[Text], inventory: &Inventory, found: &mut Vec<Found>) {
    for manifest in &inventory.manifests {
        let Some(Said::Expression(expression)) = said(manifest) else { continue };
        let families: BTreeSet<String> = expression.terms().map(|term| term.family().to_owned()).collect();
        let beside: Vec<&Text> = texts
            .iter()
            .filter(|text| text.path.parent() == manifest.path.parent() && !text.terms.is_empty())
            .collect();
        let agrees = |text: &Text| text.terms.iter().any(|term| families.contains(term.family()));
        let agreed = beside.iter().any(|text| agrees(text));
        for text in beside.into_iter().filter(|text| !agrees(text)) {
            // Beside the right text others lie too, of what was taken in; a strong one is told.
            if agreed && !text.terms.iter().any(Term::is_strong_copyleft) {
                continue;
            }
            let (is, says, file) = (text.terms[0].to_string(), expression.to_string(), text.path.as_str());
            let subject = format!("{says}\n{is}");
            let told =
                [("manifest", manifest.path.as_str()), ("says", &says), ("file", file), ("holds", &is)];
            let one = gate.catalogue.found("licence/conflict", &told, &subject);
            found.push(placed(one, &text.path, 1));
        }
    }
}

/// Tells licence files and manifests of the root that say other than before the change.
pub(super) fn changed(
    gate: &Licences,
    texts: &[Text],
    inventory: &Inventory,
    before: &dyn Tree,
    found: &mut Vec<Found>,
) {
    let mut tell = |path: &RepoPath, was: &str, is: &str| {
        let told = [("file", path.as_str()), ("was", was), ("is", is)];
        let one = gate.catalogue.found("licence/changed", &told, &format!("{was}\n{is}"));
        found.push(placed(one, path, 1));
    };
    for path in before.paths().into_iter().filter(|path| is_licence(path) && is_at_root(path)) {
        let Ok(Some(old)) = before.read(&path) else { continue };
        match texts.iter().find(|text| text.path == path) {
            None => tell(&path, &named(&held_terms(&old)), "gone"),
            Some(text) if !same_wording(&old, &text.bytes) => {
                tell(&path, &named(&held_terms(&old)), &named(&text.terms));
            }
            Some(_) => {}
        }
    }
    let known: BTreeMap<&RepoPath, &Manifest> =
        inventory.manifests.iter().map(|manifest| (&manifest.path, manifest)).collect();
    for old in packages::read(before).manifests {
        let (Some(was), Some(now)) = (&old.licence, known.get(&old.path)) else { continue };
        if now.licence.as_deref() != Some(was) {
            tell(&old.path, was, now.licence.as_deref().unwrap_or("gone"));
        }
    }
}

fn named(terms: &[Term]) -> String {
    let names: Vec<String> = terms.iter().map(ToString::to_string).collect();
    if names.is_empty() { "other words".to_owned() } else { names.join(" and ") }
}

/// Tells licence files of what others wrote that the policy has no place for.
pub(super) fn held(gate: &Licences, texts: &[Text], found: &mut Vec<Found>) {
    for text in texts.iter().filter(|text| !is_at_root(&text.path)) {
        let denied = text.terms.iter().find(|term| gate.options.denies(term));
        let strange = || text.terms.iter().find(|term| !gate.options.allows(term));
        let (rule, licence) = match (denied, strange()) {
            (Some(term), _) => ("licence/denied", term.to_string()),
            (None, Some(term)) => ("licence/not-allowed", term.to_string()),
            _ if text.terms.is_empty() && !gate.options.allow.is_empty() => {
                ("licence/unclear", "words of its own".to_owned())
            }
            (None, None) => continue,
        };
        let object = format!("what lies beside {}", text.path.as_str());
        let told = [("object", object.as_str()), ("licence", &licence)];
        let mut one = gate.catalogue.found(rule, &told, &licence);
        if rule == "licence/unclear" {
            one = gate.options.weighed(one);
        }
        found.push(placed(one, &text.path, 1));
    }
}
