//! Makefiles and justfiles.

use std::collections::BTreeSet;

use crate::repository::Repository;

/// What can be made.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    pub(crate) names: BTreeSet<String>,
    /// Whether there may be more than is seen here: patterns, inclusions, generated files.
    pub(crate) open: bool,
}

/// Whether a file's name is one of a part of a makefile.
pub(super) fn is_part(name: &str) -> bool {
    name.ends_with(".mk") || name.ends_with(".just")
}

/// The targets of all makefiles; none where there is no makefile.
pub(super) fn makefiles(repository: &Repository<'_>) -> Option<Targets> {
    let files = repository.own(&["Makefile", "makefile", "GNUmakefile"]);
    if files.is_empty() {
        return None;
    }
    let generated = ["CMakeLists.txt", "Makefile.am", "Makefile.in", "configure.ac", "meson.build"];
    let mut targets = Targets { open: !repository.own(&generated).is_empty(), ..Targets::default() };
    let parts = repository.paths().iter().filter(|path| path.as_str().ends_with(".mk"));
    for path in files.into_iter().chain(parts.take(100)) {
        let Some(text) = repository.text(path) else { continue };
        text.lines().for_each(|line| make_line(line, &mut targets));
    }
    Some(targets)
}

fn make_line(line: &str, targets: &mut Targets) {
    if line.starts_with(['\t', '#']) {
        return;
    }
    let line = line.trim();
    let included = line.trim_start_matches('-');
    if let Some(file) = included.strip_prefix("include ").or_else(|| included.strip_prefix("sinclude ")) {
        // What is included by its own name ends in `.mk` and is read; what is not may hold anything.
        targets.open |= !file.trim().ends_with(".mk");
    }
    if line.starts_with("define ") || line.contains("$(eval") || line.contains("$(call") {
        targets.open |= line.contains("$(eval");
    }
    let Some((names, after)) = line.split_once(':') else { return };
    let assigns = after.starts_with('=') || after.starts_with(":=") || names.contains('=');
    if assigns {
        return;
    }
    let mut all = names.to_owned();
    if names.trim() == ".PHONY" {
        all = after.to_owned();
    }
    for name in all.split_whitespace() {
        targets.open |= name.contains(['%', '$']) && !name.contains("$(BUILD");
        targets.names.insert(name.to_owned());
    }
}

/// The recipes of all justfiles; none where there is no justfile.
pub(super) fn justfiles(repository: &Repository<'_>) -> Option<Targets> {
    let files = repository.own(&["justfile", "Justfile", ".justfile"]);
    if files.is_empty() {
        return None;
    }
    let mut targets = Targets::default();
    let parts = repository.paths().iter().filter(|path| path.as_str().ends_with(".just"));
    for path in files.into_iter().chain(parts.take(100)) {
        let Some(text) = repository.text(path) else { continue };
        text.lines().for_each(|line| just_line(line, &mut targets));
    }
    Some(targets)
}

fn just_line(line: &str, targets: &mut Targets) {
    if line.starts_with([' ', '\t', '#']) {
        return;
    }
    targets.open |= line.starts_with("mod ");
    let name = match line.strip_prefix("alias ") {
        Some(rest) => rest.split(":=").next(),
        None => {
            line.split(':').next().and_then(|head| head.trim_start_matches('@').split_whitespace().next())
        }
    };
    if line.contains(':') {
        targets.names.extend(name.map(|name| name.trim().to_owned()));
    }
}
