//! What the tests of the gate have in common.
#![allow(dead_code, reason = "each test takes what it needs")]

use dependencies::{
    data::{Database, Importer},
    gate::{Dependencies, Options, Rules},
};
use finding::{Found, Held, TreeScanner as _};

/// 2026-11-01.
pub const NOW_MS: u64 = 1_793_491_200_000;

/// An advisory of OSV: id, ecosystem, name, events as `introduced fixed`, and what else it has.
pub fn osv(id: &str, ecosystem: &str, name: &str, range: (&str, &str), more: &str) -> (String, String) {
    let (introduced, fixed) = range;
    let fixed = if fixed.is_empty() { String::new() } else { format!(r#",{{"fixed":"{fixed}"}}"#) };
    let text = format!(
        r#"{{"id":"{id}","modified":"2026-10-31T00:00:00Z","summary":"{id} breaks it"{more},"affected":[{{"package":{{"ecosystem":"{ecosystem}","name":"{name}"}},"ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"{introduced}"}}{fixed}]}}]}}]}}"#
    );
    (format!("{id}.json"), text)
}

/// A database of some advisories.
pub fn database(advisories: &[(String, String)]) -> Database {
    let mut importer = Importer::new();
    importer.files("test", advisories.iter().map(|(name, text)| (name, text))).expect("advisories");
    importer.finish(None).expect("a database").database
}

/// How the gate is run in tests.
pub fn options() -> Options {
    Options { now_ms: NOW_MS, stale_days: 7, rules: Rules::embedded().expect("the rules") }
}

/// What the gate finds in a tree.
pub fn found(database: Database, files: &[(&str, &str)]) -> Vec<Found> {
    let tree: Held = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    let survey = Dependencies::new(Some(Ok(database)), options()).survey(&tree, None);
    assert_eq!(survey.broken, [], "everything is read");
    survey.found
}

/// A lock file of Cargo with one package.
pub fn cargo(name: &str, version: &str) -> String {
    format!(
        "version = 4\n\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n"
    )
}

/// The advisories among what is found: only their ids are in capitals.
pub fn ids(found: &[Found]) -> Vec<&str> {
    let names = found.iter().map(|found| found.rule.trim_start_matches("dependencies/"));
    names.filter(|name| name.starts_with(|first: char| first.is_ascii_uppercase())).collect()
}
