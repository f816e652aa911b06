//! Paths that stand in the text as code.

use super::{Told, commands::address};
use crate::{
    document::{Document, Kind},
    place,
    repository::Repository,
    shell::is_plain,
};

/// Endings that files have, and little else that is written with slashes and dots.
const ENDINGS: [&str; 38] = [
    "rs", "py", "js", "ts", "jsx", "tsx", "mjs", "cjs", "go", "java", "kt", "c", "h", "cc", "cpp", "hpp",
    "cs", "rb", "php", "swift", "scala", "sh", "bash", "ps1", "toml", "yaml", "yml", "json", "md", "txt",
    "cfg", "ini", "sql", "proto", "tf", "wit", "vue", "css",
];

/// Folders of every project, its reader's included: a guide that names a file there may mean his.
const COMMON: [&str; 19] = [
    ".github",
    ".vscode",
    ".devcontainer",
    "src",
    "app",
    "lib",
    "config",
    "public",
    "pages",
    "components",
    "tests",
    "test",
    "bin",
    "cmd",
    "pkg",
    "scripts",
    "static",
    "data",
    "include",
];

pub(super) fn look(repository: &Repository<'_>, document: &Document, told: &mut Vec<Told>) {
    for code in document.parts.passages.iter().flat_map(|passage| &passage.codes) {
        if code.leads.as_deref().is_some_and(|target| is_of_another(repository, target)) {
            continue;
        }
        let path = code.text.trim().trim_start_matches("./");
        // `src/main.rs:12` and `tests/a.py::test_b` are places in a file.
        let path = path.split(':').next().unwrap_or("");
        if !is_of_tree(repository, document, path) || is_there(repository, document, path) {
            continue;
        }
        told.push(Told::new("consistency/path", code.line, path, format!("there is no `{path}`")));
    }
}

/// Whether an address leads to another project than those that the manifests name.
fn is_of_another(repository: &Repository<'_>, target: &str) -> bool {
    if !target.contains("://") {
        return false;
    }
    let target = address(target);
    let own = repository.manifests().addresses.iter().map(|own| address(own));
    !own.into_iter().any(|own| target == own || target.starts_with(&format!("{own}/")))
}

fn is_of_tree(repository: &Repository<'_>, document: &Document, path: &str) -> bool {
    let Some((first, _)) = path.split_once('/') else { return false };
    let known = place::ending(path).is_some_and(|ending| ENDINGS.contains(&ending.as_str()));
    if !known
        || !is_plain(path)
        || first.is_empty()
        || first == ".."
        || path.contains('@')
        || path == "src/main.rs"
    {
        return false;
    }
    if document.kind == Kind::Guide && COMMON.contains(&first) {
        return false;
    }
    place::upward(document.folder())
        .filter_map(|folder| place::resolve(folder, first))
        .any(|folder| repository.has_folder(&folder))
}

/// There, as seen from anywhere: texts leave out folders that are plain to their readers.
fn is_there(repository: &Repository<'_>, document: &Document, path: &str) -> bool {
    repository.has_ending(path) || document.said.makes(place::name(path))
}
