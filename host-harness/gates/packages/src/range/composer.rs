use super::{Sign, all, any};

/// Whether a version meets a constraint of Composer's; none where a branch plays a part.
pub(super) fn meets(wanted: &str, version: &str) -> Option<bool> {
    if wanted.contains(" as ") || wanted.contains("dev-") || wanted.ends_with("-dev") {
        return None;
    }
    let version = Version::parse(version)?;
    let wanted = wanted.replace("||", "|");
    any(wanted.split('|').map(|part| part_meets(part.trim(), &version)))
}

fn part_meets(part: &str, version: &Version) -> Option<bool> {
    if let Some((from, to)) = part.split_once(" - ") {
        let (from, to) = (Bound::parse(from)?, Bound::parse(to)?);
        let above = *version >= from.lowest();
        let below =
            if to.given < 3 && !to.labelled { *version < to.next(to.given) } else { *version <= to.version };
        return Some(above && below);
    }
    let mut words = part.split([' ', ',']).filter(|word| !word.is_empty()).peekable();
    let mut clauses = Vec::new();
    while let Some(word) = words.next() {
        let lone = word.chars().all(|c| "<>=!~^".contains(c));
        let rest = if lone { words.next().unwrap_or_default() } else { "" };
        clauses.push(format!("{word}{rest}"));
    }
    all(clauses.iter().map(|clause| clause_meets(clause, version)))
}

fn clause_meets(clause: &str, version: &Version) -> Option<bool> {
    let clause = clause.split('@').next()?;
    if matches!(clause, "" | "*" | "x") {
        return Some(true);
    }
    if let Some(rest) = clause.strip_prefix('^') {
        let bound = Bound::parse(rest)?;
        let kept = bound.version.release.iter().position(|part| *part != 0).map_or(bound.given, |at| at + 1);
        return Some(bound.takes(version, kept.min(bound.given.max(1))));
    }
    if let Some(rest) = clause.strip_prefix('~') {
        let bound = Bound::parse(rest)?;
        return Some(bound.takes(version, bound.given.saturating_sub(1).max(1)));
    }
    let (sign, rest) = Sign::split(clause);
    let wild =
        rest.strip_suffix(".*").or_else(|| rest.strip_suffix(".x")).or_else(|| rest.strip_suffix(".X"));
    if let (Some(prefix), None | Some(Sign::Equal)) = (wild, sign) {
        let prefix = prefix.trim_end_matches(".*").trim_end_matches(".x");
        let bound = Bound::parse(prefix)?;
        return Some(bound.takes(version, bound.given));
    }
    let bound = Bound::parse(rest)?;
    let sign = sign.unwrap_or(Sign::Equal);
    let lowest = matches!(sign, Sign::AtLeast | Sign::Less) && !bound.labelled;
    Some(sign.holds(version.cmp(&if lowest { bound.lowest() } else { bound.version })))
}

/// A version that bounds others.
struct Bound {
    version: Version,
    /// How many parts of it were written.
    given: usize,
    /// Whether a stability was.
    labelled: bool,
}

impl Bound {
    fn parse(text: &str) -> Option<Self> {
        let version = Version::parse(text)?;
        let bare = text.trim().trim_start_matches(['v', 'V']);
        let numbers = bare.split(['-', '+', '_']).next()?;
        let given = numbers.split('.').filter(|part| part.starts_with(|c: char| c.is_ascii_digit())).count();
        let labelled = version.stability != STABLE;
        Some(Self { version, given: given.min(4), labelled })
    }

    /// The version, or where it says no stability, the lowest that leads to it.
    fn lowest(&self) -> Version {
        match self.labelled {
            true => self.version.clone(),
            false => Version { stability: 0, ..self.version.clone() },
        }
    }

    /// The first version that differs in the parts kept.
    fn next(&self, kept: usize) -> Version {
        let mut release = [0; 4];
        let kept = kept.clamp(1, 4);
        release[..kept].copy_from_slice(&self.version.release[..kept]);
        release[kept - 1] = release[kept - 1].saturating_add(1);
        Version { release, stability: 0, number: Vec::new() }
    }

    fn takes(&self, version: &Version, kept: usize) -> bool {
        *version >= self.lowest() && *version < self.next(kept)
    }
}

const STABLE: u8 = 4;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    release: [u64; 4],
    /// From `dev`, 0, to `patch`, 5.
    stability: u8,
    number: Vec<u64>,
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let text = text.strip_prefix('v').unwrap_or(&text).split(['+', '#']).next()?;
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (release, label) = text.split_at(end);
        let mut parts = [0; 4];
        for (at, part) in release.trim_end_matches('.').split('.').enumerate() {
            *parts.get_mut(at)? = part.parse().ok()?;
        }
        let label = label.trim_start_matches(['-', '.', '_']);
        let end = label.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(label.len());
        let (word, number) = label.split_at(end);
        let stability = match word {
            "" if number.is_empty() => STABLE,
            "dev" => 0,
            "a" | "alpha" => 1,
            "b" | "beta" => 2,
            "rc" => 3,
            "p" | "pl" | "patch" => 5,
            "stable" => STABLE,
            _ => return None,
        };
        let number = number.trim_matches(['.', '-']);
        let number: Option<Vec<u64>> = match number {
            "" => Some(Vec::new()),
            number => number.split(['.', '-']).map(|part| part.parse().ok()).collect(),
        };
        Some(Self { release: parts, stability, number: number? })
    }
}
