//! Cargo.lock.

use std::cmp::Ordering;

use agent_contract::RepoPath;
use toml::de::DeTable;

use super::{
    Bump,
    edits::{Asked, Edits},
    tables::{self, Placed},
    version::Version,
};
use crate::recipe::{RecipeFault, answer::Span};

/// The package as the lock file has it.
struct Locked<'t, 'a> {
    table: &'t DeTable<'a>,
    version: Version,
    is_from_registry: bool,
}

/// Brings a lock file up to date, or refuses.
pub(super) fn lock(bump: &Bump, path: &RepoPath, text: &str, edits: &mut Edits) -> Result<(), RecipeFault> {
    let document = tables::parse(text, &format!("`{path}`"))?;
    let packages: Vec<_> =
        tables::items(tables::get(&document, "package")).iter().filter_map(tables::inner).collect();
    let all: Vec<_> = packages.iter().filter_map(|table| locked(bump, table)).collect();
    if all.is_empty() {
        return Err(beyond(bump, path, "does not have it and is not up to date"));
    }
    if !all.iter().any(|locked| locked.is_from_registry) {
        edits.tell(format!("`{path}`: left, it has `{}` from no registry", bump.package));
        return Ok(());
    }
    let one = meant(bump, path, &all)?;
    let order = one.version.order(&bump.version);
    if order == Ordering::Equal
        || order == Ordering::Greater && !edits.is_exact && one.version.is_compatible(&bump.version)
    {
        edits.tell(format!("`{path}`: has {} already", one.version.as_str()));
        return Ok(());
    }
    if tables::get(&document, "metadata").is_some() {
        return Err(beyond(bump, path, "has an old form"));
    }
    if !one.version.is_compatible(&bump.version) && packages.iter().any(|table| is_foreign_user(bump, table))
    {
        return Err(beyond(bump, path, "has other packages that need the version that is there"));
    }
    ordered(bump, path, &all, one)?;
    change(bump, path, text, one, edits)?;
    for table in &packages {
        references(bump, path, text, table, &one.version, edits)?;
    }
    edits.warn(format!(
        "`{path}`: what `{}` itself depends on is as it was; `cargo metadata --locked` tells whether that is right",
        bump.package
    ));
    Ok(())
}

/// Refuses where two that ask for the package get two versions of it: only one of them can
/// be meant.
pub(super) fn one_answer(
    bump: &Bump,
    path: &RepoPath,
    text: &str,
    asked: &[&Asked],
) -> Result<(), RecipeFault> {
    // What can't be read is told where it is to be changed.
    let Ok(document) = tables::parse(text, &format!("`{path}`")) else { return Ok(()) };
    let packages = tables::items(tables::get(&document, "package")).iter().filter_map(tables::inner);
    let all: Vec<_> = packages.filter_map(|table| locked(bump, &table)).collect();
    let answered = asked.iter().filter_map(|asked| Some((*asked, answer(asked, &all)?)));
    let answered: Vec<(&Asked, &Version)> = answered.collect();
    let Some((first, there)) = answered.first() else { return Ok(()) };
    let Some((second, other)) = answered.iter().find(|(_, other)| other != there) else { return Ok(()) };
    let (there, other) = (there.as_str(), other.as_str());
    let message =
        format!("`{path}` has two versions of `{}`: {there} for {first}, {other} for {second}", bump.package);
    Err(RecipeFault::new("recipe-lock", message)
        .hint("change the one that is meant by hand, or leave the other's manifest out by `paths`"))
}

/// The version that somebody gets: the latest that the requirement takes.
fn answer<'l>(asked: &Asked, all: &'l [Locked]) -> Option<&'l Version> {
    let taken = all.iter().filter(|locked| locked.is_from_registry).map(|locked| &locked.version);
    taken.filter(|version| takes(&asked.requirement, version)).max_by(|left, right| left.order(right))
}

/// Whether a requirement of a form that is known here takes a version.
fn takes(requirement: &str, version: &Version) -> bool {
    let least = requirement.trim_start_matches(['^', '~', '=', '>', ' ']);
    let sign = requirement[..requirement.len() - least.len()].trim();
    let Some(least) = Version::parse(least.trim()) else { return false };
    let is_later = version.order(&least) != Ordering::Less;
    match sign {
        "" | "^" => is_later && version.is_compatible(&least),
        "~" => is_later && version.has_minor_of(&least),
        "=" => version.order(&least) == Ordering::Equal,
        _ => is_later,
    }
}

fn locked<'t, 'a>(bump: &Bump, table: &&'t DeTable<'a>) -> Option<Locked<'t, 'a>> {
    (tables::said(tables::get(table, "name"))? == bump.package).then_some(())?;
    let source = tables::said(tables::get(table, "source")).unwrap_or_default();
    Some(Locked {
        table,
        version: Version::parse(tables::said(tables::get(table, "version"))?)?,
        is_from_registry: source.starts_with("registry+") || source.starts_with("sparse+"),
    })
}

/// The one entry that the new version takes the place of.
fn meant<'l, 't, 'a>(
    bump: &Bump,
    path: &RepoPath,
    all: &'l [Locked<'t, 'a>],
) -> Result<&'l Locked<'t, 'a>, RecipeFault> {
    if let [one] = all {
        return Ok(one);
    }
    let mut near =
        all.iter().filter(|locked| locked.is_from_registry && locked.version.is_compatible(&bump.version));
    match (near.next(), near.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(beyond(bump, path, "has more than one version of it")),
    }
}

/// A package of a registry that asks for the package as well.
fn is_foreign_user(bump: &Bump, table: &DeTable<'_>) -> bool {
    let asks = |item: &Placed<'_>| {
        tables::said(Some(item)).is_some_and(|said| said.split(' ').next() == Some(bump.package.as_str()))
    };
    tables::get(table, "source").is_some()
        && tables::items(tables::get(table, "dependencies")).iter().any(asks)
}

/// Versions of one package stand in order; cargo takes a file in another for out of date.
fn ordered(bump: &Bump, path: &RepoPath, all: &[Locked], one: &Locked) -> Result<(), RecipeFault> {
    let version = |locked: &Locked| {
        if std::ptr::eq(locked.table, one.table) { bump.version.clone() } else { locked.version.clone() }
    };
    let versions: Vec<_> = all.iter().map(version).collect();
    match versions.windows(2).all(|pair| pair[0].order(&pair[1]) == Ordering::Less) {
        true => Ok(()),
        false => Err(beyond(bump, path, "would have its versions out of order")),
    }
}

fn change(
    bump: &Bump,
    path: &RepoPath,
    text: &str,
    one: &Locked,
    edits: &mut Edits,
) -> Result<(), RecipeFault> {
    let place = |name: &str| tables::get(one.table, name).and_then(|value| tables::quoted(text, value));
    let (Some((_, version)), Some((_, checksum))) = (place("version"), place("checksum")) else {
        return Err(beyond(bump, path, "has it without a checksum"));
    };
    let Some(told) = &bump.hashes.checksum else {
        return Err(beyond(bump, path, "has the checksum of another version").hint(format!(
            "give parameter `checksum`: the `cksum` of {} in the registry's index",
            bump.version.as_str()
        )));
    };
    edits.tell(format!("`{path}`: {} becomes {}", one.version.as_str(), bump.version.as_str()));
    edits.splice(path, version, bump.version.as_str());
    edits.splice(path, checksum, told);
    Ok(())
}

/// Where there is more than one version, packages name the one that they use.
fn references(
    bump: &Bump,
    path: &RepoPath,
    text: &str,
    table: &DeTable<'_>,
    old: &Version,
    edits: &mut Edits,
) -> Result<(), RecipeFault> {
    for item in tables::items(tables::get(table, "dependencies")) {
        let named = format!("{} {}", bump.package, old.as_str());
        let Some(said) = tables::said(Some(item)) else { continue };
        let Some(rest) = said.strip_prefix(&named).filter(|rest| rest.is_empty() || rest.starts_with(' '))
        else {
            continue;
        };
        let Some((_, span)) = tables::quoted(text, item) else {
            return Err(beyond(bump, path, "is written in a way that is not known here"));
        };
        let to = Span { from: span.from, to: span.to - rest.len() };
        edits.splice(path, to, format!("{} {}", bump.package, bump.version.as_str()));
    }
    Ok(())
}

fn beyond(bump: &Bump, path: &RepoPath, why: &str) -> RecipeFault {
    let version = bump.version.as_str();
    RecipeFault::new(
        "recipe-lock",
        format!("`{path}` can't be kept right with `{}` {version}: it {why}", bump.package),
    )
    .hint(format!(
        "set `lock` to `leave` and run `cargo update -p {} --precise {version}` afterwards",
        bump.package
    ))
}
