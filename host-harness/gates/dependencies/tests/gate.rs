//! The gate as the Runner runs it.

mod common;

use common::{NOW_MS, cargo, database, found, ids, options, osv};
use dependencies::{
    data::{DataError, Database, Planted},
    gate::{Dependencies, Options, Readiness},
};
use finding::{Held, Severity, TreeScanner as _};

const DAY_MS: u64 = 86_400_000;

#[test]
fn the_canary_is_found_by_the_same_way_as_the_rest() {
    let gate = Dependencies::new(Some(Ok(database(&[osv("GHSA-1", "npm", "a", ("0", "1"), "")]))), options());
    let planted = gate.canary();
    let tree: Held = planted.iter().map(|canary| (canary.path.as_str(), canary.bytes.clone())).collect();
    let survey = gate.survey(&tree, None);
    for canary in planted {
        assert!(gate.passes_over(&canary.path).is_none());
        assert!(
            survey
                .found
                .iter()
                .any(|found| found.rule == canary.rule && found.path.as_ref() == Some(&canary.path))
        );
    }
}

#[test]
fn a_gate_without_sound_fresh_advisories_is_not_ready() {
    let advisories = || database(&[osv("GHSA-1", "npm", "a", ("0", "1"), "")]);
    let at = |opened, now_ms| Dependencies::new(opened, Options { now_ms, ..options() }).readiness().clone();
    assert_eq!(at(Some(Ok(advisories())), NOW_MS), Readiness::Ready);
    assert_eq!(at(None, NOW_MS), Readiness::Absent);
    let stale = Readiness::Stale { age_days: 8, limit_days: 7 };
    assert_eq!(at(Some(Ok(advisories())), NOW_MS + 7 * DAY_MS), stale);
    assert!(matches!(at(Some(Ok(advisories())), NOW_MS - 30 * DAY_MS), Readiness::Corrupt(_)));
    let broken = Database::open(b"nonsense".to_vec());
    assert!(matches!(broken, Err(DataError::Corrupt(_))));
    assert!(matches!(at(Some(broken), NOW_MS), Readiness::Corrupt(_)));
    assert!(stale.reason().is_some_and(|reason| reason.contains("8 days")));
}

#[test]
fn a_finding_says_what_where_and_what_to_do() {
    let score = r#","aliases":["CVE-2026-1"],"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]"#;
    let advisories = [
        osv("RUSTSEC-2026-1", "crates.io", "left", ("0", "1.2.0"), score),
        osv("RUSTSEC-2026-2", "crates.io", "left", ("1.0.0", ""), ""),
    ];
    let lock = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"1.0.0\"\ndependencies = [\"right\"]\n\n[[package]]\nname = \"left\"\nversion = \"1.1.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n[[package]]\nname = \"right\"\nversion = \"2.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\ndependencies = [\"left\"]\n";
    let manifest = "[package]\nname = \"app\"\nversion = \"1.0.0\"\n[dependencies]\nright = \"2\"\n";
    let found = found(database(&advisories), &[("Cargo.lock", lock), ("Cargo.toml", manifest)]);
    assert_eq!(ids(&found), ["RUSTSEC-2026-1", "RUSTSEC-2026-2"]);
    let (first, second) = (&found[0], &found[1]);
    assert_eq!(first.message, "`left` 1.1.0 has RUSTSEC-2026-1 (CVE-2026-1): RUSTSEC-2026-1 breaks it");
    assert_eq!(first.remedy, "raise `left` to 1.2.0 or later; it is needed by `right` 2.0.0");
    assert_eq!((first.severity, second.severity), (Severity::Critical, Severity::High));
    assert!(first.span.is_some_and(|span| (8..=9).contains(&span.line)), "{:?}", first.span);
    assert!(second.message.ends_with("(not scored, so it counts as high)"), "{}", second.message);
    assert!(second.remedy.starts_with("no fixed version of `left` is known"), "{}", second.remedy);
}

#[test]
fn one_thing_that_several_databases_know_is_told_once() {
    let both = |id: &str, also: &str| {
        osv(id, "crates.io", "left", ("0", "1.2.0"), &format!(r#","aliases":["{also}"]"#))
    };
    let advisories = [
        both("GHSA-1", "CVE-1"),
        both("RUSTSEC-1", "CVE-1"),
        both("RUSTSEC-2", "CVE-1"),
        both("CVE-9", "CVE-8"),
    ];
    let found = found(database(&advisories), &[("Cargo.lock", &cargo("left", "1.0.0"))]);
    assert_eq!(ids(&found), ["CVE-9", "RUSTSEC-1", "RUSTSEC-2"]);
    let one = found.iter().find(|found| found.rule.ends_with("RUSTSEC-1")).expect("it is told");
    assert!(one.message.contains("(CVE-1, GHSA-1)"), "{}", one.message);
}

#[test]
fn a_finding_can_be_spoken_of_in_openvex() {
    let advisories = [osv("RUSTSEC-1", "crates.io", "left", ("0", "2.0.0"), r#","aliases":["CVE-1"]"#)];
    let gate = Dependencies::new(Some(Ok(database(&advisories))), options());
    let tree: Held = [("Cargo.lock", cargo("left", "1.0.0"))].into_iter().collect();
    let inventory = packages::read(&tree);
    let survey = gate.judge(&inventory, None);
    let abouts: Vec<_> = survey.found.iter().filter_map(|found| gate.about(found, &inventory)).collect();
    assert_eq!(abouts.len(), 1);
    assert_eq!(abouts[0].ids, ["RUSTSEC-1", "CVE-1"]);
    assert_eq!(abouts[0].purl, "pkg:cargo/left@1.0.0");
}

#[test]
fn a_step_from_one_affected_version_to_another_is_not_news() {
    let print = |version: &str| {
        let advisories = database(&[osv("RUSTSEC-1", "crates.io", "left", ("0", "2.0.0"), "")]);
        let found = found(advisories, &[("Cargo.lock", &cargo("left", version))]);
        finding::findings(found, "t")
            .into_iter()
            .find(|found| found.rule.ends_with("RUSTSEC-1"))
            .map(|found| found.fingerprint)
    };
    assert!(print("1.0.0").is_some());
    assert_eq!(print("1.0.0"), print("1.1.0"));
    assert_eq!(print("2.0.0"), None);
}

#[test]
fn a_lock_file_that_can_not_be_read_is_broken() {
    let advisories = database(&[osv("RUSTSEC-1", "crates.io", "left", ("0", "2.0.0"), "")]);
    let tree: Held = [("Cargo.lock", "version = [")].into_iter().collect();
    let survey = Dependencies::new(Some(Ok(advisories)), options()).survey(&tree, None);
    assert_eq!(survey.broken.len(), 1);
}

#[test]
fn lock_files_of_every_ecosystem_give_what_is_known_and_nothing_else() {
    let advisories = [
        osv("RUSTSEC-2026-1", "crates.io", "left", ("0", "1.2.0"), ""),
        osv("GHSA-npm", "npm", "@scope/left", ("1.0.0", "1.2.0"), ""),
        osv("PYSEC-2026-1", "PyPI", "Left_Pad", ("0", "1.2rc1"), ""),
        osv("GO-2026-1", "Go", "example.org/left/v2", ("0", "2.1.0"), ""),
        osv("GHSA-maven", "Maven", "org.example:left", ("0", "1.0.0.RELEASE"), ""),
        osv("GHSA-nuget", "NuGet", "Left.Pad", ("0", "1.2.0.1"), ""),
        osv("GHSA-composer", "Packagist", "left/pad", ("0", "1.2.0-RC1"), ""),
        osv("GHSA-gem", "RubyGems", "left", ("0", "1.2.0.pre2"), ""),
    ];
    let cargo = cargo("left", "1.1.9");
    let cases: [(&str, &str, &str); 8] = [
        ("Cargo.lock", &cargo, "RUSTSEC-2026-1"),
        (
            "package-lock.json",
            r#"{"name":"a","lockfileVersion":3,"packages":{"":{"name":"a"},"node_modules/@scope/left":{"version":"1.1.0","resolved":"https://registry.npmjs.org/@scope/left/-/left-1.1.0.tgz"},"node_modules/b/node_modules/@scope/left":{"version":"1.2.0","resolved":"https://registry.npmjs.org/@scope/left/-/left-1.2.0.tgz"}}}"#,
            "GHSA-npm",
        ),
        ("requirements.txt", "left.pad==1.2b9\n", "PYSEC-2026-1"),
        (
            "go.mod",
            "module example.org/a\n\ngo 1.22\n\nrequire example.org/left/v2 v2.1.0-rc.1\n",
            "GO-2026-1",
        ),
        ("gradle.lockfile", "org.example:left:1.0.0.M2=runtimeClasspath\nempty=\n", "GHSA-maven"),
        (
            "packages.lock.json",
            r#"{"version":1,"dependencies":{"net8.0":{"left.pad":{"type":"Direct","requested":"[1.2.0, )","resolved":"1.2.0"}}}}"#,
            "GHSA-nuget",
        ),
        (
            "composer.lock",
            r#"{"packages":[{"name":"left/pad","version":"v1.2.0-beta3"}],"packages-dev":[]}"#,
            "GHSA-composer",
        ),
        (
            "Gemfile.lock",
            "GEM\n  remote: https://rubygems.org/\n  specs:\n    left (1.2.0.pre1)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  left\n",
            "GHSA-gem",
        ),
    ];
    let mut wrong = Vec::new();
    for (path, text, wanted) in cases {
        let tree: Held = [(path, text)].into_iter().collect();
        let survey = Dependencies::new(Some(Ok(database(&advisories))), options()).survey(&tree, None);
        if ids(&survey.found) != [wanted] || !survey.broken.is_empty() {
            wrong.push(format!("{path}: {:?} {:?}", ids(&survey.found), survey.broken));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_the_advisories_hold_nothing_about_is_broken_and_never_sound() {
    let npm = r#"{"name":"a","lockfileVersion":3,"packages":{"":{"name":"a"},"node_modules/b":{"version":"1.0.0"}}}"#;
    let own = r#"{"name":"a","lockfileVersion":3,"packages":{"":{"name":"a","workspaces":["c"]},"c":{"name":"c","version":"1.0.0"}}}"#;
    let crates = || database(&[osv("RUSTSEC-1", "crates.io", "left", ("0", "2.0.0"), "")]);
    let python = || database(&[osv("PYSEC-1", "PyPI", "left", ("0", "2.0.0"), "")]);
    let cargo = cargo("left", "2.0.0");
    for (advisories, path, text, lacking) in [
        (crates(), "package-lock.json", npm, Some("npm")),
        (crates(), "package-lock.json", own, None),
        (crates(), "package.json", r#"{"name":"a","dependencies":{"b":"^1"}}"#, Some("npm")),
        (crates(), "requirements.txt", "idna>=3\n", Some("PyPI")),
        (crates(), "Cargo.lock", &cargo, None),
        (python(), "Cargo.lock", &cargo, Some("crates.io")),
        (python(), "Cargo.lock", "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n", None),
    ] {
        let tree: Held = [(path, text)].into_iter().collect();
        let broken = Dependencies::new(Some(Ok(advisories)), options()).survey(&tree, None).broken;
        let reasons: Vec<&str> = broken.iter().map(|(_, reason)| reason.as_str()).collect();
        match lacking {
            None => assert_eq!(reasons, Vec::<&str>::new(), "{path}"),
            Some(ecosystem) => assert!(
                matches!(reasons.as_slice(), [one] if one.contains(ecosystem) && one.contains("advisories import")),
                "{path}: {reasons:?}"
            ),
        }
    }
}

#[test]
fn members_of_a_workspace_need_no_advisories() {
    let lock = r#"{"name":"a","lockfileVersion":3,"packages":{"":{"name":"a","workspaces":["b","c"]},"b":{"name":"b","version":"1.0.0","dependencies":{"c":"*"}},"c":{"name":"c","version":"1.0.0"},"node_modules/c":{"resolved":"c","link":true}}}"#;
    let tree: Held = [
        ("package-lock.json", lock),
        ("package.json", r#"{"name":"a","workspaces":["b","c"]}"#),
        ("b/package.json", r#"{"name":"b","version":"1.0.0","dependencies":{"c":"*"}}"#),
        ("c/package.json", r#"{"name":"c","version":"1.0.0"}"#),
    ]
    .into_iter()
    .collect();
    let advisories = database(&[osv("RUSTSEC-1", "crates.io", "left", ("0", "2.0.0"), "")]);
    assert_eq!(Dependencies::new(Some(Ok(advisories)), options()).survey(&tree, None).broken, []);
}

#[test]
fn the_canary_is_found_where_nothing_is_known_of_its_ecosystem() {
    let gate = Dependencies::new(Some(Ok(database(&[osv("GHSA-1", "npm", "a", ("0", "1"), "")]))), options());
    let tree: Held =
        gate.canary().into_iter().map(|canary| (canary.path.as_str().to_owned(), canary.bytes)).collect();
    let survey = gate.survey(&tree, None);
    assert_eq!(survey.broken, []);
    assert_eq!(ids(&survey.found), [Planted::ID]);
}

#[test]
fn advisories_of_go_itself_are_held_against_the_go_that_is_asked_for() {
    let advisories = [
        osv("GO-2026-1", "Go", "stdlib", ("1.22.0-0", "1.22.4"), ""),
        osv("GO-2026-2", "Go", "toolchain", ("0", "1.22.4"), ""),
    ];
    for (text, wanted) in [
        ("module example.org/a\n\ngo 1.22\n", &["GO-2026-1", "GO-2026-2"][..]),
        ("module example.org/a\n\ngo 1.21\n", &["GO-2026-2"]),
        ("module example.org/a\n\ngo 1.21\n\ntoolchain go1.22.3\n", &["GO-2026-1", "GO-2026-2"]),
        ("module example.org/a\n\ngo 1.22\n\ntoolchain go1.22.4\n", &[]),
    ] {
        let found = found(database(&advisories), &[("go.mod", text)]);
        assert_eq!(ids(&found), wanted, "{text}");
        assert!(
            found
                .iter()
                .all(|one| one.remedy.ends_with("to 1.22.4 or later, by the `go` or `toolchain` line"))
        );
    }
}

#[test]
fn an_advisory_holds_until_it_is_taken_back() {
    let withdrawn = |at: &str| {
        let advisories = [
            osv("RUSTSEC-1", "crates.io", "left", ("0", ""), &format!(r#","withdrawn":"{at}""#)),
            osv("RUSTSEC-2", "crates.io", "right", ("0", ""), ""),
        ];
        database(&advisories)
    };
    for (at, later_days, wanted) in [
        ("2026-10-30T00:00:00Z", 0, &[][..]),
        ("2026-11-01T00:00:00Z", 0, &[]),
        ("2026-11-03T00:00:00Z", 0, &["RUSTSEC-1"]),
        ("2026-11-03T00:00:00Z", 2, &[]),
        ("9999-01-01T00:00:00Z", 0, &["RUSTSEC-1"]),
        ("", 0, &["RUSTSEC-1"]),
    ] {
        let options = Options { now_ms: NOW_MS + later_days * DAY_MS, ..options() };
        let tree: Held = [("Cargo.lock", cargo("left", "1.0.0"))].into_iter().collect();
        let survey = Dependencies::new(Some(Ok(withdrawn(at))), options).survey(&tree, None);
        assert_eq!(ids(&survey.found), wanted, "{at} {later_days}");
    }
}

#[test]
fn a_finding_is_spoken_of_by_its_fingerprint() {
    let advisories = [osv("RUSTSEC-1", "crates.io", "left", ("0", "2.0.0"), r#","aliases":["CVE-1"]"#)];
    let gate = Dependencies::new(Some(Ok(database(&advisories))), options());
    let tree: Held = [("Cargo.lock", cargo("left", "1.0.0"))].into_iter().collect();
    let inventory = packages::read(&tree);
    let spoken = gate.spoken_of(&inventory);
    let findings = finding::findings(gate.survey(&tree, None).found, "t");
    let one = findings.iter().find(|one| one.rule.ends_with("RUSTSEC-1")).expect("it is told");
    assert_eq!(spoken.len(), 1);
    assert_eq!(
        spoken.get(&one.fingerprint).map(|about| about.ids.as_slice()),
        Some(&["RUSTSEC-1".to_owned(), "CVE-1".to_owned()][..])
    );
}
