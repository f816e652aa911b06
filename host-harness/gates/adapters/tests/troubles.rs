//! What tools say against themselves in an output that is otherwise whole.

mod played;

use adapters::{Judged, Judgement};
use played::{error, target, tools};
use proptest::{
    prelude::ProptestConfig,
    test_runner::{TestCaseError, TestRunner},
};

/// A tool, a piece of its good output and what stands there instead.
const ERRORS: &[(&str, &str, &str)] = &[
    ("cargo-audit", r#""ignore": []"#, r#""ignore": ["RUSTSEC-2020-0071"]"#),
    ("cargo-audit", r#""ignore": []"#, r#""ignore": [], "target_os": ["windows"]"#),
    ("cargo-audit", r#""ignore": []"#, r#""ignore": [], "severity": "high""#),
    ("cargo-audit", r#""count": 1"#, r#""count": 2"#),
    ("cargo-deny", r#""errors": 1"#, r#""errors": 2"#),
    (
        "cargo-deny",
        r#"{"type": "summary""#,
        r#"{"type": "log", "fields": {"level": "ERROR", "message": "m"}}
{"type": "summary""#,
    ),
    ("cargo-deny", r#"{"type": "summary""#, r#"{"type": "other""#),
    ("checkov", r#""failed": 2"#, r#""failed": 3"#),
    ("checkov", r#""skipped": 1"#, r#""skipped": 0"#),
    ("grype", r#""name": "grype""#, r#""name": "gripe""#),
    ("kingfisher", r#""scan_partial": 0"#, r#""scan_partial": 1"#),
    ("kingfisher", r#""findings": 2"#, r#""findings": 3"#),
    ("kube-linter", r#""ChecksStatus": "Failed""#, r#""ChecksStatus": "Passed""#),
    ("npm-audit", r#""total": 2"#, r#""total": 3"#),
    ("npm-audit", r#""auditReportVersion": 2"#, r#""auditReportVersion": 3"#),
    (
        "npm-audit",
        r#""auditReportVersion""#,
        r#""error": {"code": "E405", "summary": ""}, "auditReportVersion""#,
    ),
    ("semgrep", r#""skipped_rules": []"#, r#""skipped_rules": [{"rule_id": "x"}]"#),
    ("semgrep", r#""path": "{root}/src/b.py""#, r#""path": null"#),
    ("syft", r#""name": "syft""#, r#""name": "other""#),
    ("trivy", r#""SchemaVersion": 2"#, r#""SchemaVersion": 1"#),
];

fn judged(name: &str, change: impl Fn(&str) -> String) -> Judged {
    let (tool, case) = tools().into_iter().find(|(tool, _)| tool.name() == name).unwrap();
    let tree = case.tree();
    let output = change(&case.output);
    assert_ne!(output, case.output, "{name}");
    tool.judge(&target(&tree), &case.ends(&tool, case.ended(&output)))
}

#[test]
fn a_count_that_differs_and_a_word_of_trouble_are_errors() {
    for (name, from, to) in ERRORS {
        error(judged(name, |output| output.replacen(from, to, 1)), &format!("{name} with {to}"));
    }
}

#[test]
fn no_error_of_an_empty_output_has_a_gap() {
    let mut said = 0;
    for (tool, case) in tools() {
        if let Judged::Error(reason) = tool.judge(&target(&case.tree()), &case.ends(&tool, case.ended(""))) {
            assert!(!reason.contains("``"), "{}: {reason}", tool.name());
            said += usize::from(reason.contains("can't be read: it is empty"));
        }
    }
    assert!(said > 0);
}

fn findings(judged: Judged) -> Judgement {
    match judged {
        Judged::Findings(judgement) => judgement,
        Judged::Error(reason) => panic!("{reason}"),
    }
}

#[test]
fn what_a_tool_could_not_read_or_left_out_is_told() {
    let broken = |judgement: &Judgement| -> Vec<String> {
        judgement.broken.iter().map(|(path, why)| format!("{path}: {why}")).collect()
    };
    let semgrep = findings(judged("semgrep", |output| output.replace("do not", "never")));
    assert_eq!(broken(&semgrep), ["src/b.py: Syntax error at line 1"]);
    assert_eq!(semgrep.skipped[0].1, "semgrep: too_big");
    assert_eq!(semgrep.scanned.unwrap().iter().map(|path| path.as_str()).collect::<Vec<_>>(), ["src/a.py"]);
    let checkov = findings(judged("checkov", |output| output.replace("Be good", "Be better")));
    assert_eq!(broken(&checkov), ["k8s/b.yaml: checkov could not parse it"]);
    let hadolint = findings(judged("hadolint", |output| output.replace("SC2164", "DL1000")));
    assert_eq!(broken(&hadolint), ["Dockerfile: do not"]);
    let skip = r#"{"name": "gone", "skip_reason": "not on PyPI"}, {"name": "ok""#;
    let pip = findings(judged("pip-audit", |output| {
        let packed = output.replace("\n", " ").replace("   ", " ").replace("  ", " ");
        packed.replace(r#"{ "name": "ok""#, skip)
    }));
    assert_eq!(broken(&pip), ["requirements.txt: `gone` was passed over: not on PyPI"]);
}

#[test]
fn a_finding_outside_of_the_tree_is_kept_with_its_place_in_words() {
    let judgement = findings(judged("gitleaks", |output| output.replace("{root}/a b/", "/etc/")));
    assert_eq!(judgement.found[0].path, None);
    assert!(judgement.found[0].message.ends_with("(in `/etc/ü#1%.py`)"), "{}", judgement.found[0].message);
}

#[test]
fn no_changed_byte_makes_a_judgement_panic() {
    let tools = tools();
    let config = ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() };
    let changes = (0..tools.len(), proptest::num::usize::ANY, proptest::num::u8::ANY, 0..3_u8);
    TestRunner::new(config)
        .run(&changes, |(tool, at, byte, how)| {
            let (tool, case) = &tools[tool];
            let mut bytes = case.output.replace("{root}", played::ROOT).into_bytes();
            let at = at % bytes.len();
            match how {
                0 => bytes[at] = byte,
                1 => drop(bytes.drain(at..(at + 9).min(bytes.len()))),
                _ => bytes.insert(at, byte),
            }
            let tree = case.tree();
            let mut ended = case.ended("");
            (ended.stdout, ended.report) = (bytes.clone(), Some(bytes.clone()));
            ended.stderr.extend(bytes);
            let _ = tool.judge(&target(&tree), &case.ends(tool, ended));
            Ok::<(), TestCaseError>(())
        })
        .unwrap();
}
