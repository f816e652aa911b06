use semver::{Prerelease, Version};

use super::{Sign, any};

/// Whether a version is in a range of npm's; none where the range is a tag or an address.
pub(super) fn meets(wanted: &str, version: &str) -> Option<bool> {
    let version = Version::parse(version.trim().trim_start_matches(['v', '='])).ok()?;
    any(wanted.split("||").map(|part| {
        let bounds = bounds(part.trim())?;
        Some(holds(&bounds, &version))
    }))
}

type Bound = (Sign, Version);

/// A pre-release counts only where a bound names one of the same release.
fn holds(bounds: &[Bound], version: &Version) -> bool {
    let inside = bounds.iter().all(|(sign, bound)| sign.holds(version.cmp_precedence(bound)));
    let named = |(_, bound): &Bound| {
        !bound.pre.is_empty()
            && (bound.major, bound.minor, bound.patch) == (version.major, version.minor, version.patch)
    };
    inside && (version.pre.is_empty() || bounds.iter().any(named))
}

fn bounds(part: &str) -> Option<Vec<Bound>> {
    if let Some((from, to)) = part.split_once(" - ") {
        let (from, to) = (Partial::parse(from)?, Partial::parse(to)?);
        let mut bounds = vec![(Sign::AtLeast, from.lowest())];
        bounds.extend(to.up_to());
        return Some(bounds);
    }
    let mut bounds = Vec::new();
    let mut words = part.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let lone = word.chars().all(|c| "<>=~^".contains(c));
        let word = match (lone, words.peek()) {
            (true, Some(_)) => format!("{word}{}", words.next().unwrap_or_default()),
            _ => word.to_owned(),
        };
        bounds.extend(comparator(&word)?);
    }
    Some(bounds)
}

fn comparator(word: &str) -> Option<Vec<Bound>> {
    if let Some(rest) = word.strip_prefix('^') {
        return Some(Partial::parse(rest)?.caret());
    }
    if let Some(rest) = word.strip_prefix("~>").or_else(|| word.strip_prefix('~')) {
        return Some(Partial::parse(rest)?.tilde());
    }
    let (sign, rest) = Sign::split(word);
    let partial = Partial::parse(rest)?;
    Some(match sign {
        None | Some(Sign::Equal) => partial.equal(),
        Some(Sign::AtLeast) => vec![(Sign::AtLeast, partial.lowest())],
        Some(Sign::AtMost) => partial.up_to(),
        Some(Sign::Less) => vec![(Sign::Less, partial.first())],
        Some(Sign::More) => match partial.after() {
            // Nothing is above everything.
            None if partial.major.is_none() => vec![(Sign::Less, Version::new(0, 0, 0))],
            None => vec![(Sign::More, partial.lowest())],
            // Above all of `2.x` is 3.0.0, without its pre-releases.
            Some(after) => vec![(Sign::AtLeast, Version { pre: Prerelease::EMPTY, ..after })],
        },
        Some(Sign::Unequal) => return None,
    })
}

/// A version of which the last parts may be open.
#[derive(Debug)]
struct Partial {
    major: Option<u64>,
    minor: Option<u64>,
    patch: Option<u64>,
    pre: Prerelease,
}

impl Partial {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches(['v', '=']).trim();
        let text = text.split('+').next()?;
        let (release, pre) = text.split_once('-').unwrap_or((text, ""));
        let mut parts = release.split('.');
        let mut open = false;
        let mut next = || -> Option<Option<u64>> {
            match parts.next() {
                _ if open => Some(None),
                None | Some("x" | "X" | "*" | "") => {
                    open = true;
                    Some(None)
                }
                Some(number) => number.parse().ok().map(Some),
            }
        };
        let (major, minor, patch) = (next()?, next()?, next()?);
        let pre = if patch.is_some() { Prerelease::new(pre).ok()? } else { Prerelease::EMPTY };
        (release.split('.').count() <= 3).then_some(Self { major, minor, patch, pre })
    }

    fn lowest(&self) -> Version {
        let part = |part: Option<u64>| part.unwrap_or(0);
        let mut version = Version::new(part(self.major), part(self.minor), part(self.patch));
        version.pre = self.pre.clone();
        version
    }

    /// The lowest; where parts are open, below its pre-releases too.
    fn first(&self) -> Version {
        let mut version = self.lowest();
        if self.patch.is_none() {
            version.pre = lowest_pre();
        }
        version
    }

    /// The first version after all that the open parts stand for; none where none is open.
    fn after(&self) -> Option<Version> {
        match (self.major, self.minor, self.patch) {
            (Some(major), None, _) => Some(before_release(major.checked_add(1)?, 0, 0)),
            (Some(major), Some(minor), None) => Some(before_release(major, minor.checked_add(1)?, 0)),
            _ => None,
        }
    }

    fn equal(&self) -> Vec<Bound> {
        match self.after() {
            None if self.major.is_none() => Vec::new(),
            None => vec![(Sign::Equal, self.lowest())],
            Some(after) => vec![(Sign::AtLeast, self.lowest()), (Sign::Less, after)],
        }
    }

    fn up_to(&self) -> Vec<Bound> {
        match self.after() {
            None if self.major.is_none() => Vec::new(),
            None => vec![(Sign::AtMost, self.lowest())],
            Some(after) => vec![(Sign::Less, after)],
        }
    }

    fn tilde(&self) -> Vec<Bound> {
        match (self.major, self.minor) {
            (Some(major), Some(minor)) => {
                let after = before_release(major, minor.saturating_add(1), 0);
                vec![(Sign::AtLeast, self.lowest()), (Sign::Less, after)]
            }
            _ => self.equal(),
        }
    }

    fn caret(&self) -> Vec<Bound> {
        let Some(major) = self.major else { return Vec::new() };
        let after = match (major, self.minor, self.patch) {
            (0, Some(0), Some(patch)) => before_release(0, 0, patch.saturating_add(1)),
            (0, Some(minor), _) => before_release(0, minor.saturating_add(1), 0),
            _ => before_release(major.saturating_add(1), 0, 0),
        };
        vec![(Sign::AtLeast, self.lowest()), (Sign::Less, after)]
    }
}

fn before_release(major: u64, minor: u64, patch: u64) -> Version {
    let mut version = Version::new(major, minor, patch);
    version.pre = lowest_pre();
    version
}

fn lowest_pre() -> Prerelease {
    Prerelease::new("0").unwrap_or(Prerelease::EMPTY)
}
