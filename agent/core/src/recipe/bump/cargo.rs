//! Cargo.toml.

use agent_contract::RepoPath;
use toml::de::{DeTable, DeValue};

use super::{
    Bump,
    edits::{Asked, Edits},
    requirement::{Signs, wanted},
    tables::{self, Placed},
    version::Version,
};
use crate::recipe::RecipeFault;

const TABLES: &[&str] =
    &["dependencies", "dev-dependencies", "build-dependencies", "dev_dependencies", "build_dependencies"];

/// Goes through a manifest.
pub(super) fn manifest(
    bump: &Bump,
    path: &RepoPath,
    text: &str,
    edits: &mut Edits,
) -> Result<(), RecipeFault> {
    if !text.contains(&bump.package) {
        return Ok(());
    }
    let document = tables::parse(text, &format!("`{path}`"))?;
    for table in dependencies(&document) {
        for (key, value) in table {
            if name(key.get_ref(), value) == bump.package {
                dependency(bump, path, text, (key.get_ref(), value), edits)?;
            }
        }
    }
    patched(bump, path, &document, edits);
    named_twice(bump, path, edits)
}

/// Every table of dependencies, wherever it may stand.
fn dependencies<'t, 'a>(document: &'t DeTable<'a>) -> Vec<&'t DeTable<'a>> {
    let of = |outer: &'t DeTable<'a>| TABLES.iter().filter_map(|name| tables::table(outer, name));
    let targets = tables::table(document, "target").into_iter().flat_map(|targets| targets.values());
    let shared = tables::table(document, "workspace").and_then(|outer| tables::table(outer, "dependencies"));
    of(document).chain(targets.filter_map(tables::inner).flat_map(of)).chain(shared).collect()
}

/// The package that a dependency means: the key is another name where `package` is given.
fn name<'t>(key: &'t str, value: &'t Placed<'_>) -> &'t str {
    let renamed = tables::inner(value).and_then(|table| tables::said(tables::get(table, "package")));
    renamed.unwrap_or(key)
}

fn dependency(
    bump: &Bump,
    path: &RepoPath,
    text: &str,
    (key, value): (&str, &Placed<'_>),
    edits: &mut Edits,
) -> Result<(), RecipeFault> {
    let Some(table) = tables::inner(value) else {
        return requirement(bump, path, text, (key, value), edits);
    };
    if matches!(tables::get(table, "workspace").map(|value| value.get_ref()), Some(DeValue::Boolean(true))) {
        edits.tell(format!("`{path}`: takes the version of the workspace"));
        return Ok(());
    }
    for place in ["git", "path"] {
        if tables::get(table, place).is_some() {
            edits.leave(path, &format!("it takes `{}` from a `{place}`", bump.package));
            return Ok(());
        }
    }
    match tables::get(table, "version") {
        Some(version) => requirement(bump, path, text, (key, version), edits),
        None => {
            edits.leave(path, &format!("it asks for `{}` without a version", bump.package));
            Ok(())
        }
    }
}

fn requirement(
    bump: &Bump,
    path: &RepoPath,
    text: &str,
    (key, value): (&str, &Placed<'_>),
    edits: &mut Edits,
) -> Result<(), RecipeFault> {
    let Some((there, span)) = tables::quoted(text, value) else {
        let message = format!("`{path}` asks for `{}` in a form that is not known here", bump.package);
        return Err(RecipeFault::new("recipe-requirement-unclear", message));
    };
    let wanted = wanted(bump, there, Signs::CARGO, &format!("`{path}`"))?;
    edits.is_exact |= wanted.text(there).starts_with(['=', '~']);
    edits.asked.push(Asked { path: path.clone(), name: key.to_owned(), requirement: there.to_owned() });
    edits.require(path, there, span, wanted);
    Ok(())
}

/// Refuses a manifest that has the package under two names, and means two versions by it.
fn named_twice(bump: &Bump, path: &RepoPath, edits: &Edits) -> Result<(), RecipeFault> {
    let least = |asked: &Asked| Version::parse(asked.requirement.trim_start_matches(['^', '~', '=', ' ']));
    let differ = |left: &Asked, right: &Asked| {
        let both = least(left).zip(least(right));
        left.name != right.name && both.is_some_and(|(left, right)| !left.is_compatible(&right))
    };
    let here: Vec<&Asked> = edits.asked.iter().filter(|asked| asked.path == *path).collect();
    let other = |left: &&Asked| here.iter().find(|right| differ(left, right)).copied();
    let Some((left, right)) = here.iter().find_map(|left| Some((*left, other(left)?))) else { return Ok(()) };
    let message = format!("two versions of `{}` are asked for: {left} and {right}", bump.package);
    Err(RecipeFault::new("recipe-requirement-unclear", message)
        .hint("change the one that is meant by hand, or leave the file out by `paths`"))
}

/// A patch takes the place of what is asked for, whatever that is.
fn patched(bump: &Bump, path: &RepoPath, document: &DeTable<'_>, edits: &mut Edits) {
    let patches = tables::table(document, "patch").into_iter().flat_map(|patch| patch.values());
    let mut patches = patches.filter_map(tables::inner).flat_map(|patch| patch.iter());
    if patches.any(|(key, value)| name(key.get_ref(), value) == bump.package) {
        edits.warn(format!("`{path}` patches `{}`; the patch is left as it is", bump.package));
    }
}
