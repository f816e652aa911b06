//! The gate as the Runner runs it.

mod common;

use common::{NOW_MS, database, found, options, osv};
use dependencies::{
    data::{DataError, Database, Planted},
    gate::{Dependencies, Options, Readiness},
};
use finding::{Found, Held, Severity, TreeScanner as _};

const DAY_MS: u64 = 86_400_000;

fn cargo(name: &str, version: &str) -> String {
    format!(
        "version = 4\n\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n"
    )
}

/// The advisories among what is found: only their ids are in capitals.
fn ids(found: &[Found]) -> Vec<&str> {
    let names = found.iter().map(|found| found.rule.trim_start_matches("dependencies/"));
    names.filter(|name| name.starts_with(|first: char| first.is_ascii_uppercase())).collect()
}

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
fn a_range_that_can_not_be_decided_is_told_with_the_reason() {
    let advisories = [osv("RUSTSEC-1", "crates.io", "left", ("0", "unreleased"), "")];
    let found = found(database(&advisories), &[("Cargo.lock", &cargo("left", "9.0.0"))]);
    assert_eq!(ids(&found), ["RUSTSEC-1"]);
    let told = found.iter().any(|found| found.message.contains("`unreleased` can't be read as a version"));
    assert!(told, "{found:?}");
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
