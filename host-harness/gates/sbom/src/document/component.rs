use std::collections::{BTreeMap, BTreeSet};

use licence::Said;
use packages::{HashKind, Origin, Package, purl};

use super::{
    Making, ROOT, Subject, Tool,
    wire::{Component, ExternalReference, Hash, Licence, LicenceChoice, Property},
};
use crate::format;

/// A component, and the locked packages that it stands for: the same package in two lock files
/// is one component.
pub(super) struct Part<'a> {
    pub(super) component: Component,
    pub(super) packages: Vec<&'a Package>,
}

/// The components by their references.
pub(super) fn parts<'a>(making: &Making<'a>) -> BTreeMap<String, Part<'a>> {
    let mut together: BTreeMap<String, Vec<&Package>> = BTreeMap::new();
    for package in &making.inventory.packages {
        together.entry(purl(package)).or_default().push(package);
    }
    let part = |(reference, mut packages): (String, Vec<&'a Package>)| {
        packages.sort_by(|one, other| order(one).cmp(&order(other)));
        let component = component(making, &reference, &packages);
        (reference, Part { component, packages })
    };
    together.into_iter().map(part).collect()
}

/// Whatever order the packages come in, the document is the same.
fn order(package: &Package) -> impl Ord + '_ {
    (&package.path, package.line, &package.id, &package.licence)
}

/// The repository itself.
pub(super) fn root(subject: &Subject) -> Component {
    let address = subject.repository.clone().filter(|url| format::is_iri_reference(url));
    Component {
        kind: "application",
        reference: Some(ROOT.to_owned()),
        name: subject.name.clone(),
        version: subject.version.as_deref().map(short),
        licenses: subject.licence.as_deref().map(licences).unwrap_or_default(),
        external_references: address.into_iter().map(|url| ExternalReference { url, kind: "vcs" }).collect(),
        ..Component::default()
    }
}

/// The tool that makes the document.
pub(super) fn tool(tool: &Tool) -> Component {
    Component {
        kind: "application",
        name: tool.name.clone(),
        version: Some(short(&tool.version)),
        ..Component::default()
    }
}

fn component(making: &Making<'_>, reference: &str, packages: &[&Package]) -> Component {
    let Some(first) = packages.first() else { return Component::default() };
    let (group, name) = names(&first.id.name);
    let said = packages.iter().find_map(|package| package.licence.as_ref());
    let said = making.known.get(&first.id).or(said);
    let development = packages.iter().all(|package| package.development);
    Component {
        kind: "library",
        reference: Some(reference.to_owned()),
        group,
        name,
        version: Some(short(&first.id.version)).filter(|version| !version.is_empty()),
        scope: Some(if development { "excluded" } else { "required" }),
        hashes: hashes(packages),
        licenses: said.map(|said| licences(said)).unwrap_or_default(),
        purl: Some(reference.to_owned()),
        external_references: origin(&first.origin).into_iter().collect(),
        properties: properties(packages, development),
    }
}

/// The format takes 1024 characters.
fn short(version: &str) -> String {
    version.chars().take(1024).collect()
}

fn names(name: &str) -> (Option<String>, String) {
    match name.rsplit_once(['/', ':']) {
        Some((group, name)) if !group.is_empty() && !name.is_empty() => {
            (Some(group.to_owned()), name.to_owned())
        }
        _ => (None, name.to_owned()),
    }
}

fn hashes(packages: &[&Package]) -> Vec<Hash> {
    let all = packages.iter().flat_map(|package| &package.hashes).filter_map(|hash| {
        let alg = match hash.kind {
            HashKind::Md5 => "MD5",
            HashKind::Sha1 => "SHA-1",
            HashKind::Sha256 => "SHA-256",
            HashKind::Sha384 => "SHA-384",
            HashKind::Sha512 => "SHA-512",
        };
        let whole = format::hash_length(alg) == Some(hash.hex.len());
        let hex = whole && hash.hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        hex.then(|| Hash { alg, content: hash.hex.clone() })
    });
    all.collect::<BTreeSet<Hash>>().into_iter().collect()
}

/// The format has an id where the list has one, an expression alone, and a name for the rest.
fn licences(said: &str) -> Vec<LicenceChoice> {
    let named = |name: &str| {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        vec![LicenceChoice::Licence { license: Licence::Name(name.chars().take(200).collect()) }]
    };
    match licence::understand(said) {
        Said::Expression(expression) => match expression.single().filter(|id| format::is_listed(id)) {
            Some(id) => vec![LicenceChoice::Licence { license: Licence::Id(id) }],
            None => vec![LicenceChoice::Expression { expression: expression.to_string() }],
        },
        _ if said.trim().is_empty() => Vec::new(),
        _ => named(said),
    }
}

fn origin(origin: &Origin) -> Option<ExternalReference> {
    let (url, kind) = match origin {
        Origin::Git { url, .. } => (url, "vcs"),
        Origin::Url(url) | Origin::OtherRegistry(url) => (url, "distribution"),
        Origin::Registry | Origin::Local => return None,
    };
    format::is_iri_reference(url).then(|| ExternalReference { url: url.clone(), kind })
}

fn properties(packages: &[&Package], development: bool) -> Vec<Property> {
    let files: BTreeSet<&str> = packages.iter().map(|package| package.path.as_str()).collect();
    let files = files.into_iter().map(|file| Property { name: "code-assist:file", value: file.to_owned() });
    let local = packages.iter().any(|package| package.origin == Origin::Local);
    let flag = |is: bool, name| is.then(|| Property { name, value: "true".to_owned() });
    let flags = [flag(development, "code-assist:development"), flag(local, "code-assist:local")];
    files.chain(flags.into_iter().flatten()).collect()
}
