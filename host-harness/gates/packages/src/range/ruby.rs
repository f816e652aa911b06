use std::cmp::Ordering;

use super::{Sign, all};

/// Whether a version meets requirements of RubyGems, which commas separate.
pub(super) fn meets(wanted: &str, version: &str) -> Option<bool> {
    let version = Version::parse(version)?;
    let clauses = wanted.split(',').map(str::trim).filter(|clause| !clause.is_empty());
    all(clauses.map(|clause| {
        if let Some(bound) = clause.strip_prefix("~>") {
            let bound = Version::parse(bound)?;
            return Some(version.cmp(&bound).is_ge() && version.release().cmp(&bound.bumped()).is_lt());
        }
        let (sign, bound) = Sign::split(clause);
        Some(sign.unwrap_or(Sign::Equal).holds(version.cmp(&Version::parse(bound)?)))
    }))
}

/// A part of a version; words come before numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Word(String),
    Number(u64),
}

#[derive(Debug, Clone)]
struct Version(Vec<Part>);

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().replace('-', ".pre.");
        let mut parts = Vec::new();
        for piece in text.split('.') {
            let mut rest = piece;
            while let Some(first) = rest.chars().next() {
                let digits = first.is_ascii_digit();
                let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
                let (part, after) = rest.split_at(end);
                parts.push(match digits {
                    true => Part::Number(part.parse().ok()?),
                    false if part.chars().all(|c| c.is_ascii_alphabetic()) => Part::Word(part.to_owned()),
                    false => return None,
                });
                rest = after;
            }
        }
        matches!(parts.first(), Some(Part::Number(_))).then_some(Self(parts))
    }

    /// The version without its pre-release.
    fn release(&self) -> Self {
        let end = self.0.iter().position(|part| matches!(part, Part::Word(_))).unwrap_or(self.0.len());
        Self(self.0[..end].to_vec())
    }

    /// The next that `~>` does not take.
    fn bumped(&self) -> Self {
        let Self(mut parts) = self.release();
        if parts.len() > 1 {
            parts.pop();
        }
        if let Some(Part::Number(last)) = parts.last_mut() {
            *last = last.saturating_add(1);
        }
        Self(parts)
    }

    fn cmp(&self, other: &Self) -> Ordering {
        let length = self.0.len().max(other.0.len());
        let part = |version: &Self, at: usize| version.0.get(at).cloned().unwrap_or(Part::Number(0));
        (0..length)
            .map(|at| part(self, at).cmp(&part(other, at)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}
