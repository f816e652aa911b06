use std::collections::BTreeMap;

use finding::Severity;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{Advisory, Affected, Event, Kind, Read, instant, score};
use crate::{name, version::Order};

const SUMMARY_CHARS_MAX: usize = 160;

/// An advisory in OSV's form, as far as it is needed. Lists may be null, as the schema allows.
#[derive(Deserialize)]
struct Osv {
    id: String,
    #[serde(default)]
    modified: Option<String>,
    #[serde(default)]
    withdrawn: Option<String>,
    #[serde(default, deserialize_with = "listed")]
    aliases: Vec<String>,
    #[serde(default)]
    summary: Option<String>,
    #[serde(default)]
    details: Option<String>,
    #[serde(default, deserialize_with = "listed")]
    severity: Vec<Score>,
    #[serde(default, deserialize_with = "listed")]
    affected: Vec<Package>,
    #[serde(default)]
    database_specific: Value,
}

#[derive(Deserialize)]
struct Score {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    score: Value,
}

#[derive(Deserialize)]
struct Package {
    #[serde(default)]
    package: Option<Named>,
    #[serde(default, deserialize_with = "listed")]
    severity: Vec<Score>,
    #[serde(default, deserialize_with = "listed")]
    ranges: Vec<Range>,
    #[serde(default, deserialize_with = "listed")]
    versions: Vec<String>,
    #[serde(default)]
    database_specific: Value,
    #[serde(default)]
    ecosystem_specific: Value,
}

#[derive(Deserialize)]
struct Named {
    ecosystem: String,
    name: String,
}

#[derive(Deserialize)]
struct Range {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, deserialize_with = "listed")]
    events: Vec<BTreeMap<String, String>>,
}

fn listed<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads an advisory in OSV's JSON.
pub fn parse(bytes: &[u8]) -> Result<Read, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("it is not UTF-8: {error}"))?;
    // Some publish with a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    let osv: Osv = serde_json::from_str(text).map_err(|error| format!("it is no OSV advisory: {error}"))?;
    read(osv)
}

/// Reads an advisory in OSV's form, written in YAML as PyPA does.
pub fn parse_yaml(bytes: &[u8]) -> Result<Read, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("it is not UTF-8: {error}"))?;
    let osv: Osv = serde_saphyr::from_str(text).map_err(|error| {
        format!("it is no OSV advisory: {}", error.to_string().lines().next().unwrap_or_default())
    })?;
    read(osv)
}

fn read(osv: Osv) -> Result<Read, String> {
    if osv.id.is_empty()
        || osv.id.len() > 128
        || osv.id.chars().any(|letter| letter.is_whitespace() || letter.is_control())
    {
        return Err(format!("the id `{}` is none", osv.id.escape_debug()));
    }
    let mut affected: Vec<Affected> = Vec::new();
    for package in &osv.affected {
        let Some(named) = &package.package else { continue };
        let mut advisory = advisory(&osv, package, &named.ecosystem)?;
        if advisory.kind == Kind::Malicious && advisory.ranges.is_empty() && advisory.versions.is_empty() {
            advisory.ranges.push(vec![Event::Introduced("0".to_owned())]);
        }
        if advisory.ranges.is_empty() && advisory.versions.is_empty() {
            continue;
        }
        // Several entries for one package are one advisory with more ranges, and a package has
        // one name however it is written.
        let ecosystem = name::ecosystem(&named.ecosystem).to_owned();
        let name = name::normal(&ecosystem, &named.name);
        let same = |other: &&mut Affected| {
            other.ecosystem == ecosystem && other.name == name && other.advisory.kind == advisory.kind
        };
        match affected.iter_mut().find(same) {
            Some(other) => merge(&mut other.advisory, advisory),
            None => {
                affected.push(Affected { ecosystem, name, advisory });
            }
        }
    }
    // A date that is none withdraws nothing.
    Ok(match osv.withdrawn.as_deref().and_then(instant) {
        Some(at_ms) => Read::Withdrawn(at_ms, affected),
        None => Read::Live(affected),
    })
}

fn merge(into: &mut Advisory, other: Advisory) {
    into.ranges.extend(other.ranges);
    into.versions.extend(other.versions);
    into.severity = gravest(into.severity, other.severity);
}

/// None is as grave as high, and so only critical is graver.
fn gravest(one: Option<Severity>, other: Option<Severity>) -> Option<Severity> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other).filter(|severity| *severity == Severity::Critical),
    }
}

fn advisory(osv: &Osv, package: &Package, ecosystem: &str) -> Result<Advisory, String> {
    let order = Order::of(name::ecosystem(ecosystem)).unwrap_or(Order::Semver);
    let mut ranges = Vec::new();
    for range in package.ranges.iter().filter(|range| range.kind != "GIT") {
        let events = range.events.iter().map(event).collect::<Result<Vec<Event>, String>>()?;
        if !events.iter().any(|event| matches!(event, Event::Introduced(_))) {
            return Err(format!("a range of `{}` has no beginning", osv.id));
        }
        ranges.push(events);
    }
    let mut advisory = Advisory {
        id: osv.id.clone(),
        aliases: osv.aliases.iter().take(16).cloned().collect(),
        summary: summary(osv),
        severity: severity(osv, package),
        kind: kind(osv, package),
        modified_ms: osv.modified.as_deref().and_then(instant).unwrap_or(0),
        withdrawn_ms: None,
        ranges,
        versions: package.versions.clone(),
    };
    advisory.settle(order);
    Ok(advisory)
}

fn event(event: &BTreeMap<String, String>) -> Result<Event, String> {
    let mut known = event.iter().filter_map(|(kind, version)| {
        let version = version.clone();
        match kind.as_str() {
            "introduced" => Some(Event::Introduced(version)),
            "fixed" => Some(Event::Fixed(version)),
            "last_affected" => Some(Event::Last(version)),
            "limit" => Some(Event::Limit(version)),
            _ => None,
        }
    });
    match (known.next(), known.next()) {
        (Some(event), None) => Ok(event),
        _ => {
            Err("an event of a range is not exactly one of introduced, fixed, last_affected and limit"
                .to_owned())
        }
    }
}

fn summary(osv: &Osv) -> String {
    let text = osv.summary.as_deref().filter(|text| !text.trim().is_empty()).or(osv.details.as_deref());
    line(text.unwrap_or_default())
}

/// The first line of a text, without what steers a terminal, and not too long.
pub fn line(text: &str) -> String {
    let line = text.lines().map(|line| line.trim_matches(['#', ' ', '\t'])).find(|line| !line.is_empty());
    let clean: String = line.unwrap_or_default().chars().filter(|letter| !letter.is_control()).collect();
    match clean.char_indices().nth(SUMMARY_CHARS_MAX) {
        Some((end, _)) => format!("{}…", clean[..end].trim_end()),
        None => clean,
    }
}

/// The gravest of what is said of the package, else of the advisory, else the database's word.
fn severity(osv: &Osv, package: &Package) -> Option<Severity> {
    let gravest = |scores: &[Score]| scores.iter().filter_map(scored).max();
    let word = |specific: &Value| specific.get("severity").and_then(Value::as_str).and_then(score::named);
    let vector =
        |specific: &Value| specific.get("cvss").and_then(Value::as_str).and_then(score::severity_of_vector);
    gravest(&package.severity)
        .or_else(|| gravest(&osv.severity))
        .or_else(|| vector(&package.database_specific))
        .or_else(|| word(&package.database_specific))
        .or_else(|| word(&package.ecosystem_specific))
        .or_else(|| word(&osv.database_specific))
}

fn scored(scored: &Score) -> Option<Severity> {
    match &scored.score {
        Value::String(text) => score::severity_of_vector(text)
            .or_else(|| (!scored.kind.starts_with("CVSS")).then(|| score::named(text))?)
            .or_else(|| text.parse().ok().filter(|score| (0.0..=10.0).contains(score)).map(score::band)),
        Value::Number(number) => {
            number.as_f64().filter(|score| (0.0..=10.0).contains(score)).map(score::band)
        }
        _ => None,
    }
}

fn kind(osv: &Osv, package: &Package) -> Kind {
    if osv.id.starts_with("MAL-") {
        return Kind::Malicious;
    }
    let informational = package.database_specific.get("informational").and_then(Value::as_str);
    match informational {
        Some("unmaintained") => Kind::Unmaintained,
        Some("unsound") => Kind::Unsound,
        Some(_) => Kind::Notice,
        None => Kind::Vulnerability,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(text: &str) -> Vec<Affected> {
        match parse(text.as_bytes()) {
            Ok(Read::Live(affected)) => affected,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn ranges_versions_and_scores_are_read_for_each_package() {
        let affected = live(
            r#"{"id":"GHSA-1","modified":"2024-01-02T03:04:05Z","aliases":["CVE-1"],"summary":"bad\u001b[31m",
            "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
            "affected":[{"package":{"ecosystem":"npm","name":"a"},"versions":["1.0.0","9.0.0"],
              "ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2.0.0"}]},
                        {"type":"GIT","repo":"x","events":[{"introduced":"0"}]}]},
             {"package":{"ecosystem":"npm","name":"a"},"ranges":[{"type":"SEMVER","events":[{"introduced":"3.0.0"},{"fixed":"3.0.1"}]}]},
             {"package":{"ecosystem":"PyPI","name":"b"},"versions":["1"],"severity":null},
             {"ranges":[{"type":"GIT","repo":"x","events":[{"introduced":"0"}]}]}]}"#,
        );
        assert_eq!(affected.len(), 2);
        assert_eq!(affected[0].advisory.ranges.len(), 2);
        assert_eq!(affected[0].advisory.versions, ["9.0.0"]);
        assert_eq!(affected[0].advisory.severity, Some(Severity::Critical));
        assert_eq!(affected[0].advisory.summary, "bad[31m");
        assert_eq!((affected[1].ecosystem.as_str(), affected[1].name.as_str()), ("PyPI", "b"));
    }

    #[test]
    fn entries_of_one_package_are_one_however_it_is_written() {
        let affected = live(
            r#"{"id":"GHSA-1","affected":[
              {"package":{"ecosystem":"PyPI","name":"A_b"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1"}]}]},
              {"package":{"ecosystem":"PyPI","name":"a.b"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"3"},{"fixed":"4"}]}]},
              {"package":{"ecosystem":"Maven:https://maven.example","name":"g:a"},"versions":["1"]},
              {"package":{"ecosystem":"Maven","name":"g:a"},"versions":["2"]}]}"#,
        );
        assert_eq!(affected.len(), 2, "{affected:?}");
        assert_eq!((affected[0].advisory.ranges.len(), affected[1].advisory.versions.len()), (2, 2));
    }

    #[test]
    fn what_was_made_to_do_harm_is_so_in_every_version_where_none_is_named() {
        let affected = live(r#"{"id":"MAL-1","affected":[{"package":{"ecosystem":"npm","name":"a"}}]}"#);
        assert!(affected[0].advisory.affects(Order::Semver, "7.0.0"));
    }

    #[test]
    fn an_entry_without_a_score_is_not_made_less_grave_by_another() {
        for (words, wanted) in [
            (["", "LOW"], None),
            (["CRITICAL", ""], Some(Severity::Critical)),
            (["LOW", "MODERATE"], Some(Severity::Medium)),
        ] {
            let entries = words.map(|word| {
                format!(
                    r#"{{"package":{{"ecosystem":"npm","name":"a"}},"versions":["1"],"database_specific":{{"severity":"{word}"}}}}"#
                )
            });
            let affected = live(&format!(r#"{{"id":"X-1","affected":[{}]}}"#, entries.join(",")));
            assert_eq!(affected[0].advisory.severity, wanted, "{words:?}");
        }
    }

    #[test]
    fn a_word_of_the_database_stands_in_for_a_score_and_nothing_for_nothing() {
        let with = |rest: &str| {
            live(&format!(
                r#"{{"id":"X-1","affected":[{{"package":{{"ecosystem":"npm","name":"a"}},"versions":["1"]}}]{rest}}}"#
            ))[0]
                .advisory
                .severity
        };
        assert_eq!(with(r#","database_specific":{"severity":"MODERATE"}"#), Some(Severity::Medium));
        assert_eq!(with(r#","severity":[{"type":"CVSS_V3","score":"nonsense"}]"#), None);
        assert_eq!(with(r#","severity":[{"type":"Ubuntu","score":"low"}]"#), Some(Severity::Low));
        assert_eq!(with(""), None);
    }

    #[test]
    fn what_is_no_advisory_is_told_and_what_was_withdrawn_too() {
        let at_ms = instant("2024-01-01").expect("a date");
        assert_eq!(
            parse(br#"{"id":"X","withdrawn":"2024-01-01T00:00:00Z"}"#),
            Ok(Read::Withdrawn(at_ms, Vec::new()))
        );
        assert_eq!(parse(br#"{"id":"X","withdrawn":"soon"}"#), Ok(Read::Live(Vec::new())));
        for broken in [
            "",
            "[]",
            "{}",
            r#"{"id":""}"#,
            r#"{"id":"a b"}"#,
            r#"{"id":"X","affected":[{"package":{"ecosystem":"npm","name":"a"},"ranges":[{"type":"SEMVER","events":[]}]}]}"#,
            r#"{"id":"X","affected":[{"package":{"ecosystem":"npm","name":"a"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"repaired":"1"}]}]}]}"#,
        ] {
            assert!(parse(broken.as_bytes()).is_err(), "{broken}");
        }
        assert!(parse(&[0xff]).is_err());
    }

    #[test]
    fn yaml_reads_as_json_does() {
        let yaml = b"id: PYSEC-1\nmodified: '2021-11-29T23:10:59.097625Z'\naffected:\n- package:\n    name: b\n    ecosystem: PyPI\n  ranges:\n  - type: ECOSYSTEM\n    events:\n    - introduced: '0'\n    - fixed: 1.3.2\n";
        let Ok(Read::Live(affected)) = parse_yaml(yaml) else { panic!("it is one") };
        assert_eq!(affected[0].advisory.ranges[0][1], Event::Fixed("1.3.2".to_owned()));
    }
}
