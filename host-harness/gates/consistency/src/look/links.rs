//! Links and images that lead to files of the repository, and anchors.

mod references;

use std::collections::{BTreeMap, BTreeSet};

use super::Told;
use crate::{
    document::{Document, Kind},
    markdown::{Link, slug},
    place,
    repository::Repository,
};

/// The anchors of each document.
pub(super) struct Anchors<'a>(BTreeMap<&'a str, &'a BTreeSet<String>>);

impl<'a> Anchors<'a> {
    pub(super) fn of(documents: &'a [Document]) -> Self {
        Self(documents.iter().map(|document| (document.path.as_str(), &document.parts.anchors)).collect())
    }
}

pub(super) fn look(
    repository: &Repository<'_>,
    document: &Document,
    anchors: &Anchors<'_>,
    told: &mut Vec<Told>,
) {
    references::look(document, told);
    let site = is_of_site(repository, document);
    let anchors = Known { anchors, site };
    for link in &document.parts.links {
        let (path, fragment) = link.target.split_once('#').unwrap_or((&link.target, ""));
        let path = path.split('?').next().unwrap_or("");
        if path.is_empty() {
            anchor(document.path.as_str(), fragment, link, &anchors, told);
            continue;
        }
        let Some(path) = place::unescaped(path).filter(|path| leads_inside(path)) else { continue };
        if path.starts_with('/') && document.kind == Kind::Guide {
            continue;
        }
        let Some(target) = place::resolve(document.folder(), &path) else { continue };
        if is_there(repository, &target) {
            anchor(&target, fragment, link, &anchors, told);
        } else if !(site && is_rendered(repository, document, &path)) {
            let rule = if site { "consistency/site-link" } else { "consistency/link" };
            told.push(Told::new(rule, link.line, &link.target, format!("there is no `{target}`")));
        }
    }
}

/// The same path, or the page that a generator makes of it.
fn is_there(repository: &Repository<'_>, target: &str) -> bool {
    let pages = [".md", ".mdx", ".rst", "/index.md", "/README.md"];
    repository.has(target) || pages.iter().any(|page| repository.has(&format!("{target}{page}")))
}

/// Whether a path is written as one of a file, and not as an address, a placeholder or an item.
fn leads_inside(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or("");
    let address = first.contains(':')
        || path.starts_with("//")
        || path.contains("::")
        || first.starts_with("www.")
        || (path.contains('@') && !path.contains('/'))
        || is_host(first, path);
    let placeholder =
        path.contains(['{', '}', '<', '>', '$', '*', '|', '(', '\\', '"']) || path.contains("...");
    let shouted = path.chars().all(|c| c.is_ascii_uppercase() || "-_".contains(c));
    let file = path.contains('/') || place::ending(path).is_some() || shouted;
    let rendered = ["html", "htm", "php"].contains(&place::ending(path).unwrap_or_default().as_str());
    !address && !placeholder && file && !rendered && !path.contains(|c: char| c.is_whitespace() && c != ' ')
}

fn is_host(first: &str, path: &str) -> bool {
    let tops = ["com", "org", "io", "net", "dev", "app", "ai", "co", "me", "edu", "gov"];
    let top = first.rsplit_once('.').map(|(_, top)| top);
    top.is_some_and(|top| tops.contains(&top)) && !path.starts_with('.')
}

/// Files whose presence says that pages are rendered, so that addresses need not be files.
const SITES: [&str; 15] = [
    "mkdocs.yml",
    "mkdocs.yaml",
    "book.toml",
    "conf.py",
    "_config.yml",
    "docusaurus.config.js",
    "docusaurus.config.ts",
    "docusaurus.config.mjs",
    "hugo.toml",
    "hugo.yaml",
    "astro.config.mjs",
    "config.mts",
    "_sidebar.md",
    "antora.yml",
    "zensical.toml",
];

fn is_of_site(repository: &Repository<'_>, document: &Document) -> bool {
    document.kind == Kind::Guide && SITES.iter().any(|name| !repository.named(name).is_empty())
}

/// Whether a site may well make what is linked to: everything that is no Markdown file of its own.
fn is_rendered(repository: &Repository<'_>, document: &Document, path: &str) -> bool {
    let page = place::ending(path).is_some_and(|ending| ending == "md" || ending == "markdown");
    let own = place::resolve(document.folder(), path);
    !page || own.is_none() || repository.has_ending(path.trim_start_matches("./").trim_start_matches("../"))
}

/// Anchors, and whether a site made them.
struct Known<'a> {
    anchors: &'a Anchors<'a>,
    site: bool,
}

fn anchor(path: &str, fragment: &str, link: &Link, anchors: &Known<'_>, told: &mut Vec<Told>) {
    let Some(known) = anchors.anchors.0.get(path) else { return };
    // Each generator has its own way with letters that are not ASCII.
    if anchors.site && !known.iter().all(|anchor| anchor.is_ascii()) {
        return;
    }
    let Some(fragment) = place::unescaped(fragment).filter(|fragment| !fragment.is_empty()) else { return };
    let plain = fragment.strip_prefix("user-content-").unwrap_or(&fragment);
    // `#:~:text=` and `#!` are not about headings.
    if plain.starts_with([':', '!', '/']) || plain.contains(['{', '$', '=', '<', ':']) {
        return;
    }
    let wanted = slug(plain);
    let base = plain.rsplit_once('-').filter(|(_, number)| number.chars().all(|c| c.is_ascii_digit()));
    let twin = base.is_some_and(|(base, _)| known.contains(&slug(base)));
    let always = ["top", "readme", ""].contains(&wanted.as_str());
    if !(always || twin || known.contains(&wanted)) {
        let why = format!("`{path}` has no heading that gives `#{plain}`");
        told.push(Told::new("consistency/anchor", link.line, &link.target, why));
    }
}
