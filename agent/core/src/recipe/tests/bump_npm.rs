use super::*;

const HASH: &str =
    "sha512-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";
const NEW: &str =
    "sha512-BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB==";

fn left_pad(
    version: &'static str,
    more: &[(&'static str, &'static str)],
) -> Vec<(&'static str, &'static str)> {
    [&[("package", "left-pad"), ("version", version)], more].concat()
}

const MANIFEST: &str = r#"{
    "name": "a",	"left-pad": "not this",
    "dependencies" : { "left-pad":"^1.1.0","other": "^1.1.0" },
  "devDependencies": {"left-pad": "~1.1.0"},
  "peerDependencies": {"left-pad": ">=1.0.0"}, "optionalDependencies": {"left-pad": "1.1.1"},
  "overrides": { "left-pad": "1.0.0" }, "escape": "\"{\\"
}"#;

#[test]
fn every_table_is_seen_and_every_other_byte_kept() {
    let mut there = shelf(&[("package.json", MANIFEST), ("node_modules/x/package.json", MANIFEST)]);
    let outcome = there.did("bump", &left_pad("1.3.0", &[]));
    let expected = MANIFEST
        .replace("\"left-pad\":\"^1.1.0\"", "\"left-pad\":\"^1.3.0\"")
        .replace("\"~1.1.0\"", "\"~1.3.0\"")
        .replace("\">=1.0.0\"", "\">=1.3.0\"")
        .replace("\"1.1.1\"", "\"1.3.0\"");
    assert_eq!(there.text("package.json"), expected);
    assert_eq!(there.text("node_modules/x/package.json"), MANIFEST);
    assert_eq!(
        outcome.warnings,
        ["`package.json` has `left-pad` under `overrides` too; that is left as it is"]
    );
}

#[test]
fn places_are_left_and_what_is_unclear_is_refused() {
    let manifest = |text: &str| format!("{{\"dependencies\":{{\"left-pad\":\"{text}\"}}}}");
    for place in ["workspace:*", "file:../x", "git+https://example.com/x", "owner/x", "npm:other@^1.0.0"] {
        let (code, message) =
            shelf(&[("package.json", &manifest(place))]).fault("bump", &left_pad("1.3.0", &[]));
        assert_eq!(code, "edit-without-effect");
        assert!(message.contains("left, it takes `left-pad` from `"), "{message}");
    }
    for unclear in ["latest", "*", "1.x", ">=1 <2", "^1 || ^2", "1.0.0 - 1.2.0", ""] {
        let (code, _) = shelf(&[("package.json", &manifest(unclear))]).fault("bump", &left_pad("1.3.0", &[]));
        assert_eq!(code, "recipe-requirement-unclear", "{unclear}");
    }
    let doubled = "{\"dependencies\":{\"left-pad\":\"1.0.0\",\"left-pad\":\"2.0.0\"}}";
    assert_eq!(
        shelf(&[("package.json", doubled)]).fault("bump", &left_pad("1.3.0", &[])).0,
        "recipe-manifest-malformed"
    );
}

fn entry(version: &str, more: &str) -> String {
    format!(
        "{{ \"version\": \"{version}\", \"resolved\": \"https://registry.npmjs.org/left-pad/-/left-pad-{version}.tgz\", \
         \"integrity\": \"{HASH}\"{more} }}"
    )
}

fn lock(version: u8, packages: &str, rest: &str) -> String {
    format!("{{\n \"lockfileVersion\": {version},\n \"packages\": {{ {packages} }}{rest}\n}}\n")
}

fn locked(lock: &str) -> Shelf {
    shelf(&[
        ("package.json", "{\"workspaces\":[\"w\"]}"),
        ("package-lock.json", lock),
        ("w/package.json", "{\"dependencies\":{\"left-pad\":\"^1.1.0\"}}"),
    ])
}

const COPY: &str = "\"\": {}, \"w\": { \"dependencies\": { \"left-pad\": \"^1.1.0\" } }";

#[test]
fn a_lock_file_gets_version_address_hash_and_the_copy_of_the_manifest() {
    let legacy = format!(", \"dependencies\": {{ \"left-pad\": {} }}", entry("1.1.1", ""));
    for (version, rest) in [(3, ""), (2, legacy.as_str())] {
        let text = lock(version, &format!("{COPY}, \"node_modules/left-pad\": {}", entry("1.1.1", "")), rest);
        let mut there = locked(&text);
        let (code, message) = there.fault("bump", &left_pad("1.3.0", &[]));
        assert_eq!(code, "recipe-lock");
        assert!(message.contains("give parameter `integrity`"), "{message}");
        there.did("bump", &left_pad("1.3.0", &[("integrity", NEW)]));
        let expected = text.replace("1.1.1", "1.3.0").replace("^1.1.0", "^1.3.0").replace(HASH, NEW);
        assert_eq!(there.text("package-lock.json"), expected);
    }
}

#[test]
fn the_nearest_entry_is_meant() {
    let packages = format!(
        "{COPY}, \"node_modules/left-pad\": {}, \"w/node_modules/left-pad\": {}",
        entry("0.9.0", ""),
        entry("1.1.1", "")
    );
    let text = lock(3, &packages, "");
    let mut there = locked(&text);
    there.did("bump", &left_pad("1.3.0", &[("integrity", NEW)]));
    let (outer, inner) = text.split_at(text.find("w/node_modules").unwrap());
    let outer = outer.replace("^1.1.0", "^1.3.0");
    let inner = inner.replace("1.1.1", "1.3.0").replace(HASH, NEW);
    assert_eq!(there.text("package-lock.json"), format!("{outer}{inner}"));
}

#[test]
fn a_lock_file_that_is_right_gets_only_the_copy() {
    let text = lock(3, &format!("{COPY}, \"node_modules/left-pad\": {}", entry("1.5.0", "")), "");
    let mut there = locked(&text);
    there.did("bump", &left_pad("1.3.0", &[]));
    assert_eq!(there.text("package-lock.json"), text.replace("^1.1.0", "^1.3.0"));
}

#[test]
fn a_lock_file_that_needs_more_than_that_is_refused() {
    let near = format!("{COPY}, \"node_modules/left-pad\": {}", entry("1.1.1", ""));
    let user = |asked: &str| {
        format!(
            "{near}, \"node_modules/x\": {{ \"version\": \"1.0.0\", \"dependencies\": {{ \"left-pad\": \"{asked}\" }} }}"
        )
    };
    let elsewhere = near.replace("/-/left-pad-1.1.1.tgz", "/tarball/1.1.1");
    for (text, why) in [
        (lock(3, &user("~1.1.0"), ""), "other packages that need"),
        (lock(3, &user("<1.2"), ""), "other packages that need"),
        (lock(3, COPY, ""), "is not up to date"),
        ("{ \"lockfileVersion\": 1 }".to_owned(), "a form before version 2"),
        (lock(3, &near.replace("integrity", "x"), ""), "without an address or a hash"),
        (lock(3, &elsewhere, ""), "an address of another form"),
        (lock(2, &near, ", \"dependencies\": {}"), "two forms that do not agree"),
    ] {
        let (code, message) = locked(&text).fault("bump", &left_pad("1.3.0", &[("integrity", NEW)]));
        assert_eq!(code, "recipe-lock");
        assert!(message.contains(why), "{message}");
    }
    let told = &[("integrity", NEW), ("resolved", "https://example.com/left-pad-1.3.0.tgz")];
    let mut there = locked(&lock(3, &elsewhere, ""));
    there.did("bump", &left_pad("1.3.0", told));
    assert!(there.text("package-lock.json").contains("\"https://example.com/left-pad-1.3.0.tgz\""));
    for asked in ["^1.0.0", ">=1.0.0", "*", "^0.9.0 || ^1.2.0", "1.3.0"] {
        locked(&lock(3, &user(asked), "")).did("bump", &left_pad("1.3.0", &[("integrity", NEW)]));
    }
}

#[test]
fn other_lock_files_can_not_be_kept_right() {
    for name in ["yarn.lock", "pnpm-lock.yaml", "bun.lock"] {
        let files = &[("package.json", "{\"dependencies\":{\"left-pad\":\"1.0.0\"}}"), (name, "x\n")];
        assert_eq!(shelf(files).fault("bump", &left_pad("1.3.0", &[])).0, "recipe-lock");
        shelf(files).did("bump", &left_pad("1.3.0", &[("lock", "leave")]));
    }
}

#[test]
fn a_scoped_package_is_one() {
    let mut there = shelf(&[("package.json", "{\"dependencies\":{\"@a/b\":\"^1.0.0\"}}")]);
    there.did("bump", &[("package", "@a/b"), ("version", "2.0.0")]);
    assert_eq!(there.text("package.json"), "{\"dependencies\":{\"@a/b\":\"^2.0.0\"}}");
}

#[test]
fn an_exact_requirement_takes_no_later_version() {
    let text = lock(3, &format!("{COPY}, \"node_modules/left-pad\": {}", entry("1.5.0", "")), "");
    for sign in ["", "=", "~"] {
        let mut there = locked(&text.replace("^1.1.0", &format!("{sign}1.1.0")));
        let manifest = format!("{{\"dependencies\":{{\"left-pad\":\"{sign}1.1.0\"}}}}");
        there.files.insert(path("w/package.json"), manifest.into_bytes());
        assert_eq!(there.fault("bump", &left_pad("1.3.0", &[])).0, "recipe-lock", "{sign}");
        there.did("bump", &left_pad("1.3.0", &[("integrity", NEW)]));
        assert!(there.text("package-lock.json").contains("\"version\": \"1.3.0\""));
    }
}
