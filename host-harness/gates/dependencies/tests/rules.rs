//! Every rule of the gate catches what it must, and leaves alone what it must.

mod common;

use std::collections::BTreeMap;

use common::{database, options, osv};
use dependencies::{
    data::{Database, Importer},
    gate::{Case, Dependencies, Rules},
};
use finding::{Held, TreeScanner as _};

fn known(case: &Case) -> Database {
    let mut importer = Importer::new();
    importer.tolerate_unread(true);
    let informational = |id: &str, name: &str, kind: &str| {
        let text = format!(
            "```toml\n[advisory]\nid = \"{id}\"\npackage = \"{name}\"\ndate = \"2026-10-30\"\ninformational = \"{kind}\"\n[versions]\npatched = [\">= 2.0.0\"]\n```\n\n# It is {kind}\n"
        );
        (format!("{id}.md"), text)
    };
    let files = [
        osv("MAL-2026-1", "npm", "known-malice", ("0", ""), ""),
        osv("PYSEC-2026-1", "PyPI", "known-malady", ("0", "1.0.0"), ""),
        informational("RUSTSEC-2026-9001", "known-unmaintained", "unmaintained"),
        informational("RUSTSEC-2026-9002", "known-unsound", "unsound"),
        informational("RUSTSEC-2026-9003", "known-notice", "notice"),
    ];
    let files = files.iter().map(|(name, text)| (name, text)).chain(&case.advisories);
    importer.files("test", files).expect("advisories");
    let index = br#"{"name":"known-yanked","vers":"1.0.0","yanked":true}"#;
    importer.index("index", [("known-yanked", index.as_slice())]).expect("an index");
    importer.finish(None).expect("a database").database
}

fn held(files: &BTreeMap<String, String>) -> Held {
    files.iter().map(|(path, text)| (path, text.as_bytes())).collect()
}

fn told(case: &Case) -> Vec<String> {
    let before = (!case.before.is_empty()).then(|| held(&case.before));
    let gate = Dependencies::new(Some(Ok(known(case))), options());
    let survey = gate.survey(&held(&case.files), before.as_ref().map(|tree| tree as _));
    assert_eq!(survey.broken, [], "{case:?}");
    survey.found.into_iter().map(|found| found.rule.into_owned()).collect()
}

#[test]
fn every_rule_catches_its_matches_and_not_its_misses() {
    let mut wrong = Vec::new();
    for rule in Rules::embedded().expect("the rules").all() {
        let wanted = match rule.id.as_str() {
            "advisory" => "dependencies/CANARY-2000-0001".to_owned(),
            "malicious" => "dependencies/MAL-2026-1".to_owned(),
            id => format!("dependencies/{id}"),
        };
        for (cases, catches) in [(&rule.matches, true), (&rule.misses, false)] {
            for case in cases {
                let told = told(case);
                if told.contains(&wanted) != catches {
                    wrong.push(format!("{wanted} in {:?}: told {told:?}", case.files.keys()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_database_without_anything_planted_is_none() {
    assert_eq!(database(&[osv("GHSA-1", "npm", "a", ("0", "1.0.0"), "")]).meta().advisories, 1);
}
