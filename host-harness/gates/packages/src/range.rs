//! Whether a version is one that a manifest asks for, as each ecosystem understands it.
//!
//! Where it can't be told, nothing is said.

mod composer;
mod npm;
mod nuget;
mod pypi;
mod ruby;

use crate::Ecosystem;

/// Bytes that a range or version may have; real ones have a few dozen.
const BYTES_MAX: usize = 2048;

/// Whether a version meets what is wanted; none where that can't be told.
pub fn meets(ecosystem: Ecosystem, wanted: &str, version: &str) -> Option<bool> {
    if wanted.len() > BYTES_MAX || version.len() > BYTES_MAX {
        return None;
    }
    let wanted = wanted.trim();
    match ecosystem {
        Ecosystem::Cargo => cargo(wanted, version),
        Ecosystem::Npm => npm::meets(wanted, version),
        Ecosystem::PyPI => pypi::meets(wanted, version),
        Ecosystem::Packagist => composer::meets(wanted, version),
        Ecosystem::RubyGems => ruby::meets(wanted, version),
        Ecosystem::NuGet => nuget::meets(wanted, version),
        Ecosystem::Go => Some(wanted == version),
        Ecosystem::Maven => (wanted == version).then_some(true),
    }
}

/// The one version that is wanted; none where there is more than one.
///
/// What a Maven or NuGet manifest writes as a plain version is what is taken, although it is
/// a wish there; so it counts.
pub fn exact(ecosystem: Ecosystem, wanted: &str) -> Option<&str> {
    let wanted = wanted.trim();
    let version = match ecosystem {
        Ecosystem::Cargo => wanted.strip_prefix('=')?,
        Ecosystem::Npm => wanted.strip_prefix('=').unwrap_or(wanted).trim_start_matches('v'),
        Ecosystem::PyPI => {
            let equal = wanted.strip_prefix("===").or_else(|| wanted.strip_prefix("==")).unwrap_or(wanted);
            equal.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(equal)
        }
        Ecosystem::Packagist | Ecosystem::RubyGems => wanted.strip_prefix('=').unwrap_or(wanted),
        Ecosystem::Go => wanted,
        Ecosystem::Maven | Ecosystem::NuGet => {
            wanted.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(wanted)
        }
    };
    let version = version.trim();
    is_one(ecosystem, version).then_some(version)
}

fn is_one(ecosystem: Ecosystem, version: &str) -> bool {
    let digit = version.trim_start_matches('v').starts_with(|first: char| first.is_ascii_digit());
    let plain = version.chars().all(|c| c.is_alphanumeric() || ".-_+!".contains(c));
    let whole = match ecosystem {
        Ecosystem::Cargo | Ecosystem::Npm => semver::Version::parse(version).is_ok(),
        Ecosystem::Maven => {
            !matches!(version, "LATEST" | "RELEASE" | "latest.release" | "latest.integration")
                && !version.ends_with('+')
        }
        Ecosystem::Packagist => !version.ends_with(".x") && !version.ends_with(".x-dev"),
        _ => true,
    };
    plain && whole && (digit || ecosystem == Ecosystem::Maven && !version.is_empty())
}

fn cargo(wanted: &str, version: &str) -> Option<bool> {
    let wanted = semver::VersionReq::parse(if wanted.is_empty() { "*" } else { wanted }).ok()?;
    let version = semver::Version::parse(version).ok()?;
    // `*` refuses pre-releases, but Cargo takes one where there is nothing else.
    if wanted == semver::VersionReq::STAR {
        return Some(true);
    }
    Some(wanted.matches(&version))
}

/// How two versions have to stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Less,
    AtMost,
    Equal,
    Unequal,
    AtLeast,
    More,
}

impl Sign {
    /// The sign at the start of a text, and the rest; `Equal` where there is none.
    fn split(text: &str) -> (Option<Sign>, &str) {
        const SIGNS: &[(&str, Sign)] = &[
            (">=", Sign::AtLeast),
            ("<=", Sign::AtMost),
            ("!=", Sign::Unequal),
            ("<>", Sign::Unequal),
            ("==", Sign::Equal),
            (">", Sign::More),
            ("<", Sign::Less),
            ("=", Sign::Equal),
        ];
        let text = text.trim();
        let found = SIGNS.iter().find_map(|(sign, kind)| text.strip_prefix(sign).map(|rest| (*kind, rest)));
        found.map_or((None, text), |(kind, rest)| (Some(kind), rest.trim_start()))
    }

    fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::AtLeast => order.is_ge(),
            Self::More => order.is_gt(),
        }
    }
}

/// Any of some answers: yes where one is, no where all are, else it can't be told.
fn any(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut unsure = false;
    for answer in answers {
        match answer {
            Some(true) => return Some(true),
            Some(false) => {}
            None => unsure = true,
        }
    }
    (!unsure).then_some(false)
}

/// All of some answers: no where one is, yes where all are, else it can't be told.
fn all(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    any(answers.map(|answer| answer.map(|answer| !answer))).map(|answer| !answer)
}

#[cfg(test)]
mod tests;
