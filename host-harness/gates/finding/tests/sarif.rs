//! Our reports are SARIF, whatever is in them, and come back as they went.

use std::{collections::BTreeSet, env, fs, path::Path};

use agent_contract::gate::{
    Finding, GateName, GateOutcome, GateResult, Location, Severity, Standing, Waiver,
};
use finding::{
    RepoPath, Span,
    sarif::{self, Baseline, Kind, Level, Place, Reported, Rule, Run, Suppression, Tool},
};
use proptest::prelude::*;
use serde_json::Value;

fn schema() -> Option<jsonschema::Validator> {
    let Ok(folder) = env::var("CODE_ASSIST_VECTORS") else {
        println!("CODE_ASSIST_VECTORS is not set: reports are not held against the official schema");
        return None;
    };
    let path = Path::new(&folder).join("gates/sarif/sarif-schema-2.1.0.json");
    let schema: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    Some(jsonschema::options().should_validate_formats(true).build(&schema).unwrap())
}

fn check(validator: Option<&jsonschema::Validator>, bytes: &[u8]) {
    let Some(validator) = validator else { return };
    let report: Value = serde_json::from_slice(bytes).unwrap();
    let faults: Vec<String> =
        validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z/]{1,8}", any::<String>(), Just("ü #%25\u{202e}".to_owned())]
}

fn path() -> impl Strategy<Value = RepoPath> {
    let odd = prop_oneof!["[a-z%: #?ü&\\[\\]{}\"<>|^`]{1,12}", any::<String>()];
    prop::collection::vec(odd, 1..4)
        .prop_filter_map("not a path", |names| RepoPath::parse(&names.join("/")).ok())
}

fn span() -> impl Strategy<Value = Option<Span>> {
    let numbers = (1..u32::MAX / 2, 1..9000_u32, 0..9_u32, 0..9000_u32);
    prop::option::of(numbers.prop_map(|(line, column, lines, columns)| Span {
        line,
        column,
        end_line: line + lines,
        end_column: if lines == 0 { column + columns } else { 1 + columns },
    }))
}

fn place() -> impl Strategy<Value = Place> {
    (prop::option::of(path()), span(), prop::option::of(name())).prop_map(|(path, span, logical)| {
        let at = path.map_or_else(Place::default, |path| Place::at(&path, span));
        Place { logical, ..at }
    })
}

fn level() -> impl Strategy<Value = Level> {
    prop_oneof![Just(Level::None), Just(Level::Note), Just(Level::Warning), Just(Level::Error)]
}

fn rule() -> impl Strategy<Value = Rule> {
    let words = prop::option::of("[a-zü ]{1,9}");
    let score = prop::option::of("[0-9]\\.[0-9]");
    let tags = prop::collection::btree_set(name(), 0..3);
    (name(), words.clone(), words, prop::option::of(level()), score, tags).prop_map(
        |(id, summary, help, level, security_severity, tags)| Rule {
            id,
            summary,
            help,
            link: Some("https://example.org/a#b".to_owned()),
            level,
            security_severity,
            tags,
        },
    )
}

fn reported() -> impl Strategy<Value = Reported> {
    let kind = prop_oneof![Just(Kind::Fail), Just(Kind::Pass), Just(Kind::Open), Just(Kind::Review)];
    let baseline = prop::option::of(prop_oneof![Just(Baseline::New), Just(Baseline::Absent)]);
    let prints = prop::collection::btree_map(name(), name(), 0..3);
    let suppressions = (any::<bool>(), any::<bool>(), prop::option::of(name()))
        .prop_map(|(in_source, accepted, justification)| Suppression { in_source, accepted, justification });
    let suppressions = prop::collection::vec(suppressions, 0..2);
    let places = prop::collection::vec(place(), 0..3);
    let tags = prop::collection::btree_set(name(), 0..3);
    let first = (kind, level(), name(), places, prints);
    (first, suppressions, baseline, tags).prop_map(
        |((kind, level, message, places, fingerprints), mut suppressions, baseline, tags)| {
            suppressions.dedup();
            Reported {
                rule: None,
                rule_at: None,
                kind,
                level,
                security_severity: Some("1.0".to_owned()),
                message,
                places,
                fingerprints,
                suppressions,
                baseline,
                tags,
            }
        },
    )
}

fn run() -> impl Strategy<Value = Run> {
    let rules = prop::collection::vec(rule(), 0..4);
    let results = prop::collection::vec((reported(), any::<prop::sample::Index>()), 0..6);
    let faults = prop::collection::vec(name(), 0..2);
    let head = (name(), prop::option::of(name()), prop::option::of(name()));
    (head, rules, results, faults).prop_map(|((name, version, category), rules, results, faults)| {
        let mut seen = BTreeSet::new();
        let rules: Vec<Rule> =
            rules.into_iter().filter(|rule| !rule.id.is_empty() && seen.insert(rule.id.clone())).collect();
        let name_rule = |(mut result, at): (Reported, prop::sample::Index)| {
            if !rules.is_empty() {
                let at = at.index(rules.len());
                (result.rule, result.rule_at) = (Some(rules[at].id.clone()), Some(at));
            }
            result
        };
        let results = results.into_iter().map(name_rule).collect();
        Run { tool: Tool { name, version }, category, rules, results, faults, ..Run::default() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_the_same_and_written_the_same(runs in prop::collection::vec(run(), 1..3)) {
        let bytes = sarif::write(&runs);
        let again = sarif::read(&bytes).unwrap();
        prop_assert_eq!(&again, &runs);
        prop_assert_eq!(sarif::write(&again), bytes);
    }

    #[test]
    fn a_path_comes_back_from_its_uri(path in path()) {
        prop_assert_eq!(Place::at(&path, None).path(&["/work"]), Some(path));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = sarif::read(&bytes);
    }
}

#[test]
fn any_report_is_valid_against_the_official_schema() {
    let validator = schema();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 128,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let runs = prop::collection::vec(run(), 1..3);
    runner
        .run(&runs, |runs| {
            check(validator.as_ref(), &sarif::write(&runs));
            Ok(())
        })
        .unwrap();
}

fn result() -> GateResult {
    let mut result = GateResult::new(GateName::Secrets, true, GateOutcome::Fail, vec!["why".to_owned()]);
    let location = Location {
        path: RepoPath::parse("a b/ü#1%.py").unwrap(),
        line: Some(2),
        column: Some(3),
        end_line: None,
        end_column: None,
    };
    let finding = Finding {
        rule: "secrets/x".to_owned(),
        severity: Severity::Critical,
        location: Some(location),
        fingerprint: "0a".to_owned(),
        message: "a token in `a b`".to_owned(),
        remedy: "revoke it".to_owned(),
        tool: "code-assist".to_owned(),
        standing: Standing::Old,
        fails: false,
        waiver: Some(Waiver {
            fingerprint: "0a".to_owned(),
            reason: "a test".to_owned(),
            owner: "ann".to_owned(),
            expires: "2027-01-01".to_owned(),
        }),
    };
    let graver = Finding { severity: Severity::Low, location: None, waiver: None, ..finding.clone() };
    result.findings = vec![graver, finding];
    result
}

#[test]
fn a_gate_result_is_a_run_with_rule_waiver_and_standing() {
    let broken = GateResult::new(GateName::Sast, true, GateOutcome::Error, Vec::new());
    let runs = Run::all(&[result(), broken], "1.2.3");
    let bytes = sarif::write(&runs);
    check(schema().as_ref(), &bytes);
    assert_eq!(sarif::read(&bytes).unwrap(), runs);
    let report: Value = serde_json::from_slice(&bytes).unwrap();
    let run = &report["runs"][0];
    assert_eq!(run["automationDetails"]["id"], "code-assist/secrets/");
    assert_eq!(run["tool"]["driver"]["rules"][0]["properties"]["security-severity"], "9.5");
    let result = &run["results"][1];
    assert_eq!(result["suppressions"][0]["kind"], "external");
    assert_eq!(result["baselineState"], "unchanged");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b/%C3%BC%231%25.py");
    assert_eq!(report["runs"][1]["invocations"][0]["executionSuccessful"], false);
}

/// `CODE_ASSIST_REPORTS` names a folder of other tools' reports.
#[test]
fn other_tools_reports_are_read_with_as_many_results_as_they_have() {
    let Ok(folder) = env::var("CODE_ASSIST_REPORTS") else {
        println!("CODE_ASSIST_REPORTS is not set: no report of another tool is read");
        return;
    };
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "sarif") {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let report: Value =
            serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes)).unwrap();
        let results = |run: &Value| run["results"].as_array().unwrap().len();
        let there: Vec<usize> = report["runs"].as_array().unwrap().iter().map(results).collect();
        let runs = sarif::read(&bytes).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        let read: Vec<usize> = runs.iter().map(|run| run.results.len()).collect();
        println!("{}: {read:?} of `{}`", path.display(), runs[0].tool.name);
        assert_eq!(read, there, "{}", path.display());
        for result in runs.iter().flat_map(|run| &run.results) {
            assert!(result.rule.is_some() && !result.message.is_empty(), "{result:?}");
        }
        check(schema().as_ref(), &sarif::write(&runs));
        assert_eq!(sarif::read(&sarif::write(&runs)).unwrap(), runs, "{}", path.display());
    }
}
