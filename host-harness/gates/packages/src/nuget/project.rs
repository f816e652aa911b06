use std::collections::BTreeMap;

use agent_contract::RepoPath;

use crate::{
    Ecosystem, Manifest, Requirement,
    doc::Element,
    draft::{manifest, requirement},
    files::{folder, upwards},
};

/// What stands in the folders above a project, by folder.
pub(super) struct Beside<'d> {
    /// The central versions.
    pub(super) central: BTreeMap<String, &'d Element>,
    /// What every project begins with.
    pub(super) build: BTreeMap<String, &'d Element>,
}

/// The file of a folder, or of the next one above that has one.
fn nearest<'d>(found: &BTreeMap<String, &'d Element>, here: &str) -> Option<&'d Element> {
    upwards(here).find_map(|folder| found.get(folder).copied())
}

/// Reads a project.
pub(super) fn read(path: &RepoPath, doc: &Element, beside: &Beside<'_>) -> Manifest {
    let here = folder(path);
    let (central, build) = (nearest(&beside.central, &here), nearest(&beside.build, &here));
    let mut properties = BTreeMap::new();
    for doc in [build, central, Some(doc)].into_iter().flatten() {
        collect(doc, &mut properties);
    }
    let versions = central.map(|central| central_versions(central, &properties)).unwrap_or_default();
    let mut manifest = manifest(Ecosystem::NuGet, path);
    let field = |names: &[&str]| names.iter().find_map(|name| properties_of(doc, name));
    manifest.name = field(&["PackageId", "AssemblyName"]);
    manifest.version = field(&["Version", "VersionPrefix"]);
    manifest.licence = field(&["PackageLicenseExpression"]);
    let locks = properties.get("restorepackageswithlockfile");
    manifest.lockable = locks.is_some_and(|value| value.eq_ignore_ascii_case("true"));
    for kind in ["PackageReference", "GlobalPackageReference"] {
        for element in doc.all(kind) {
            manifest.requirements.extend(reference(path, element, &versions, &properties));
        }
    }
    manifest
}

fn properties_of(doc: &Element, name: &str) -> Option<String> {
    let groups = doc.children.iter().filter(|child| child.name == "PropertyGroup");
    groups.filter_map(|group| group.text_of(name)).find(|text| !text.contains('$')).map(str::to_owned)
}

fn collect(doc: &Element, properties: &mut BTreeMap<String, String>) {
    let groups = doc.children.iter().filter(|child| child.name == "PropertyGroup");
    for property in groups.flat_map(|group| &group.children) {
        properties.insert(property.name.to_lowercase(), property.text.clone());
    }
}

fn central_versions(doc: &Element, properties: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let all = doc.all("PackageVersion").into_iter();
    all.filter_map(|element| {
        let name = element.attribute("Include").or(element.attribute("Update"))?;
        Some((name.to_lowercase(), resolved(version_of(element)?, properties)))
    })
    .collect()
}

fn version_of(element: &Element) -> Option<&str> {
    element.attribute("Version").or_else(|| element.text_of("Version"))
}

/// A text with the properties that it names; one that is not known stays.
fn resolved(text: &str, properties: &BTreeMap<String, String>) -> String {
    let mut text = text.trim().to_owned();
    // A property may name another, but not without end.
    for _ in 0..8 {
        let Some((before, rest)) = text.split_once("$(") else { break };
        let Some((name, after)) = rest.split_once(')') else { break };
        let Some(value) = properties.get(&name.to_lowercase()).filter(|value| value.len() < 256) else {
            break;
        };
        text = format!("{before}{value}{after}");
    }
    text
}

fn reference(
    path: &RepoPath,
    element: &Element,
    versions: &BTreeMap<String, String>,
    properties: &BTreeMap<String, String>,
) -> Option<Requirement> {
    let name = element.attribute("Include").or(element.attribute("Update"))?;
    let own = element.attribute("VersionOverride").or_else(|| element.text_of("VersionOverride"));
    let own = own.or(version_of(element)).map(|text| resolved(text, properties));
    let wanted = own.or_else(|| versions.get(&name.to_lowercase()).cloned());
    // `Update` alone changes what another file asked for.
    let conditional = wanted.is_none()
        || element.attribute("Include").is_none()
        || element.attribute("Condition").is_some()
        || wanted.as_deref().is_some_and(|wanted| wanted.contains("$("));
    let private = element.attribute("PrivateAssets").or_else(|| element.text_of("PrivateAssets"));
    let found =
        requirement(Ecosystem::NuGet, name, wanted.as_deref().unwrap_or_default(), path, element.line);
    let development = private.is_some_and(|private| private.eq_ignore_ascii_case("all"));
    (!name.contains(['$', '@', ';'])).then_some(Requirement { development, conditional, ..found })
}

/// Reads a `packages.config`, which names what was installed.
pub(super) fn config(path: &RepoPath, doc: &Element) -> Manifest {
    let mut manifest = manifest(Ecosystem::NuGet, path);
    for element in doc.all("package") {
        let Some(name) = element.attribute("id") else { continue };
        let wanted = element.attribute("version").unwrap_or_default();
        let mut found = requirement(Ecosystem::NuGet, name, wanted, path, element.line);
        found.development = element.attribute("developmentDependency") == Some("true");
        manifest.requirements.push(found);
    }
    manifest
}
