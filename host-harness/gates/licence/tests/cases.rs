//! Every rule catches what it says that it catches, and lets pass what it says.

use std::collections::BTreeMap;

use finding::{Case, Held, RepoPath, Severity, Tree, TreeScanner as _};
use licence::{Licences, Options};

fn tree(files: &BTreeMap<String, String>) -> Held {
    files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect()
}

fn gate(case: &Case) -> Licences {
    let options = Options { allow: case.allow.clone(), deny: case.deny.clone(), ..Options::default() };
    Licences::new(options).expect("a policy")
}

fn rules(case: &Case) -> Vec<(String, String)> {
    let before = case.before.as_ref().map(tree);
    let survey = gate(case).survey(&tree(&case.files), before.as_ref().map(|tree| tree as _));
    assert!(survey.broken.is_empty(), "{:?}", survey.broken);
    survey.found.into_iter().map(|found| (found.rule.into_owned(), found.message)).collect()
}

#[test]
fn every_rule_catches_and_lets_pass_what_it_shows() {
    let gate = Licences::new(Options::default()).expect("a policy");
    for rule in gate.catalogue().rules() {
        for case in &rule.catches {
            let told = rules(case);
            assert!(told.iter().any(|(id, _)| *id == rule.id), "{}: {told:?} in {case:?}", rule.id);
            assert!(told.iter().all(|(_, message)| !message.contains("``")), "{told:?}");
        }
        for case in &rule.passes {
            let told = rules(case);
            assert!(told.iter().all(|(id, _)| *id != rule.id), "{}: {told:?} in {case:?}", rule.id);
        }
    }
}

#[test]
fn its_canary_is_found_whatever_the_policy() {
    for deny in [vec![], vec!["MIT".to_owned()], vec!["AGPL-3.0".to_owned()]] {
        let gate = Licences::new(Options { deny, ..Options::default() }).expect("a policy");
        let canary = gate.canary();
        assert!(canary.iter().all(|file| gate.passes_over(&file.path).is_none()));
        let tree: Held = canary.iter().map(|file| (file.path.as_str(), file.bytes.clone())).collect();
        let survey = gate.survey(&tree, None);
        assert!(survey.found.iter().any(|found| found.rule == canary[0].rule), "{survey:?}");
    }
}

#[test]
fn an_operator_can_weigh_the_unknown_and_except_a_package() {
    let lock = r#"{"name":"a","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"a","version":"1.0.0","license":"MIT"},
        "node_modules/b":{"version":"1.0.0","license":"AGPL-3.0-only"},"node_modules/c":{"version":"1.0.0"}}}"#;
    let files =
        [("package.json", r#"{"name":"a","version":"1.0.0","license":"MIT"}"#), ("package-lock.json", lock)];
    let tree: Held = files.into_iter().collect();
    let exceptions = BTreeMap::from([("b".to_owned(), "AGPL-3.0-only".to_owned())]);
    let options = Options { unknown: Some(Severity::High), exceptions, ..Options::default() };
    let survey = Licences::new(options).expect("a policy").survey(&tree, None);
    let told: Vec<_> = survey.found.iter().map(|found| (found.rule.as_ref(), found.severity)).collect();
    assert_eq!(told, [("licence/unknown", Severity::High)]);
}

#[test]
fn rules_of_an_operator_need_their_cases() {
    let gate = Licences::new(Options::default()).expect("a policy");
    let text = "[[rule]]\nid = \"licence/denied\"\nseverity = \"low\"\nmessage = \"m\"\nremedy = \"r\"\nreference = \"x\"\n";
    assert!(gate.with_rules("mine.toml", text).is_err());
}

#[test]
fn what_is_not_known_is_high_where_there_is_an_allow_list_unless_the_operator_weighs_it() {
    let lock = r#"{"lockfileVersion":3,"packages":{"":{"name":"a"},"node_modules/c":{"version":"1.0.0"}}}"#;
    let files = [
        ("package.json", r#"{"name":"a","dependencies":{"c":"1.0.0"}}"#),
        ("package-lock.json", lock),
        ("b/LICENSE", "Do with it what you like, on Mondays."),
    ];
    let tree: Held = files.into_iter().collect();
    let allow = vec!["MIT".to_owned()];
    let of = |options: Options| {
        let survey = Licences::new(options).expect("a policy").survey(&tree, None);
        let rules = survey.found.into_iter().map(|found| (found.rule.into_owned(), found.severity));
        rules.collect::<BTreeMap<_, _>>()
    };
    let told = |missing, unclear: Option<Severity>, unknown| {
        let unclear = unclear.map(|unclear| ("licence/unclear".to_owned(), unclear));
        let rest = [("licence/missing".to_owned(), missing), ("licence/unknown".to_owned(), unknown)];
        rest.into_iter().chain(unclear).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(of(Options::default()), told(Severity::Medium, None, Severity::Low));
    let strict = Options { allow: allow.clone(), ..Options::default() };
    assert_eq!(of(strict), told(Severity::High, Some(Severity::High), Severity::High));
    let weighed = Options { allow, unknown: Some(Severity::Low), ..Options::default() };
    assert_eq!(of(weighed), told(Severity::Medium, Some(Severity::Low), Severity::Low));
}

/// A tree of which it is known what the change touched.
struct Touched(Held, RepoPath);

impl Tree for Touched {
    fn paths(&self) -> Vec<RepoPath> {
        self.0.paths()
    }

    fn touched(&self) -> Option<Vec<RepoPath>> {
        Some(vec![self.1.clone()])
    }

    fn read(&self, path: &RepoPath) -> Result<Option<Vec<u8>>, String> {
        assert!(path == &self.1 || !path.as_str().ends_with(".c"), "`{path}` is read, and was not touched");
        self.0.read(path)
    }
}

#[test]
fn of_a_change_only_the_heads_of_what_it_touched_are_read() {
    let head = "// SPDX-License-Identifier: GPL-3.0-only";
    let manifest = r#"{"name":"a","version":"1.0.0","license":"MIT"}"#;
    let files: Held = [("a.c", head), ("b.c", head), ("package.json", manifest)].into_iter().collect();
    let tree = Touched(files, RepoPath::parse("b.c").expect("a path"));
    let survey = Licences::new(Options::default()).expect("a policy").survey(&tree, None);
    let told: Vec<_> = survey.found.iter().map(|one| (one.rule.as_ref(), one.path.as_ref())).collect();
    assert_eq!(told, [("licence/header-conflict", Some(&tree.1))]);
}
