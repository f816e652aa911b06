use std::cmp::Ordering;

use super::{Sign, all, any};

/// Whether a version meets PEP 440 specifiers, or those that Poetry has beside.
pub(super) fn meets(wanted: &str, version: &str) -> Option<bool> {
    let wanted = wanted.split(';').next()?.trim();
    let wanted = wanted.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(wanted);
    let parsed = Version::parse(version)?;
    any(wanted.split("||").flat_map(|part| part.split('|')).map(|part| {
        let clauses = part.split(',').map(str::trim).filter(|clause| !clause.is_empty());
        all(clauses.map(|clause| clause_meets(clause, version, &parsed)))
    }))
}

fn clause_meets(clause: &str, text: &str, version: &Version) -> Option<bool> {
    if clause == "*" {
        return Some(true);
    }
    if let Some(same) = clause.strip_prefix("===") {
        return Some(same.trim().eq_ignore_ascii_case(text));
    }
    if let Some(bound) = clause.strip_prefix("~=") {
        let bound = Version::parse(bound)?;
        let kept = bound.release.len().checked_sub(1).filter(|kept| *kept > 0)?;
        return Some(
            version.order(&bound).is_ge() && version.starts_with(bound.epoch, &bound.release[..kept]),
        );
    }
    if let Some(bound) = clause.strip_prefix('^') {
        let bound = Version::parse(bound)?;
        let kept = bound.release.iter().position(|part| *part != 0).map_or(bound.release.len(), |at| at + 1);
        return within(version, &bound, kept);
    }
    if let Some(bound) = clause.strip_prefix('~') {
        let bound = Version::parse(bound)?;
        return within(version, &bound, bound.release.len().min(2));
    }
    let (sign, bound) = Sign::split(clause);
    let sign = sign.unwrap_or(Sign::Equal);
    if let Some(prefix) = bound.strip_suffix(".*") {
        let prefix = Version::parse(prefix)?;
        let inside = version.starts_with(prefix.epoch, &prefix.release);
        return match sign {
            Sign::Equal => Some(inside),
            Sign::Unequal => Some(!inside),
            _ => None,
        };
    }
    let bound = Version::parse(bound)?;
    // PEP 440 has a local version in these two alone.
    let local = bound.local.is_empty() || matches!(sign, Sign::Equal | Sign::Unequal);
    local.then(|| compare(sign, version, &bound))
}

/// At least the bound, and the same in the first parts of its release.
fn within(version: &Version, bound: &Version, kept: usize) -> Option<bool> {
    let same = version.starts_with(bound.epoch, &bound.release[..kept.min(bound.release.len())]);
    Some(version.order(bound).is_ge() && same)
}

fn compare(sign: Sign, version: &Version, bound: &Version) -> bool {
    let public = Version {
        local: if bound.local.is_empty() { String::new() } else { version.local.clone() },
        ..version.clone()
    };
    let order = public.order(bound);
    match sign {
        // `<1.0` takes no pre-release of 1.0, and `>1.0` no post-release of it.
        Sign::Less if !bound.is_early() && version.is_early() => {
            order.is_lt() && !version.same_release(bound)
        }
        Sign::More if bound.post.is_none() && version.post.is_some() => {
            order.is_gt() && !version.same_release(bound)
        }
        _ => sign.holds(order),
    }
}

/// A version of PEP 440.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    epoch: u64,
    release: Vec<u64>,
    pre: Option<(u8, u64)>,
    post: Option<u64>,
    dev: Option<u64>,
    local: String,
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let text = text.strip_prefix('v').unwrap_or(&text);
        let (text, local) = text.split_once('+').unwrap_or((text, ""));
        let (epoch, text) = match text.split_once('!') {
            Some((epoch, rest)) => (epoch.parse().ok()?, rest),
            None => (0, text),
        };
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (release, mut rest) = text.split_at(end);
        let release: Option<Vec<u64>> =
            release.trim_end_matches('.').split('.').map(|part| part.parse().ok()).collect();
        let mut version =
            Self { epoch, release: release?, pre: None, post: None, dev: None, local: local.to_owned() };
        while !rest.is_empty() {
            rest = version.suffix(rest)?;
        }
        Some(version)
    }

    fn suffix<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let bare = text.trim_start_matches(['.', '-', '_']);
        let end = bare.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(bare.len());
        let (word, rest) = bare.split_at(end);
        let digits = rest.trim_start_matches(['.', '-', '_']);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let (digits, after) = digits.split_at(end);
        let after = if digits.is_empty() { rest } else { after };
        let number = if digits.is_empty() { 0 } else { digits.parse().ok()? };
        match word {
            "a" | "alpha" => self.pre = Some((0, number)),
            "b" | "beta" => self.pre = Some((1, number)),
            "c" | "rc" | "pre" | "preview" => self.pre = Some((2, number)),
            "post" | "rev" | "r" => self.post = Some(number),
            "dev" => self.dev = Some(number),
            "" if text.starts_with('-') && !digits.is_empty() => self.post = Some(number),
            _ => return None,
        }
        Some(after)
    }

    fn starts_with(&self, epoch: u64, prefix: &[u64]) -> bool {
        let part = |at: usize| self.release.get(at).copied().unwrap_or(0);
        self.epoch == epoch && prefix.iter().enumerate().all(|(at, wanted)| part(at) == *wanted)
    }

    /// Whether it comes before a release.
    fn is_early(&self) -> bool {
        self.pre.is_some() || self.dev.is_some()
    }

    fn same_release(&self, other: &Self) -> bool {
        self.epoch == other.epoch && self.trimmed() == other.trimmed()
    }

    fn trimmed(&self) -> &[u64] {
        let end = self.release.iter().rposition(|part| *part != 0).map_or(0, |at| at + 1);
        &self.release[..end]
    }

    fn order(&self, other: &Self) -> Ordering {
        let pre = |version: &Self| match (version.pre, version.post, version.dev) {
            (None, None, Some(_)) => (0, (0, 0)),
            (Some(pre), ..) => (1, pre),
            (None, ..) => (2, (0, 0)),
        };
        let post = |version: &Self| version.post.map_or((0, 0), |post| (1, post));
        let dev = |version: &Self| version.dev.map_or((1, 0), |dev| (0, dev));
        let key = |version: &Self| (pre(version), post(version), dev(version));
        (self.epoch.cmp(&other.epoch))
            .then_with(|| self.trimmed().cmp(other.trimmed()))
            .then_with(|| key(self).cmp(&key(other)))
            .then_with(|| self.local.cmp(&other.local))
    }
}
