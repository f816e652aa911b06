use semver::{BuildMetadata, Comparator, Op, Prerelease, Version, VersionReq};
use serde::Deserialize;

use super::{Advisory, Affected, Event, Kind, Read, instant, osv::line, severity_of_vector};
use crate::version::Order;

#[derive(Deserialize)]
struct Front {
    advisory: Meta,
    #[serde(default)]
    versions: Versions,
}

#[derive(Deserialize)]
struct Meta {
    id: String,
    package: String,
    date: String,
    #[serde(default)]
    informational: Option<String>,
    #[serde(default)]
    withdrawn: Option<toml::Value>,
    #[serde(default)]
    yanked: bool,
    #[serde(default)]
    cvss: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
}

#[derive(Default, Deserialize)]
struct Versions {
    #[serde(default)]
    patched: Vec<String>,
    #[serde(default)]
    unaffected: Vec<String>,
}

/// Versions from one bound up to another; none is without end.
struct Safe {
    from: Option<Version>,
    to: Option<Version>,
}

/// Reads an advisory of RustSec: TOML between fences, then its title and description.
pub fn parse(bytes: &[u8]) -> Result<Read, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("it is not UTF-8: {error}"))?;
    let text = text.trim_start_matches('\u{feff}').trim_start().replace("\r\n", "\n");
    let body = text.strip_prefix("```toml").ok_or("it does not begin with TOML between fences")?;
    let (front, description) = body.split_once("\n```").ok_or("its TOML has no end")?;
    let front: Front =
        toml::from_str(front).map_err(|error| format!("its TOML can't be read: {}", error.message()))?;
    let meta = front.advisory;
    let withdrawn_ms = withdrawn_ms(&meta);
    let advisory = Advisory {
        summary: line(description),
        severity: meta.cvss.as_deref().and_then(severity_of_vector),
        kind: kind(meta.informational.as_deref()),
        modified_ms: instant(&meta.date)
            .ok_or_else(|| format!("`{}` is no date", meta.date.escape_debug()))?,
        withdrawn_ms: None,
        ranges: vec![affected(&front.versions)?],
        id: meta.id,
        aliases: meta.aliases,
        versions: Vec::new(),
    };
    let affected = vec![Affected { ecosystem: "crates.io".to_owned(), name: meta.package, advisory }];
    Ok(match withdrawn_ms {
        Some(at_ms) => Read::Withdrawn(at_ms, affected),
        None => Read::Live(affected),
    })
}

/// When it was taken back; older ones say that they were, and not when.
fn withdrawn_ms(meta: &Meta) -> Option<u64> {
    let date = meta.withdrawn.as_ref().and_then(|date| match date {
        toml::Value::String(text) => instant(text),
        toml::Value::Datetime(date) => instant(&date.to_string()),
        _ => None,
    });
    date.or(meta.yanked.then_some(0))
}

fn kind(informational: Option<&str>) -> Kind {
    match informational {
        None => Kind::Vulnerability,
        Some("unmaintained") => Kind::Unmaintained,
        Some("unsound") => Kind::Unsound,
        Some(_) => Kind::Notice,
    }
}

/// What is not said to be patched or never affected is affected.
fn affected(versions: &Versions) -> Result<Vec<Event>, String> {
    let mut safe = versions
        .patched
        .iter()
        .chain(&versions.unaffected)
        .map(|text| bounds(text))
        .collect::<Result<Vec<Safe>, _>>()?;
    safe.sort_by(|a, b| a.from.cmp(&b.from).then_with(|| a.to.cmp(&b.to)));
    let mut events = vec![Event::Introduced("0".to_owned())];
    for Safe { from, to } in safe {
        match from {
            None => events.clear(),
            Some(from) => events.push(Event::Fixed(from.to_string())),
        }
        if let Some(to) = to {
            events.push(Event::Introduced(to.to_string()));
        }
    }
    events.sort_by(|a, b| super::by_version(Order::Semver, a, b));
    Ok(events)
}

/// The bounds of a requirement in the order of versions, in which pre-releases have their place,
/// other than in the matching of requirements.
fn bounds(text: &str) -> Result<Safe, String> {
    let requirement: VersionReq = text
        .parse()
        .map_err(|error| format!("`{}` is no version requirement: {error}", text.escape_debug()))?;
    let mut safe = Safe { from: None, to: None };
    for part in &requirement.comparators {
        let version = version(part);
        match part.op {
            Op::Greater => safe.from = Some(after(&version)),
            Op::GreaterEq => safe.from = Some(version),
            Op::Less => safe.to = Some(version),
            Op::LessEq => safe.to = Some(after(&version)),
            Op::Exact => (safe.from, safe.to) = (Some(version.clone()), Some(after(&version))),
            Op::Caret => (safe.from, safe.to) = (Some(version), Some(caret(part))),
            Op::Tilde => (safe.from, safe.to) = (Some(version), Some(tilde(part))),
            _ => return Err(format!("`{}` has an operator that advisories do not use", text.escape_debug())),
        }
    }
    Ok(safe)
}

fn version(part: &Comparator) -> Version {
    let (minor, patch) = (part.minor.unwrap_or(0), part.patch.unwrap_or(0));
    Version { major: part.major, minor, patch, pre: part.pre.clone(), build: BuildMetadata::EMPTY }
}

/// The lowest version that is higher than another.
fn after(version: &Version) -> Version {
    match version.pre.is_empty() {
        true => first_of(version.major, version.minor, version.patch.saturating_add(1)),
        false => {
            let pre = Prerelease::new(&format!("{}.0", version.pre)).unwrap_or_default();
            Version { pre, ..version.clone() }
        }
    }
}

/// The lowest of a version and its pre-releases.
fn first_of(major: u64, minor: u64, patch: u64) -> Version {
    let pre = Prerelease::new("0").unwrap_or_default();
    Version { major, minor, patch, pre, build: BuildMetadata::EMPTY }
}

fn caret(part: &Comparator) -> Version {
    match (part.major, part.minor, part.patch) {
        (0, Some(0), Some(patch)) => first_of(0, 0, patch.saturating_add(1)),
        (0, Some(minor), _) => first_of(0, minor.saturating_add(1), 0),
        (major, _, _) => first_of(major.saturating_add(1), 0, 0),
    }
}

fn tilde(part: &Comparator) -> Version {
    match part.minor {
        Some(minor) => first_of(part.major, minor.saturating_add(1), 0),
        None => first_of(part.major.saturating_add(1), 0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(versions: &str, more: &str) -> Result<Read, String> {
        let text = format!(
            "```toml\n[advisory]\nid = \"RUSTSEC-2020-0001\"\npackage = \"a\"\ndate = \"2020-01-02\"\n{more}\n[versions]\n{versions}\n```\n\n# A title\n\nWords.\n"
        );
        parse(text.as_bytes())
    }

    fn affects(versions: &str, version: &str) -> bool {
        let Ok(Read::Live(affected)) = read(versions, "") else { panic!("{versions} is an advisory") };
        affected[0].advisory.affects(Order::Semver, version)
    }

    #[test]
    fn what_is_neither_patched_nor_unaffected_is_affected() {
        let versions = "patched = [\">= 0.4.3, < 0.5.0\", \">= 0.5.2\"]\nunaffected = [\"< 0.2.0\"]";
        for (version, wanted) in [
            ("0.1.9", false),
            ("0.2.0-rc.1", false),
            ("0.2.0", true),
            ("0.4.2", true),
            ("0.4.3", false),
            ("0.4.9", false),
            ("0.5.0", true),
            ("0.5.2-rc.1", true),
            ("0.5.2", false),
            ("1.0.0", false),
        ] {
            assert_eq!(affects(versions, version), wanted, "{version}");
        }
        for (versions, version, wanted) in [
            ("patched = []", "0.0.0-0", true),
            ("patched = [\"^0.3.2\"]", "0.3.1", true),
            ("patched = [\"^0.3.2\"]", "0.3.9", false),
            ("patched = [\"^0.3.2\"]", "0.4.0-alpha", true),
            ("patched = [\"~1.2\"]", "1.2.7", false),
            ("patched = [\"~1.2\"]", "1.3.0", true),
            ("patched = [\"> 1.2.3\"]", "1.2.3", true),
            ("patched = [\"> 1.2.3\"]", "1.2.4", false),
            ("patched = [\"= 1.2.3\"]", "1.2.3", false),
            ("patched = [\"= 1.2.3\"]", "1.2.4", true),
            ("patched = []\nunaffected = [\"<= 1.2.3\"]", "1.2.3", false),
            ("patched = []\nunaffected = [\"<= 1.2.3\"]", "1.2.4-0", true),
            ("patched = []\nunaffected = [\"> 1.0.0\"]", "1.0.0", true),
        ] {
            assert_eq!(affects(versions, version), wanted, "{versions} {version}");
        }
    }

    #[test]
    fn what_it_says_besides_is_kept() {
        let more = "informational = \"unmaintained\"\naliases = [\"CVE-2020-1\"]";
        let Ok(Read::Live(affected)) = read("patched = []", more) else { panic!("it is one") };
        assert_eq!(affected[0].advisory.kind, Kind::Unmaintained);
        assert_eq!(affected[0].advisory.summary, "A title");
        let at = |more: &str| match read("patched = []", more) {
            Ok(Read::Withdrawn(at_ms, affected)) if affected.len() == 1 => Some(at_ms),
            _ => None,
        };
        assert_eq!(at("withdrawn = \"2021-04-19\""), instant("2021-04-19"));
        assert_eq!(at("withdrawn = 2021-04-19"), instant("2021-04-19"));
        assert_eq!((at("yanked = true"), at("withdrawn = \"soon\"")), (Some(0), None));
        assert!(read("patched = [\"nonsense\"]", "").is_err());
        assert!(parse(b"# A readme").is_err() && parse(b"```toml\n[advisory]").is_err());
    }
}
