//! What a manifest says of the version that it wants.

use std::cmp::Ordering;

use agent_contract::fault::shown;

use super::{Bump, Downgrade, version::Version};
use crate::recipe::RecipeFault;

/// The signs that one kind of manifest puts before a version, and that mean the same
/// before another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Signs(pub &'static [&'static str]);

impl Signs {
    pub const CARGO: Self = Self(&["", "^", "~", "=", ">="]);
    pub const NPM: Self = Self(&["", "^", "~", "=", ">=", "v"]);
    pub const POETRY: Self = Self(&["", "^", "~", "=", "==", ">=", "~="]);
    pub const PYTHON: Self = Self(&["==", ">=", "~="]);
}

/// What becomes of a requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// It asks for that version already.
    Same,
    /// It becomes this.
    Other(String),
}

impl Wanted {
    /// The requirement afterwards.
    pub fn text<'a>(&'a self, there: &'a str) -> &'a str {
        match self {
            Self::Same => there,
            Self::Other(text) => text,
        }
    }
}

/// The requirement with the new version in it, its sign and spaces kept. One of which it
/// is not plain what would become of it is an error: two bounds, a wildcard, a tag.
pub(super) fn wanted(bump: &Bump, text: &str, signs: Signs, place: &str) -> Result<Wanted, RecipeFault> {
    let from = text.find(|c: char| c.is_ascii_alphanumeric() || c == '*').unwrap_or(text.len());
    let (before, version) = text.split_at(from);
    let (before, version) = match version.strip_prefix('v') {
        Some(version) => (&text[..before.len() + 1], version),
        None => (before, version),
    };
    let sign: String = before.chars().filter(|c| !c.is_whitespace()).collect();
    let there = Version::parse(version.trim_end()).filter(|_| signs.0.contains(&sign.as_str()));
    let Some(there) = there else { return Err(unclear(bump, text, place)) };
    match there.order(&bump.version) {
        Ordering::Equal => Ok(Wanted::Same),
        Ordering::Greater if bump.downgrade == Downgrade::Refused => Err(downgrade(bump, &there, place)),
        _ => Ok(Wanted::Other(format!("{before}{}", bump.version.plain()))),
    }
}

fn unclear(bump: &Bump, text: &str, place: &str) -> RecipeFault {
    let message = format!(
        "{place} asks for `{}` `{}`, and it is not plain what becomes of that for `{}`",
        shown(&bump.package),
        shown(text),
        bump.version.as_str()
    );
    RecipeFault::new("recipe-requirement-unclear", message)
        .hint("change this one by hand, or leave the file out by `paths`")
}

/// An earlier version was asked for than the one that is there.
pub(super) fn downgrade(bump: &Bump, there: &Version, place: &str) -> RecipeFault {
    let message = format!(
        "{place} has `{}` {}, which is later than {}",
        shown(&bump.package),
        there.as_str(),
        bump.version.as_str()
    );
    RecipeFault::new("recipe-downgrade", message).hint("set `allow_downgrade` to `true` if that is meant")
}
