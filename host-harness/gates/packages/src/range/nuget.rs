use std::cmp::Ordering;

/// Whether a version is in a range of NuGet's.
pub(super) fn meets(wanted: &str, version: &str) -> Option<bool> {
    let version = Version::parse(version)?;
    if let Some(start) = wanted.find('*') {
        return floating(&wanted[..start], &version);
    }
    let Some(first) = wanted.chars().next() else { return Some(true) };
    if first != '[' && first != '(' {
        return Some(version.cmp(&Version::parse(wanted)?).is_ge());
    }
    let last = wanted.chars().next_back().filter(|last| ")]".contains(*last))?;
    let inner = wanted.get(1..wanted.len().checked_sub(1)?)?;
    let (from, to) = match inner.split_once(',') {
        Some((from, to)) => (from.trim(), to.trim()),
        None => return Some(version.cmp(&Version::parse(inner)?).is_eq()),
    };
    let above = match from {
        "" => true,
        from => {
            let order = version.cmp(&Version::parse(from)?);
            if first == '[' { order.is_ge() } else { order.is_gt() }
        }
    };
    let below = match to {
        "" => true,
        to => {
            let order = version.cmp(&Version::parse(to)?);
            if last == ']' { order.is_le() } else { order.is_lt() }
        }
    };
    Some(above && below)
}

/// `1.2.*` takes what is at least 1.2: NuGet takes a higher one where there is none such.
fn floating(prefix: &str, version: &Version) -> Option<bool> {
    let prefix = prefix.trim_end_matches(['.', '-']);
    if prefix.contains(['[', '(', ',', '-']) {
        return None;
    }
    match prefix {
        "" => Some(true),
        prefix => Some(version.cmp(&Version::parse(prefix)?).is_ge()),
    }
}

struct Version {
    release: [u64; 4],
    pre: Option<String>,
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().split('+').next()?;
        let (release, pre) = match text.split_once('-') {
            Some((release, pre)) => (release, Some(pre.to_ascii_lowercase())),
            None => (text, None),
        };
        let mut parts = [0; 4];
        for (at, part) in release.split('.').enumerate() {
            *parts.get_mut(at)? = part.parse().ok()?;
        }
        Some(Self { release: parts, pre })
    }

    fn cmp(&self, other: &Self) -> Ordering {
        self.release.cmp(&other.release).then_with(|| match (&self.pre, &other.pre) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(own), Some(others)) => labels(own, others),
        })
    }
}

fn labels(own: &str, others: &str) -> Ordering {
    let one = |(own, other): (&str, &str)| match (own.parse::<u64>(), other.parse::<u64>()) {
        (Ok(own), Ok(other)) => own.cmp(&other),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => own.cmp(other),
    };
    let different = own.split('.').zip(others.split('.')).map(one).find(|order| order.is_ne());
    different.unwrap_or_else(|| own.split('.').count().cmp(&others.split('.').count()))
}
