//! What the heads of files say, against what the manifests above them say.

use std::collections::BTreeMap;

use finding::{Found, RepoPath, Tree, placed};
use packages::{Inventory, Manifest};

use super::{
    Licences, is_licence,
    own::{self, Text},
};
use crate::{Expression, Said, header};

/// What a manifest says.
type Saying<'i> = (&'i Manifest, Expression);

/// What each folder's manifests say, by the folder; the root is empty.
type Spoken<'i> = BTreeMap<String, Vec<Saying<'i>>>;

/// Tells files whose head says other than the nearest manifest above. Where the change is known,
/// only what it touched is looked at.
pub(super) fn conflicts(
    gate: &Licences,
    tree: &dyn Tree,
    texts: &[Text],
    inventory: &Inventory,
    found: &mut Vec<Found>,
) {
    let spoken = spoken(inventory);
    if spoken.is_empty() {
        return;
    }
    let paths = tree.touched().unwrap_or_else(|| tree.paths());
    for path in paths.into_iter().filter(|path| !is_licence(path)) {
        let [first, ..] = nearest(&path, &spoken) else { continue };
        // What can't be read is told where heads are looked at one by one.
        let Ok(Some(bytes)) = tree.read(&path) else { continue };
        for (line, head) in header::identifiers(&bytes) {
            let Ok(head) = head else { continue };
            let beside = nearest(&path, &spoken);
            if !beside.iter().any(|(_, says)| agrees(&path, &head, says, texts)) {
                found.push(conflict(gate, (&path, line), &head, first));
            }
        }
    }
}

fn spoken(inventory: &Inventory) -> Spoken<'_> {
    let mut spoken = Spoken::new();
    for manifest in &inventory.manifests {
        if let Some(Said::Expression(expression)) = own::said(manifest) {
            spoken.entry(folder(&manifest.path)).or_default().push((manifest, *expression));
        }
    }
    spoken
}

fn folder(path: &RepoPath) -> String {
    path.parent().map_or_else(String::new, |folder| folder.as_str().to_owned())
}

/// What is said in the file's folder, else in the nearest one above.
fn nearest<'s, 'i>(path: &RepoPath, spoken: &'s Spoken<'i>) -> &'s [Saying<'i>] {
    let mut at = folder(path);
    loop {
        if let Some(found) = spoken.get(&at) {
            return found;
        }
        if at.is_empty() {
            return &[];
        }
        at.truncate(at.rfind('/').unwrap_or(0));
    }
}

/// Whether a head names a licence of the manifest's, or one whose text lies at the root or
/// above the file.
fn agrees(path: &RepoPath, head: &Expression, says: &Expression, texts: &[Text]) -> bool {
    let above = |text: &&Text| {
        own::is_at_root(&text.path) || text.path.parent().is_some_and(|folder| path.is_within(&folder))
    };
    head.terms().any(|term| {
        let same = |other: &crate::Term| other.family() == term.family();
        says.terms().any(|other| same(&other))
            || texts.iter().filter(above).any(|text| text.terms.iter().any(same))
    })
}

fn conflict(
    gate: &Licences,
    (path, line): (&RepoPath, u32),
    head: &Expression,
    (manifest, says): &Saying<'_>,
) -> Found {
    let (head, says) = (head.to_string(), says.to_string());
    let told =
        [("file", path.as_str()), ("head", &head), ("manifest", manifest.path.as_str()), ("says", &says)];
    placed(gate.catalogue.found("licence/header-conflict", &told, &format!("{says}\n{head}")), path, line)
}
