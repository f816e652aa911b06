use agent_contract::RepoPath;

use super::pep508::dependency;
use crate::{
    Ecosystem, Manifest, Origin, Requirement,
    doc::Node,
    draft::{manifest, requirement},
    origin,
};

/// Reads a `pyproject.toml`.
pub(super) fn read(path: &RepoPath, doc: &Node) -> Manifest {
    let (project, poetry) = (doc.at("project"), doc.at("tool").at("poetry"));
    let mut manifest = manifest(Ecosystem::PyPI, path);
    manifest.name = project.at("name").owned().or_else(|| poetry.at("name").owned());
    manifest.version = project.at("version").owned().or_else(|| poetry.at("version").owned());
    manifest.lockable = ["poetry", "pdm", "uv"].iter().any(|tool| doc.at("tool").at(tool).exists());
    let licence = project.at("license");
    manifest.licence =
        licence.owned().or_else(|| licence.at("text").owned()).or_else(|| poetry.at("license").owned());
    let wishes = &mut manifest.requirements;
    listed(path, project.at("dependencies"), Group::Plain, wishes);
    for (_, extra) in project.at("optional-dependencies").entries() {
        listed(path, extra, Group::Extra, wishes);
    }
    let groups = [doc.at("dependency-groups"), doc.at("tool").at("pdm").at("dev-dependencies")];
    for (_, group) in groups.into_iter().flat_map(Node::entries) {
        listed(path, group, Group::Development, wishes);
    }
    listed(path, doc.at("tool").at("uv").at("dev-dependencies"), Group::Development, wishes);
    sourced(doc.at("tool").at("uv").at("sources"), wishes);
    of_poetry(path, poetry, wishes);
    manifest
}

#[derive(Clone, Copy, PartialEq)]
enum Group {
    Plain,
    Extra,
    Development,
}

fn listed(path: &RepoPath, list: &Node, group: Group, wishes: &mut Vec<Requirement>) {
    for item in list.items() {
        let Some(wish) = item.text().and_then(|text| dependency(text, path, item.line)) else { continue };
        let conditional = wish.conditional || group == Group::Extra;
        wishes.push(Requirement { development: group == Group::Development, conditional, ..wish });
    }
}

/// Gives what uv takes from elsewhere its origin.
fn sourced(sources: &Node, wishes: &mut [Requirement]) {
    for (name, source) in sources.entries() {
        let name = crate::name::normal(Ecosystem::PyPI, name);
        // A list of sources has a marker each.
        let source = source.items().first().unwrap_or(source);
        let Some(origin) = origin_of(source) else { continue };
        for wish in wishes.iter_mut().filter(|wish| wish.name == name) {
            wish.origin = origin.clone();
        }
    }
}

/// Where a table of Poetry, Pipenv or uv takes a package from; none where it does not say.
pub(super) fn origin_of(source: &Node) -> Option<Origin> {
    if ["path", "workspace", "editable"].iter().any(|key| source.at(key).exists())
        && !source.at("git").exists()
    {
        return Some(Origin::Local);
    }
    if let Some(url) = source.at("git").text() {
        let reference = source.at("rev").text().or(source.at("ref").text());
        return Some(Origin::Git { url: origin::plain(url), commit: reference.and_then(origin::commit) });
    }
    if let Some(url) = source.at("url").text().or(source.at("file").text()) {
        return Some(Origin::Url(origin::plain(url)));
    }
    let index = source.at("index").text().or(source.at("source").text());
    index.filter(|name| !name.eq_ignore_ascii_case("pypi")).map(|name| Origin::OtherRegistry(name.to_owned()))
}

fn of_poetry(path: &RepoPath, poetry: &Node, wishes: &mut Vec<Requirement>) {
    let groups = poetry.at("group").entries().map(|(name, group)| (name != "main", group.at("dependencies")));
    let tables = [(false, poetry.at("dependencies")), (true, poetry.at("dev-dependencies"))];
    for (development, table) in tables.into_iter().chain(groups) {
        for (name, node) in table.entries().filter(|(name, _)| *name != "python") {
            // More than one constraint has a marker each.
            let each = if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() };
            for one in each {
                let wish = one_of_poetry(path, name, one, node.line);
                let conditional = wish.conditional || each.len() > 1;
                wishes.push(Requirement { development, conditional, ..wish });
            }
        }
    }
}

fn one_of_poetry(path: &RepoPath, name: &str, node: &Node, line: u32) -> Requirement {
    let wanted = node.text().or(node.at("version").text()).unwrap_or_default();
    let mut wish = requirement(Ecosystem::PyPI, name, wanted, path, line);
    wish.conditional =
        node.at("optional").is_true() || node.at("markers").exists() || node.at("python").exists();
    wish.origin = origin_of(node).unwrap_or(Origin::Registry);
    wish
}
