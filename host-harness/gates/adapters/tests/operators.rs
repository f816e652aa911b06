//! A tool that only the operator knows, by a definition of theirs.

use adapters::{Adapter, Ended, Exit, Judged, Target};
use finding::Held;

const TOOL: &str = r#"
name = "acme"
gates = ["sast"]
program = "acme-scan"
versions = ">=2, <3"
arguments = ["--sarif", "{report}", "--config", "{beside}/acme.yml", "{root}"]
output = "file"
format = "sarif"
driver = "Acme Scan"
severity-default = "high"
remedy = "ask the owner of the rules"

[severity]
critical = "critical"
error = "high"
warning = "medium"
note = "low"

[beside]
"acme.yml" = "rules: all\n"

[[identity]]
arguments = ["--version"]
pattern = '^acme-scan (\d+\.\d+\.\d+)'

[exit]
clean = [0]
found = [2]

[canary]
run = "along"
path = "canary.py"
content = ["bad", "(1)\n"]
rule = "A1"
"#;

fn report(driver: &str, results: &str, more: &str) -> Vec<u8> {
    let tool = format!(r#"{{"driver":{{"name":"{driver}","rules":[{{"id":"A1"}}]}}}}"#);
    format!(r#"{{"version":"2.1.0","runs":[{{"tool":{tool},"results":[{results}]{more}}}]}}"#).into_bytes()
}

fn result(rule: &str, level: &str, file: &str, more: &str) -> String {
    let place = format!(
        r#"{{"physicalLocation":{{"artifactLocation":{{"uri":"file:///t/{file}"}},"region":{{"startLine":3}}}}}}"#
    );
    format!(
        r#"{{"ruleId":"{rule}","level":"{level}","message":{{"text":"bad"}},"locations":[{place}]{more}}}"#
    )
}

fn judge(report: Vec<u8>) -> Judged {
    let tool = Adapter::load("acme.toml", TOOL).unwrap();
    let tree: Held = [("a b.py", "x")].into_iter().collect();
    let target = Target { tree: &tree, root: "/t", beside: "/b", data: None, rules: None };
    tool.judge(&target, &[Ended { report: Some(report), ..Ended::silent(Exit::Code(2)) }])
}

#[test]
fn any_tool_that_writes_sarif_can_be_defined() {
    let canary = result("A1", "error", "canary.py", "");
    let suppressed = result("A2", "warning", "a%20b.py", r#","suppressions":[{"kind":"inSource"}]"#);
    let passed = result("A3", "none", "a%20b.py", r#","kind":"pass""#);
    let Judged::Findings(judgement) = judge(report("Acme Scan", &[canary, suppressed, passed].join(","), ""))
    else {
        panic!("no findings");
    };
    let got: Vec<(&str, &str)> = judgement
        .found
        .iter()
        .map(|found| (found.rule.as_ref(), found.path.as_ref().unwrap().as_str()))
        .collect();
    assert_eq!(got, [("acme/A2", "a b.py")], "what the sources suppress is found all the same");
}

#[test]
fn another_driver_a_fault_of_the_tool_and_a_missed_canary_are_errors() {
    let canary = result("A1", "error", "canary.py", "");
    let fault = r#","invocations":[{"executionSuccessful":false}]"#;
    for (report, why) in [
        (report("Other", &canary, ""), "not of `Acme Scan`"),
        (report("Acme Scan", &canary, fault), "did not run well"),
        (report("Acme Scan", &result("A1", "error", "a.py", ""), ""), "planted"),
        (report("Acme Scan", &result("A2", "error", "canary.py", ""), ""), "planted"),
        (report("Acme Scan", "", ""), "no finding"),
    ] {
        let Judged::Error(reason) = judge(report) else { panic!("a pass where it should say: {why}") };
        assert!(reason.contains(why), "{reason}");
    }
}

#[test]
fn a_definition_that_proves_nothing_does_not_load() {
    for (from, to) in [
        (r"(\d+\.\d+\.\d+)", r"\d+"),
        ("found = [2]", "found = []"),
        ("driver = \"Acme Scan\"\n", ""),
        ("versions = \">=2, <3\"", "versions = \"two\""),
        ("path = \"canary.py\"", "path = \"../canary.py\""),
        ("name = \"acme\"", "name = \"acme\"\nnonsense = 1"),
        ("rule = \"A1\"", "rule = \"\""),
        ("run = \"along\"", "run = \"never\""),
        ("[severity]", "[severity]\nhigh = \"grave\""),
    ] {
        let text = TOOL.replace(from, to);
        assert_ne!(text, TOOL, "{from}");
        let error = Adapter::load("acme.toml", &text).expect_err(to);
        assert!(error.to_string().starts_with("the tool in `acme.toml` can't be used"), "{error}");
    }
}
