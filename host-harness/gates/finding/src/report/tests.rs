use agent_contract::{
    RepoPath,
    gate::{
        Coverage, Finding, GateName, GateOutcome, GateResult, Location, Severity, Skipped, Standing, Waiver,
    },
};

use super::{annotations, markdown, text};

fn finding(rule: &str, severity: Severity, path: Option<&str>, message: &str) -> Finding {
    let location = path.map(|path| Location {
        path: RepoPath::parse(path).unwrap(),
        line: Some(3),
        column: Some(5),
        end_line: Some(3),
        end_column: Some(9),
    });
    Finding {
        rule: rule.to_owned(),
        severity,
        location,
        fingerprint: "00".to_owned(),
        message: message.to_owned(),
        remedy: "mend it".to_owned(),
        tool: "t".to_owned(),
        standing: Standing::New,
        fails: false,
        waiver: None,
    }
}

fn results(findings: Vec<Finding>) -> Vec<GateResult> {
    let reasons = vec!["2 findings fail".to_owned()];
    let mut result = GateResult::new(GateName::Sast, true, GateOutcome::Fail, reasons);
    result.findings = findings;
    result.coverage = vec![Coverage {
        tool: "code-assist".to_owned(),
        scope: "the change".to_owned(),
        files: 3,
        scanned: 2,
        bytes: 9,
        skipped: vec![Skipped { reason: "binary".to_owned(), files: 1, paths: Vec::new() }],
        tree_sha256: "0".repeat(64),
        canary: true,
    }];
    vec![result, GateResult::new(GateName::Iac, true, GateOutcome::NotApplicable, Vec::new())]
}

#[test]
fn text_has_a_line_for_each_finding_with_its_remedy_the_gravest_first() {
    let mut waived = finding("sast/c", Severity::Critical, Some("c.py"), "bad `c`");
    waived.waiver = Some(Waiver {
        fingerprint: "00".to_owned(),
        reason: "a test".to_owned(),
        owner: "ann".to_owned(),
        expires: "2027-01-01".to_owned(),
    });
    let low = finding("sast/b", Severity::Low, None, "bad `b`");
    let high = finding("sast/a", Severity::High, Some("a.py"), "bad `a`");
    let expected = "\
sast: fail
  2 findings fail
  a.py:3:5: high: bad `a` [sast/a]
    remedy: mend it
  the repository: low: bad `b` [sast/b]
    remedy: mend it
  c.py:3:5: critical: bad `c` [sast/c]
    remedy: mend it
    waived by ann until 2027-01-01: a test
  scanned 2 of 3 files; skipped 1 (binary)

iac: not_applicable

2 findings (1 high, 1 low), 1 waived in 2 gates; 1 of them fail the change
";
    assert_eq!(text(&results(vec![waived, low, high])), expected);
}

#[test]
fn text_obeys_no_escape_that_a_file_name_holds() {
    let odd = finding("r", Severity::High, Some("a\u{1b}[2Kb\u{202e}.py"), "x\ny\r\u{7}");
    let text = text(&results(vec![odd]));
    assert!(text.contains("a\\u{1b}[2Kb\\u{202e}.py:3:5: high: x y\\u{7} [r]"), "{text}");
}

#[test]
fn annotations_escape_what_would_end_them() {
    let found = results(vec![
        finding("sast/a", Severity::High, Some("a,b:c%.py"), "bad\n::error::x 100%"),
        finding("sast/b", Severity::Medium, None, "b"),
    ]);
    let expected = "\
::error file=a%2Cb%3Ac%25.py,line=3,endLine=3,col=5,endColumn=9,title=sast/a::bad ::error::x 100%25; mend it
::warning title=sast/b::b; mend it
";
    assert_eq!(annotations(&found), expected);
}

#[test]
fn a_gate_that_fails_without_a_finding_is_annotated() {
    let broken = GateResult::new(GateName::Sast, true, GateOutcome::Error, vec!["it broke".to_owned()]);
    assert_eq!(annotations(&[broken]), "::error title=sast::error: it broke\n");
}

#[test]
fn markdown_shows_code_and_obeys_no_mark_of_a_stranger() {
    let odd = "`x|y` <img src=x> @team [a](http://b) #7 `";
    let hostile = finding("sast/a", Severity::High, Some("a|b`c.py"), odd);
    let good = finding("sast/b", Severity::Low, Some("b.py"), "bad `f(x)` here");
    let text = markdown(&results(vec![hostile, good]));
    let rows: Vec<&str> =
        text.lines().filter(|line| line.starts_with("| high") || line.starts_with("| low")).collect();
    assert_eq!(rows.len(), 2);
    for row in &rows {
        assert_eq!(row.matches('|').count(), 5, "{row}");
    }
    for mark in ["<img", "@team", "](", "`", "#7", "://"] {
        assert!(!rows[0].contains(mark), "`{mark}` in {}", rows[0]);
    }
    assert!(rows[1].contains("bad <code>f(x)</code> here"), "{}", rows[1]);
}
