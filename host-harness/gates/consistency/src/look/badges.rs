//! Badges that name something of the repository: a workflow, or the project's own version.

use super::{Told, commands::address};
use crate::{document::Document, manifest::Package, place, repository::Repository};

const FOLDER: &str = ".github/workflows";

pub(super) fn look(repository: &Repository<'_>, document: &Document, told: &mut Vec<Told>) {
    for link in &document.parts.links {
        let missing = workflow(&link.target).filter(|(project, file)| {
            is_own(repository, project) && !repository.has_file(&format!("{FOLDER}/{file}"))
        });
        if let Some((_, file)) = missing.filter(|_| repository.has_folder(FOLDER)) {
            let why = format!("there is no `{FOLDER}/{file}`");
            told.push(Told::new("consistency/badge", link.line, file, why));
        }
        let said = version(&link.target).and_then(|said| Some((own_version(repository, document)?, said)));
        if let Some((own, said)) = said.filter(|(own, said)| own != said) {
            let why = format!("the manifest says `{own}`");
            told.push(Told::new("consistency/badge", link.line, &said, why));
        }
    }
}

/// Owner and name of a project, and the workflow that a badge shows.
fn workflow(target: &str) -> Option<(&str, &str)> {
    let rest = target.split_once("://")?.1;
    let (project, file) = match rest.strip_prefix("img.shields.io/github/actions/workflow/status/") {
        Some(rest) => rest.split(['?', '#']).next()?.rsplit_once('/')?,
        None => {
            let (project, rest) = rest.strip_prefix("github.com/")?.split_once("/actions/workflows/")?;
            (project, rest.split_once("/badge.svg")?.0)
        }
    };
    let yaml = file.ends_with(".yml") || file.ends_with(".yaml");
    (yaml && project.matches('/').count() == 1).then_some((project, file))
}

fn is_own(repository: &Repository<'_>, project: &str) -> bool {
    let whole = format!("github.com/{}", project.to_ascii_lowercase());
    repository.manifests().addresses.iter().any(|own| address(own) == whole)
}

/// `img.shields.io/badge/version-1.2.3-blue`.
fn version(target: &str) -> Option<String> {
    let badge = target.split_once("img.shields.io/badge/")?.1;
    let rest = badge.strip_prefix("version-").or_else(|| badge.strip_prefix("Version-"))?;
    let version = place::unescaped(rest.split('-').next()?)?;
    let version = version.trim_start_matches('v').to_owned();
    let numeric = version.split('.').count() == 3
        && version.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    numeric.then_some(version)
}

/// The version of the only package that lies where the document does.
fn own_version(repository: &Repository<'_>, document: &Document) -> Option<String> {
    let manifests = repository.manifests();
    let here = |package: &&Package| package.folder == document.folder();
    let mut versions = manifests.packages().filter(here).filter_map(|package| package.version.clone());
    let first = versions.next()?;
    let released = !first.contains('-') && first != "0.0.0";
    (versions.next().is_none() && released).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_names_a_workflow_or_a_version() {
        let a = "https://github.com/o/r/actions/workflows/ci.yml/badge.svg?branch=main";
        let b = "https://img.shields.io/github/actions/workflow/status/o/r/ci.yml?branch=main";
        assert_eq!((workflow(a), workflow(b)), (Some(("o/r", "ci.yml")), Some(("o/r", "ci.yml"))));
        assert_eq!(workflow("https://github.com/o/r/actions/workflows/ci.yml"), None);
        assert_eq!(version("https://img.shields.io/badge/version-v1.2.3-blue").as_deref(), Some("1.2.3"));
        assert_eq!(version("https://img.shields.io/badge/version-1.2%2B-blue"), None);
    }
}
