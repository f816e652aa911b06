//! Nothing that a lock file or another database says makes an advisory less grave.

mod common;

use common::{cargo, database, found, ids, osv};
use finding::Severity;

#[test]
fn malice_is_critical_wherever_a_package_is_taken_from() {
    let malice = |ecosystem: &str| {
        database(&[
            osv("MAL-2026-1", ecosystem, "evil/evil", ("0", ""), ""),
            osv("MAL-2026-2", ecosystem, "evil", ("0", ""), ""),
        ])
    };
    let cargo = |source: &str| {
        format!("version = 4\n[[package]]\nname = \"evil\"\nversion = \"1.0.0\"\nsource = \"{source}\"\n")
    };
    let npm = |resolved: &str| {
        format!(
            r#"{{"name":"a","lockfileVersion":3,"packages":{{"":{{"name":"a"}},"node_modules/evil":{{"version":"1.0.0","resolved":"{resolved}"}}}}}}"#
        )
    };
    let composer = |more: &str| {
        format!(
            r#"{{"packages":[{{"name":"evil/evil","version":"1.0.0","source":{{"type":"git","url":"https://h.example/e.git","reference":"0123abcd"}}{more}}}]}}"#
        )
    };
    for (ecosystem, path, text) in [
        ("crates.io", "Cargo.lock", cargo("registry+https://github.com/rust-lang/crates.io-index/")),
        ("crates.io", "Cargo.lock", cargo("sparse+https://index.crates.io")),
        ("crates.io", "Cargo.lock", cargo("git+https://github.com/rust-lang/crates.io-index.git#0123abcd")),
        ("crates.io", "Cargo.lock", cargo("registry+https://crates.example/index")),
        ("npm", "package-lock.json", npm("https://registry.npmjs.org:443/evil/-/evil-1.0.0.tgz")),
        ("npm", "package-lock.json", npm("file:evil-1.0.0.tgz")),
        ("npm", "package-lock.json", npm("git+ssh://git@github.com/e/evil.git#0123abcd")),
        ("npm", "package-lock.json", npm("https://h.example/evil.tgz")),
        ("npm", "package.json", r#"{"name":"a","dependencies":{"evil":"file:evil.tgz"}}"#.to_owned()),
        ("npm", "package.json", r#"{"name":"a","dependencies":{"evil":"e/evil#main"}}"#.to_owned()),
        ("npm", "package.json", r#"{"name":"a","dependencies":{"evil":"^1"}}"#.to_owned()),
        ("Packagist", "composer.lock", composer(r#","notification-url":"https://packagist.org/downloads/""#)),
        ("Packagist", "composer.lock", composer("")),
        ("Packagist", "composer.lock", composer("").replace("1.0.0", "dev-main")),
    ] {
        let found = found(malice(ecosystem), &[(path, &text)]);
        let told = found.iter().find(|found| found.rule.contains("MAL-2026"));
        assert_eq!(told.map(|found| found.severity), Some(Severity::Critical), "{path}: {text}");
    }
}

#[test]
fn another_spelling_of_its_registry_does_not_make_an_advisory_less_grave() {
    let advisories = || {
        database(&[
            osv("RUSTSEC-1", "crates.io", "left", ("0", "2.0.0"), ""),
            osv("GHSA-1", "Packagist", "left/left", ("0", "2.0.0"), ""),
        ])
    };
    let composer = r#"{"packages":[{"name":"left/left","version":"1.0.0","source":{"type":"git","url":"https://h.example/l.git","reference":"0123abcd"}}]}"#;
    let cargo = |source: &str| {
        cargo("left", "1.0.0").replace("registry+https://github.com/rust-lang/crates.io-index", source)
    };
    for (path, text, wanted) in [
        ("Cargo.lock", cargo("registry+https://github.com/rust-lang/crates.io-index.git"), "RUSTSEC-1"),
        ("Cargo.lock", cargo("sparse+https://INDEX.crates.io"), "RUSTSEC-1"),
        ("Cargo.lock", cargo("git+https://github.com/rust-lang/crates.io-index"), "RUSTSEC-1"),
        ("composer.lock", composer.to_owned(), "GHSA-1"),
    ] {
        assert_eq!(ids(&found(advisories(), &[(path, &text)])), [wanted], "{text}");
    }
}

#[test]
fn a_range_of_versions_is_not_held_to_be_the_malicious_one() {
    let text = r#"{"id":"MAL-1","modified":"2026-10-31T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"chalk"},"versions":["5.6.1"]}]}"#;
    let advisories = || database(&[("MAL-1.json".to_owned(), text.to_owned())]);
    let range = r#"{"name":"a","dependencies":{"chalk":"^5"}}"#;
    assert_eq!(ids(&found(advisories(), &[("package.json", range)])), Vec::<&str>::new());
    let pinned = r#"{"name":"a","dependencies":{"chalk":"5.6.1"}}"#;
    assert_eq!(ids(&found(advisories(), &[("package.json", pinned)])), ["MAL-1"]);
    let elsewhere = r#"{"name":"a","dependencies":{"chalk":"github:c/chalk"}}"#;
    assert_eq!(ids(&found(advisories(), &[("package.json", elsewhere)])), ["MAL-1"]);
}

#[test]
fn an_advisory_without_a_score_counts_as_high_whatever_its_alias_says() {
    let scored = |word: &str| format!(r#","aliases":["CVE-1"],"database_specific":{{"severity":"{word}"}}"#);
    let plain = r#","aliases":["CVE-1"]"#.to_owned();
    for (own, other, wanted, says) in [
        (&plain, scored("LOW"), Severity::High, true),
        (&plain, scored("CRITICAL"), Severity::Critical, false),
        (&scored("LOW"), plain.clone(), Severity::High, true),
        (&scored("LOW"), scored("MODERATE"), Severity::Medium, false),
        (&plain, plain.clone(), Severity::High, true),
    ] {
        let advisories = [
            osv("RUSTSEC-1", "crates.io", "left", ("0", "2.0.0"), own),
            osv("GHSA-1", "crates.io", "left", ("0", "2.0.0"), &other),
        ];
        let found = found(database(&advisories), &[("Cargo.lock", &cargo("left", "1.0.0"))]);
        let one = found.iter().find(|found| found.rule.ends_with("RUSTSEC-1")).expect("it is told");
        assert_eq!((one.severity, one.message.contains("not scored")), (wanted, says), "{own} {other}");
    }
}

#[test]
fn a_range_that_can_not_be_decided_is_told_with_the_reason() {
    let advisories = [osv("RUSTSEC-1", "crates.io", "left", ("0", "unreleased"), "")];
    let found = found(database(&advisories), &[("Cargo.lock", &cargo("left", "9.0.0"))]);
    assert_eq!(ids(&found), ["RUSTSEC-1"]);
    let told = found.iter().any(|found| found.message.contains("`unreleased` can't be read as a version"));
    assert!(told, "{found:?}");
}
