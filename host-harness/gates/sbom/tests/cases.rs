//! Every rule catches what it says that it catches, and lets pass what it says.

use finding::{Case, Held, TreeScanner as _};
use sbom::{Options, Sbom};

fn rules(case: &Case) -> Vec<(String, String)> {
    let tree: Held = case.files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    let gate = Sbom::new(Options { registries: case.allow.clone() });
    let survey = gate.survey(&tree, None);
    assert!(survey.broken.is_empty(), "{:?}", survey.broken);
    survey.found.into_iter().map(|found| (found.rule.into_owned(), found.message)).collect()
}

#[test]
fn every_rule_catches_and_lets_pass_what_it_shows() {
    let gate = Sbom::new(Options::default());
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
fn its_canary_is_found() {
    let gate = Sbom::new(Options::default());
    let canary = gate.canary();
    assert!(canary.iter().all(|file| gate.passes_over(&file.path).is_none()));
    let tree: Held = canary.iter().map(|file| (file.path.as_str(), file.bytes.clone())).collect();
    let survey = gate.survey(&tree, None);
    assert!(survey.found.iter().any(|found| found.rule == canary[0].rule), "{survey:?}");
    assert_eq!(survey, gate.survey(&tree, None), "the same answer every time");
}
