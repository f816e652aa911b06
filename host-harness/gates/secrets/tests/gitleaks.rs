//! gitleaks' published rules, and the cases of its own tests, where they are at hand.

use std::{collections::BTreeMap, path::PathBuf, process::Command, sync::Arc};

use secrets::{Options, RuleFile, Rules, Scanner};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    rule: String,
    kind: String,
    text: String,
    path: Option<String>,
}

fn folder() -> Option<PathBuf> {
    let Some(vectors) = std::env::var_os("CODE_ASSIST_VECTORS") else {
        println!("not run: `CODE_ASSIST_VECTORS` names no folder");
        return None;
    };
    Some(PathBuf::from(vectors).join("gates/secrets"))
}

fn cases(folder: &std::path::Path) -> Vec<Case> {
    let file = folder.join("gitleaks-rule-vectors.jsonl.xz");
    let out = Command::new("xz").arg("-dc").arg(file).output().expect("xz unpacks the cases");
    let text = String::from_utf8(out.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn all_cases_of_gitleaks_come_out_right_with_its_rules() {
    let Some(folder) = folder() else { return };
    let text = std::fs::read_to_string(folder.join("gitleaks.toml")).unwrap();
    let rules = Rules::load(&[RuleFile { name: "gitleaks.toml", text: &text }]).unwrap();
    let mut by_rule: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    let cases = cases(&folder);
    let total = cases.len();
    for case in cases {
        by_rule.entry(case.rule.clone()).or_default().push(case);
    }
    let options = Options { decode_depth: 0, comments: secrets::Comments::Honoured, ..Options::default() };
    let mut wrong = Vec::new();
    for (rule, cases) in by_rule {
        let scanner = Scanner::new(Arc::new(rules.only(&rule).unwrap()), options.clone());
        let mut worker = scanner.worker();
        for case in cases {
            let found = scanner.leaks(&mut worker, case.path.as_deref(), case.text.as_bytes()).unwrap();
            if found.is_empty() == (case.kind == "tp") {
                wrong.push(format!("{} {} {:?} {}", case.kind, rule, case.path, case.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {total}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn all_of_its_rules_together_find_what_each_finds_alone() {
    let Some(folder) = folder() else { return };
    let text = std::fs::read_to_string(folder.join("gitleaks.toml")).unwrap();
    let rules = Rules::load(&[RuleFile { name: "gitleaks.toml", text: &text }]).unwrap();
    let scanner = Scanner::new(Arc::new(rules), Options { decode_depth: 0, ..Options::default() });
    let mut worker = scanner.worker();
    for case in cases(&folder).iter().filter(|case| case.kind == "tp") {
        let found = scanner.leaks(&mut worker, case.path.as_deref(), case.text.as_bytes()).unwrap();
        assert!(!found.is_empty(), "{} {}", case.rule, case.text);
    }
}
