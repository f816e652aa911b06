use std::collections::BTreeMap;

use agent_contract::RepoPath;

use crate::{
    Ecosystem, Manifest, Requirement,
    doc::Element,
    draft::{manifest, requirement},
    files::beside,
};

/// Parents that are followed.
const PARENTS_MAX: usize = 16;

/// The projects of a tree, which name each other as parents.
pub(super) struct Poms<'d> {
    by_path: &'d BTreeMap<RepoPath, Element>,
    by_name: BTreeMap<String, &'d Element>,
}

impl<'d> Poms<'d> {
    pub(super) fn of(by_path: &'d BTreeMap<RepoPath, Element>) -> Self {
        let named =
            by_path.values().map(|doc| (format!("{}:{}", own(doc, "groupId"), own(doc, "artifactId")), doc));
        Self { by_path, by_name: named.collect() }
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &'d RepoPath> {
        self.by_path.keys()
    }

    /// What a project asks for, with what it has from its parents.
    pub(super) fn manifest(&self, path: &RepoPath) -> Manifest {
        let mut manifest = manifest(Ecosystem::Maven, path);
        let chain = self.chain(path);
        let Some(doc) = chain.first() else { return manifest };
        let values = properties(&chain);
        let managed = self.managed(&chain, &values);
        let resolved = |text: &str| resolve(text, &values);
        let (group, artifact) = (resolved(own(doc, "groupId")), resolved(own(doc, "artifactId")));
        manifest.name = Some(format!("{group}:{artifact}")).filter(|_| !artifact.is_empty());
        manifest.version = Some(resolved(own(doc, "version"))).filter(|version| !version.is_empty());
        let names = doc.list("licenses").iter().filter_map(|licence| licence.text_of("name"));
        let names: Vec<&str> = names.collect();
        manifest.licence = (!names.is_empty()).then(|| names.join(" OR "));
        let profiles = doc
            .list("profiles")
            .iter()
            .flat_map(|profile| profile.list("dependencies"))
            .map(|node| (node, true));
        for (node, conditional) in doc.list("dependencies").iter().map(|node| (node, false)).chain(profiles) {
            let mut wish = dependency(path, node, &managed, &values);
            wish.conditional |= conditional;
            manifest.requirements.push(wish);
        }
        manifest
    }

    /// A project and its parents in the tree, nearest first.
    fn chain(&self, path: &RepoPath) -> Vec<&'d Element> {
        let Some(doc) = self.by_path.get(path) else { return Vec::new() };
        let (mut chain, mut at) = (vec![doc], path.clone());
        while let Some(parent) =
            chain.last().and_then(|doc| doc.child("parent")).filter(|_| chain.len() < PARENTS_MAX)
        {
            let name = parent.text_of("artifactId").unwrap_or_default();
            let group = parent.text_of("groupId").unwrap_or_default();
            let relative = parent.text_of("relativePath").unwrap_or("../pom.xml");
            let direct = beside(&at, relative).map(|path| {
                if path.as_str().ends_with(".xml") { Some(path) } else { path.join("pom.xml").ok() }
            });
            let lies = direct.flatten().and_then(|path| self.by_path.get(&path).map(|doc| (doc, path)));
            match lies.filter(|(doc, _)| own(doc, "artifactId") == name) {
                Some((doc, path)) => {
                    chain.push(doc);
                    at = path;
                }
                None => match self.by_name.get(&format!("{group}:{name}")) {
                    Some(doc) => chain.push(doc),
                    None => break,
                },
            }
        }
        chain
    }

    /// The versions that a project or its parents manage, by group and name.
    fn managed(&self, chain: &[&Element], values: &BTreeMap<String, String>) -> BTreeMap<String, Managed> {
        let mut found = BTreeMap::new();
        for doc in chain {
            let Some(management) = doc.child("dependencyManagement") else { continue };
            for node in management.list("dependencies") {
                let name = coordinates(node, values);
                if node.text_of("scope") == Some("import") {
                    let bom = self.by_name.get(&name);
                    let nodes = bom
                        .and_then(|bom| bom.child("dependencyManagement"))
                        .map_or(&[][..], |inner| inner.list("dependencies"));
                    let values = bom.map(|bom| properties(&[bom])).unwrap_or_default();
                    for node in nodes {
                        found.entry(coordinates(node, &values)).or_insert_with(|| Managed::of(node, &values));
                    }
                } else {
                    found.entry(name).or_insert_with(|| Managed::of(node, values));
                }
            }
        }
        found
    }
}

/// What a project or its parent says of a dependency's version and scope.
struct Managed {
    version: String,
    tests: bool,
}

impl Managed {
    fn of(node: &Element, values: &BTreeMap<String, String>) -> Self {
        let version = resolve(node.text_of("version").unwrap_or_default(), values);
        Self { version, tests: node.text_of("scope") == Some("test") }
    }
}

/// A project's own text of a name, or that of what it says of its parent.
fn own<'d>(doc: &'d Element, name: &str) -> &'d str {
    let inherited =
        || doc.child("parent").filter(|_| name != "artifactId").and_then(|parent| parent.text_of(name));
    doc.text_of(name).or_else(inherited).unwrap_or_default()
}

fn coordinates(node: &Element, values: &BTreeMap<String, String>) -> String {
    let part = |name: &str| resolve(node.text_of(name).unwrap_or_default(), values);
    format!("{}:{}", part("groupId"), part("artifactId"))
}

/// What can stand between `${` and `}`; a project's own before its parents'.
fn properties(chain: &[&Element]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for doc in chain {
        for property in doc.list("properties") {
            found.entry(property.name.clone()).or_insert_with(|| property.text.clone());
        }
    }
    let Some(doc) = chain.first() else { return found };
    for name in ["groupId", "artifactId", "version"] {
        let value = own(doc, name).to_owned();
        found.entry(format!("project.{name}")).or_insert_with(|| value.clone());
        found.entry(format!("pom.{name}")).or_insert(value);
        let above = doc.child("parent").and_then(|parent| parent.text_of(name)).unwrap_or_default();
        found.entry(format!("project.parent.{name}")).or_insert_with(|| above.to_owned());
    }
    found
}

/// A text with its properties; one that is not known stays.
fn resolve(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut text = text.trim().to_owned();
    // A property may name another, but not without end.
    for _ in 0..16 {
        let Some((before, rest)) = text.split_once("${") else { break };
        let Some((name, after)) = rest.split_once('}') else { break };
        let Some(value) = values.get(name).filter(|value| value.len() < 256) else { break };
        text = format!("{before}{value}{after}");
    }
    text
}

fn dependency(
    path: &RepoPath,
    node: &Element,
    managed: &BTreeMap<String, Managed>,
    values: &BTreeMap<String, String>,
) -> Requirement {
    let name = coordinates(node, values);
    let managed = managed.get(&name);
    let own = node.text_of("version").map(|version| resolve(version, values));
    let wanted = own.or_else(|| managed.map(|managed| managed.version.clone())).unwrap_or_default();
    let mut found = requirement(Ecosystem::Maven, &name, &wanted, path, node.line);
    let scope = node.text_of("scope");
    found.development =
        scope == Some("test") || scope.is_none() && managed.is_some_and(|managed| managed.tests);
    // A version that comes from a parent elsewhere is not known here.
    found.conditional = wanted.is_empty() || wanted.contains("${");
    if scope == Some("system") {
        found.origin = crate::Origin::Local;
    }
    found
}
