use super::*;

const SUM: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const NEW: &str = "2222222222222222222222222222222222222222222222222222222222222222";

const MANIFEST: &str = r#"
[package]
name = "a" # serde
[dependencies]
serde = { version = "1.0", features = ["derive"] } # kept
codec = { package = "serde", version = '^1.0.100' }
"serde_json" = "1.0"
[dependencies.serde_yaml]
package = "serde"
version    =   "~1.0.1"
[target.'cfg(unix)'.build-dependencies]
serde = "=1.0.5"
[workspace.dependencies]
serde = ">= 1.0"
[dev-dependencies]
serde.version = "1.0.7"
"#;

fn lock(entries: &[(&str, &str, &str)]) -> String {
    let entry = |(name, version, rest): &(&str, &str, &str)| {
        format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{rest}\n")
    };
    format!("version = 4\n\n{}", entries.iter().map(entry).collect::<String>())
}

fn registry(sum: &str) -> String {
    format!("source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"{sum}\"\n")
}

fn serde(version: &'static str, more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    [&[("package", "serde"), ("version", version)], more].concat()
}

#[test]
fn every_table_is_seen_and_every_other_byte_kept() {
    let mut there = shelf(&[("Cargo.toml", MANIFEST)]);
    there.did("bump", &serde("1.0.228", &[]));
    let expected = MANIFEST
        .replace("version = \"1.0\", features", "version = \"1.0.228\", features")
        .replace("'^1.0.100'", "'^1.0.228'")
        .replace("\"~1.0.1\"", "\"~1.0.228\"")
        .replace("\"=1.0.5\"", "\"=1.0.228\"")
        .replace("\">= 1.0\"", "\">= 1.0.228\"")
        .replace("\"1.0.7\"", "\"1.0.228\"");
    assert_eq!(there.text("Cargo.toml"), expected);
    assert_eq!(there.fault("bump", &serde("1.0.228", &[])).0, "edit-without-effect");
}

#[test]
fn what_is_no_requirement_is_left_and_told() {
    let manifest = "[dependencies]\nserde = { git = \"https://example.com/serde\" }\n\
                    [dev-dependencies]\nserde = { path = \"../serde\", version = \"1.0\" }\n\
                    [build-dependencies]\nserde = \"1\"\n[patch.crates-io]\nserde = { path = \"x\" }\n";
    let mut there =
        shelf(&[("Cargo.toml", manifest), ("b/Cargo.toml", "[dependencies]\nserde.workspace = true\n")]);
    let outcome = there.did("bump", &serde("1.2.0", &[]));
    assert_eq!(there.text("Cargo.toml"), manifest.replace("serde = \"1\"", "serde = \"1.2.0\""));
    assert_eq!(
        outcome.told,
        [
            "`Cargo.toml`: left, it takes `serde` from a `git`",
            "`Cargo.toml`: left, it takes `serde` from a `path`",
            "`Cargo.toml`: `1` becomes `1.2.0`",
            "`b/Cargo.toml`: takes the version of the workspace"
        ]
    );
    assert_eq!(outcome.warnings, ["`Cargo.toml` patches `serde`; the patch is left as it is"]);
}

#[test]
fn what_is_unclear_is_refused() {
    for (requirement, code) in [
        (">=1.0, <2.0", "recipe-requirement-unclear"),
        ("1.*", "recipe-requirement-unclear"),
        ("*", "recipe-requirement-unclear"),
        ("<2.0", "recipe-requirement-unclear"),
        (">1.0", "recipe-requirement-unclear"),
        ("", "recipe-requirement-unclear"),
        ("2.0", "recipe-downgrade"),
        ("1.2.0", "edit-without-effect"),
        ("=1.2", "edit-without-effect"),
    ] {
        let manifest = format!("[dependencies]\nother = \"1\"\nserde = \"{requirement}\"\n");
        let mut there =
            shelf(&[("Cargo.toml", &manifest), ("b/Cargo.toml", "[dependencies]\nserde = \"1.2.0\"\n")]);
        assert_eq!(there.fault("bump", &serde("1.2.0", &[])).0, code, "{requirement}");
    }
    let mut there = shelf(&[("Cargo.toml", "[dependencies]\nserde = \"2.0\"\n")]);
    there.did("bump", &serde("1.2.0", &[("allow_downgrade", "true")]));
    assert_eq!(there.text("Cargo.toml"), "[dependencies]\nserde = \"1.2.0\"\n");
    for (file, code) in [("a = [", "recipe-manifest-malformed"), ("[dependencies]\n", "recipe-nothing-found")]
    {
        let file = format!("# serde\n{file}");
        assert_eq!(shelf(&[("Cargo.toml", &file)]).fault("bump", &serde("1.2.0", &[])).0, code);
    }
}

fn locked(version: &str, lock: String) -> Shelf {
    shelf(&[
        ("Cargo.toml", "[workspace]\n"),
        ("Cargo.lock", &lock),
        ("a/Cargo.toml", &format!("[dependencies]\nserde = \"{version}\"\n")),
    ])
}

#[test]
fn a_lock_file_gets_version_and_checksum() {
    let text =
        lock(&[("a", "0.1.0", "dependencies = [\n \"serde\",\n]\n"), ("serde", "1.0.1", &registry(SUM))]);
    let mut there = locked("1.0", text.clone());
    let (code, message) = there.fault("bump", &serde("1.0.228", &[]));
    assert_eq!(code, "recipe-lock");
    assert!(
        message.contains("give parameter `checksum`")
            && message.contains("cargo update -p serde --precise 1.0.228"),
        "{message}"
    );
    let outcome = there.did("bump", &serde("1.0.228", &[("checksum", NEW)]));
    assert_eq!(there.text("Cargo.lock"), text.replace("1.0.1", "1.0.228").replace(SUM, NEW));
    assert_eq!(there.text("a/Cargo.toml"), "[dependencies]\nserde = \"1.0.228\"\n");
    assert!(outcome.warnings[0].contains("cargo metadata --locked"), "{:?}", outcome.warnings);

    let mut there = locked("1.0", text.clone());
    let outcome = there.did("bump", &serde("1.0.228", &[("lock", "leave")]));
    assert_eq!(there.text("Cargo.lock"), text);
    assert_eq!(
        outcome.warnings,
        ["`Cargo.lock` was left as it is and may no longer agree with the manifests"]
    );
}

#[test]
fn a_lock_file_that_is_right_is_left() {
    let text = lock(&[("serde", "1.0.300", &registry(SUM))]);
    let mut there = locked("1.0", text.clone());
    there.did("bump", &serde("1.0.228", &[]));
    assert_eq!(there.text("Cargo.lock"), text);
    // An exact requirement does not take a later one.
    assert_eq!(locked("=1.0.1", text).fault("bump", &serde("1.0.228", &[])).0, "recipe-lock");
    let text = lock(&[("serde", "1.0.1", "")]);
    let mut there = locked("1.0", text.clone());
    there.did("bump", &serde("1.0.228", &[]));
    assert_eq!(there.text("Cargo.lock"), text);
}

#[test]
fn of_several_versions_the_near_one_is_meant() {
    let (old, new) = (registry(SUM), registry(NEW));
    let user = |version: &str| format!("dependencies = [\n \"serde {version}\",\n]\n");
    let text = lock(&[
        ("a", "0.1.0", &user("1.0.1")),
        ("b", "0.1.0", &user("2.0.0")),
        ("serde", "1.0.1", &old),
        ("serde", "2.0.0", &old),
    ]);
    let expected = lock(&[
        ("a", "0.1.0", &user("1.0.228")),
        ("b", "0.1.0", &user("2.0.0")),
        ("serde", "1.0.228", &new),
        ("serde", "2.0.0", &old),
    ]);
    let mut there = locked("1.0", text);
    there.did("bump", &serde("1.0.228", &[("checksum", NEW)]));
    assert_eq!(there.text("Cargo.lock"), expected);
}

#[test]
fn a_lock_file_that_needs_more_than_that_is_refused() {
    let sum = registry(SUM);
    let unordered = lock(&[
        ("serde", "1.0.1", &sum),
        ("serde", "1.0.5", "source = \"git+https://example.com/serde#aa\"\n"),
    ]);
    let foreign = format!("{sum}dependencies = [\n \"serde\",\n]\n");
    let metadata = format!("{}[metadata]\n\"checksum x\" = \"y\"\n", lock(&[("serde", "1.0.1", &sum)]));
    for (version, text, why) in [
        ("2.0.0", lock(&[("serde", "1.0.1", &sum), ("toml", "1.0.0", &foreign)]), "other packages that need"),
        ("1.0.228", lock(&[("a", "1.0.1", "")]), "is not up to date"),
        ("3.0.0", lock(&[("serde", "1.0.1", &sum), ("serde", "2.0.0", &sum)]), "more than one version"),
        ("1.0.228", unordered, "versions out of order"),
        ("1.0.228", metadata, "an old form"),
        ("1.0.228", lock(&[("serde", "1.0.1", &sum.replace("checksum", "other"))]), "without a checksum"),
    ] {
        let (code, message) = locked("1.0", text).fault("bump", &serde(version, &[("checksum", NEW)]));
        assert_eq!(code, "recipe-lock");
        assert!(message.contains(why), "{message}");
    }
}

#[test]
fn one_package_in_two_versions_is_refused() {
    let sum = registry(SUM);
    let both = lock(&[("serde", "0.7.3", &sum), ("serde", "0.8.5", &sum)]);
    let renamed = "[dependencies]\nserde = \"0.8\"\nserde07 = { package = \"serde\", version = \"0.7\" }\n";
    let twice = "[dependencies]\nserde = \"0.8\"\n[build-dependencies]\nserde = \"0.7\"\n";
    for (manifest, locked, code) in [
        (renamed, None, "recipe-requirement-unclear"),
        (renamed, Some(&both), "recipe-requirement-unclear"),
        (twice, Some(&both), "recipe-lock"),
    ] {
        for more in [&[("checksum", NEW)], &[("lock", "leave")]] {
            let mut there = shelf(&[("Cargo.toml", manifest)]);
            there.files.extend(locked.map(|text| (path("Cargo.lock"), text.clone().into_bytes())));
            let (found, message) = there.fault("bump", &serde("0.8.6", more));
            assert_eq!(found, code);
            assert!(message.contains("serde = 0.8` of") && message.contains(" = 0.7` of"), "{message}");
        }
    }
    let one = lock(&[("serde", "0.8.5", &sum)]);
    for (manifest, locked) in [(twice, &one), (&renamed.replace("0.7\"", "0.8.1\""), &both)] {
        let mut there = shelf(&[("Cargo.toml", manifest), ("Cargo.lock", locked)]);
        there.did("bump", &serde("0.8.6", &[("checksum", NEW)]));
    }
}

#[test]
fn members_that_get_two_versions_are_not_made_one() {
    let sum = registry(SUM);
    let both = lock(&[("serde", "0.7.3", &sum), ("serde", "0.8.5", &sum)]);
    let mut there = locked("0.7", both);
    there.files.insert(path("b/Cargo.toml"), b"[dependencies]\nserde = \"0.8\"\n".to_vec());
    let (code, message) = there.fault("bump", &serde("0.8.6", &[("checksum", NEW)]));
    assert_eq!(code, "recipe-lock");
    assert!(message.contains("`a/Cargo.toml`") && message.contains("`b/Cargo.toml`"), "{message}");
    there.did("bump", &serde("0.8.6", &[("checksum", NEW), ("paths", "b,Cargo.lock")]));
    assert_eq!(there.text("a/Cargo.toml"), "[dependencies]\nserde = \"0.7\"\n");
    there.did("bump", &serde("0.8.7", &[("lock", "leave")]));
}

#[test]
fn a_lock_file_beyond_the_paths_is_not_changed_behind_ones_back() {
    let mut there = locked("1.0", lock(&[("serde", "1.0.1", &registry(SUM))]));
    let bump = serde("1.0.228", &[("checksum", NEW), ("paths", "a")]);
    assert_eq!(there.fault("bump", &bump).0, "recipe-outside");
    there.did("bump", &serde("1.0.228", &[("lock", "leave"), ("paths", "a")]));
    let contradiction =
        named(&call("bump", &serde("1.0.228", &[("lock", "leave"), ("checksum", NEW)]))).unwrap_err();
    assert_eq!(contradiction.code(), "recipe-parameter-contradiction");
}

#[test]
fn a_name_in_two_worlds_has_to_be_told_apart() {
    let files = &[
        ("Cargo.toml", "[dependencies]\nserde = \"1\"\n"),
        ("package.json", "{ \"dependencies\": { \"serde\": \"1.0.0\" } }"),
    ];
    let (_, message) = shelf(files).fault("bump", &serde("2.0.0", &[]));
    assert!(message.contains("`cargo`, `npm` ask for `serde`"), "{message}");
    let mut there = shelf(files);
    there.did("bump", &serde("2.0.0", &[("ecosystem", "npm")]));
    assert_eq!(there.text("Cargo.toml"), files[0].1);
}

#[test]
fn the_nearest_lock_file_counts() {
    let text = lock(&[("serde", "1.0.1", &registry(SUM))]);
    let mut there = locked("1.0", text.clone());
    there.files.insert(path("a/Cargo.lock"), text.clone().into_bytes());
    there.did("bump", &serde("1.0.228", &[("checksum", NEW)]));
    assert_eq!(there.text("Cargo.lock"), text);
    assert_eq!(there.text("a/Cargo.lock"), text.replace("1.0.1", "1.0.228").replace(SUM, NEW));
}
