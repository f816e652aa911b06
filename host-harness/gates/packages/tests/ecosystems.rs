//! What manifests and lock files of each ecosystem come to.

use finding::Held;
use packages::{Dependence, Inventory, Origin, Package, read};

fn inventory(files: &[(&str, &str)]) -> Inventory {
    let tree: Held = files.iter().map(|(path, text)| (*path, *text)).collect();
    let read = read(&tree);
    assert_eq!(read.broken, [], "nothing is broken");
    read
}

fn find<'i>(inventory: &'i Inventory, name: &str) -> &'i Package {
    let found = inventory.packages.iter().find(|package| package.id.name == name);
    found.unwrap_or_else(|| panic!("`{name}` is in {:?}", shown(inventory)))
}

/// File and line, name and version, `d` direct, `t` transitive, `?` unknown, `+` for development.
fn shown(inventory: &Inventory) -> Vec<String> {
    let one = |package: &Package| {
        let dependence = match package.dependence {
            Dependence::Direct => 'd',
            Dependence::Transitive => 't',
            Dependence::Unknown => '?',
        };
        let development = if package.development { "+" } else { "" };
        let id = &package.id;
        format!(
            "{}:{} {} {} {dependence}{development}",
            package.path.as_str(),
            package.line,
            id.name,
            id.version
        )
    };
    inventory.packages.iter().map(one).collect()
}

#[test]
fn cargo_workspaces_inherit_and_tell_what_tests_need() {
    let read = inventory(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"a\"]\n[workspace.package]\nversion = \"2.0.0\"\n[workspace.dependencies]\nserde = { version = \"1\", package = \"serde_core\" }\n",
        ),
        (
            "a/Cargo.toml",
            "[package]\nname = \"a\"\nversion.workspace = true\nlicense = \"MIT\"\n[dependencies]\nserde.workspace = true\nx = { git = \"https://u:p@h.example/x\", rev = \"0123abcd\" }\n[dev-dependencies]\nt = \"=0.1.0\"\n",
        ),
        (
            "Cargo.lock",
            "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"2.0.0\"\ndependencies = [\"serde_core\", \"t\", \"x\"]\n\n[[package]]\nname = \"serde_core\"\nversion = \"1.0.1\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n\n[[package]]\nname = \"t\"\nversion = \"0.1.0\"\nsource = \"sparse+https://r.example/\"\ndependencies = [\"u 1.0.0\"]\n\n[[package]]\nname = \"u\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n[[package]]\nname = \"x\"\nversion = \"0.0.1\"\nsource = \"git+https://u:p@h.example/x?rev=0123abcd#0123abcd0123abcd\"\n",
        ),
    ]);
    assert_eq!(
        shown(&read),
        [
            "Cargo.lock:4 a 2.0.0 ?",
            "Cargo.lock:9 serde_core 1.0.1 d",
            "Cargo.lock:15 t 0.1.0 d+",
            "Cargo.lock:21 u 1.0.0 t+",
            "Cargo.lock:26 x 0.0.1 d"
        ]
    );
    assert_eq!(find(&read, "serde_core").hashes.len(), 1);
    assert_eq!(find(&read, "t").origin, Origin::OtherRegistry("https://r.example/".to_owned()));
    let git =
        Origin::Git { url: "https://h.example/x".to_owned(), commit: Some("0123abcd0123abcd".to_owned()) };
    assert_eq!(find(&read, "x").origin, git);
    let manifest = read.manifests.iter().find(|manifest| manifest.path.as_str() == "a/Cargo.toml").unwrap();
    assert_eq!(manifest.version.as_deref(), Some("2.0.0"));
    assert_eq!(manifest.lock.as_ref().map(|lock| lock.as_str()), Some("Cargo.lock"));
    let wishes: Vec<_> =
        manifest.requirements.iter().map(|wish| (wish.name.as_str(), wish.line, wish.exact)).collect();
    assert_eq!(wishes, [("serde_core", 6, false), ("x", 7, false), ("t", 9, true)]);
}

#[test]
fn the_oldest_cargo_lock_keeps_its_hashes_apart() {
    let hex = "b".repeat(64);
    let lock = format!(
        "[root]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [\"b 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)\"]\n[[package]]\nname = \"b\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n[metadata]\n\"checksum b 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)\" = \"{hex}\"\n"
    );
    let read = inventory(&[("Cargo.lock", &lock)]);
    assert_eq!(find(&read, "b").hashes.first().map(|hash| hash.hex.clone()), Some(hex));
    assert_eq!(find(&read, "b").dependence, Dependence::Direct);
}

#[test]
fn npm_lock_files_of_every_form_say_the_same() {
    let manifest = "{\"name\": \"r\", \"dependencies\": {\"a\": \"^1.0.0\"}, \"devDependencies\": {\"c\": \"npm:@s/d@^2\"}}";
    let new = r#"{"lockfileVersion": 3, "packages": {
"": {"name": "r", "dependencies": {"a": "^1.0.0"}, "devDependencies": {"c": "npm:@s/d@^2"}},
"node_modules/a": {"version": "1.0.1", "resolved": "https://registry.npmjs.org/a/-/a-1.0.1.tgz", "integrity": "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==", "license": "MIT", "dependencies": {"b": "*"}},
"node_modules/a/node_modules/b": {"version": "3.0.0"},
"node_modules/c": {"name": "@s/d", "version": "2.0.0", "dev": true}}}"#;
    let old = r#"{"lockfileVersion": 1, "dependencies": {
"a": {"version": "1.0.1", "requires": {"b": "*"}, "dependencies": {
"b": {"version": "3.0.0"}}},
"c": {"version": "npm:@s/d@2.0.0", "dev": true}}}"#;
    for (lock, lines) in [(new, [5, 3, 4]), (old, [4, 2, 3])] {
        let read = inventory(&[("package.json", manifest), ("package-lock.json", lock)]);
        let expected = [
            format!("package-lock.json:{} @s/d 2.0.0 d+", lines[0]),
            format!("package-lock.json:{} a 1.0.1 d", lines[1]),
            format!("package-lock.json:{} b 3.0.0 t", lines[2]),
        ];
        assert_eq!(shown(&read), expected);
        assert_eq!(find(&read, "a").needs.iter().map(|need| need.name.as_str()).collect::<Vec<_>>(), ["b"]);
    }
    let read = inventory(&[("package-lock.json", new), ("package.json", manifest)]);
    let a = find(&read, "a");
    assert_eq!(a.licence.as_deref(), Some("MIT"));
    assert!(a.hashes.first().is_some_and(|hash| hash.hex.starts_with("cf83e1357eefb8bd")));
}

#[test]
fn pnpm_lock_files_of_every_form_say_the_same() {
    let manifest = "{\"dependencies\": {\"a\": \"^1\"}, \"devDependencies\": {\"@s/d\": \"^2\"}}";
    let fifth = "lockfileVersion: 5.4\ndependencies:\n  a: 1.0.1\ndevDependencies:\n  '@s/d': 2.0.0_a@1.0.1\npackages:\n  /a/1.0.1:\n    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}\n    dependencies:\n      b: 3.0.0\n    dev: false\n  /b/3.0.0:\n    dev: false\n  /@s/d/2.0.0_a@1.0.1:\n    dev: true\n";
    let sixth = "lockfileVersion: '6.0'\ndependencies:\n  a:\n    specifier: ^1\n    version: 1.0.1\ndevDependencies:\n  '@s/d':\n    specifier: ^2\n    version: 2.0.0(a@1.0.1)\npackages:\n  /a@1.0.1:\n    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}\n    dependencies:\n      b: 3.0.0\n    dev: false\n  /b@3.0.0:\n    dev: false\n  /@s/d@2.0.0(a@1.0.1):\n    dev: true\n";
    let ninth = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: ^1\n        version: 1.0.1\n    devDependencies:\n      '@s/d':\n        specifier: ^2\n        version: 2.0.0(a@1.0.1)\npackages:\n  '@s/d@2.0.0':\n    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}\n  a@1.0.1:\n    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}\n  b@3.0.0:\n    resolution: {}\nsnapshots:\n  '@s/d@2.0.0(a@1.0.1)':\n    dependencies:\n      a: 1.0.1\n  a@1.0.1:\n    dependencies:\n      b: 3.0.0\n  b@3.0.0: {}\n";
    for lock in [fifth, sixth, ninth] {
        let read = inventory(&[("package.json", manifest), ("pnpm-lock.yaml", lock)]);
        let without_lines: Vec<String> =
            shown(&read).iter().filter_map(|line| Some(line.split_once(' ')?.1.to_owned())).collect();
        assert_eq!(without_lines, ["@s/d 2.0.0 d+", "a 1.0.1 d", "b 3.0.0 t"], "{lock}");
        assert_eq!(find(&read, "a").hashes.len(), 1);
        assert_eq!(find(&read, "a").needs.len(), 1);
    }
}

#[test]
fn yarn_and_bun_tell_ranges_and_origins() {
    let manifest = "{\"dependencies\": {\"a\": \"^1\"}, \"devDependencies\": {\"@s/d\": \"^2\"}}";
    let classic = "# yarn lockfile v1\n\n\n\"@s/d@^2\":\n  version \"2.0.0\"\n  resolved \"https://registry.yarnpkg.com/@s/d/-/d-2.0.0.tgz#da39a3ee5e6b4b0d3255bfef95601890afd80709\"\n\na@^1, a@~1.0:\n  version \"1.0.1\"\n  resolved \"https://registry.npmjs.org/a/-/a-1.0.1.tgz\"\n  dependencies:\n    b \"*\"\n\nb@*:\n  version \"3.0.0\"\n  resolved \"git+https://u:p@h.example/b.git#0123abcd\"\n";
    let berry = "__metadata:\n  version: 8\n\n\"@s/d@npm:^2\":\n  version: 2.0.0\n  resolution: \"@s/d@npm:2.0.0\"\n\n\n\"a@npm:^1, a@npm:~1.0\":\n  version: 1.0.1\n  resolution: \"a@npm:1.0.1\"\n  dependencies:\n    b: \"npm:*\"\n\n\"b@npm:*\":\n  version: 3.0.0\n  resolution: \"b@https://h.example/b.git#commit=0123abcd\"\n";
    let bun = "{\n\"lockfileVersion\": 1,\n\"workspaces\": {\"\": {\"dependencies\": {\"a\": \"^1\"}, \"devDependencies\": {\"@s/d\": \"^2\"}}},\n\"packages\": {\n// comments may stand here\n\"@s/d\": [\"@s/d@2.0.0\", \"\", {}, \"\"],\n\"a\": [\"a@1.0.1\", \"\", {\"dependencies\": {\"b\": \"*\"}}, \"\"],\n\"b\": [\"b@git+https://h.example/b.git#0123abcd\", {}, \"0123abcd\"],\n},\n}\n";
    for (name, lock) in [("yarn.lock", classic), ("yarn.lock", berry), ("bun.lock", bun)] {
        let read = inventory(&[("package.json", manifest), (name, lock)]);
        let (a, b, d) = (find(&read, "a"), find(&read, "b"), find(&read, "@s/d"));
        assert_eq!((a.dependence, a.development), (Dependence::Direct, false), "{lock}");
        assert_eq!((b.dependence, b.development), (Dependence::Transitive, false), "{lock}");
        assert_eq!((d.dependence, d.development), (Dependence::Direct, true), "{lock}");
        let git =
            Origin::Git { url: "https://h.example/b.git".to_owned(), commit: Some("0123abcd".to_owned()) };
        assert_eq!(b.origin, git, "{lock}");
        assert_eq!((a.needs.len(), a.origin.clone()), (1, Origin::Registry));
    }
}

#[test]
fn go_modules_are_replaced_excluded_and_summed() {
    let modern = "module h.example/m\n\ngo 1.21\n\nrequire (\n\th.example/a v1.0.0\n\th.example/b v1.1.0 // indirect\n\th.example/c v1.0.0\n)\n\nreplace h.example/a => h.example/fork v1.0.1\nreplace h.example/c v1.0.0 => ../c\n";
    let read = inventory(&[
        ("go.mod", modern),
        ("go.sum", "h.example/b v1.1.0 h1:x=\nh.example/b v1.1.0/go.mod h1:x=\n"),
    ]);
    assert_eq!(
        shown(&read),
        [
            "go.mod:7 h.example/b v1.1.0 t",
            "go.mod:8 h.example/c v1.0.0 d",
            "go.mod:6 h.example/fork v1.0.1 d"
        ]
    );
    assert_eq!(find(&read, "h.example/c").origin, Origin::Local);
    let old = "module h.example/m\nrequire h.example/a v1.0.0\n";
    let sums = "h.example/a v1.0.0 h1:x=\nh.example/z v1.0.0 h1:x=\nh.example/z v1.2.0 h1:x=\nh.example/z v1.9.0/go.mod h1:x=\n";
    let read = inventory(&[("go.mod", old), ("go.sum", sums)]);
    assert_eq!(shown(&read), ["go.mod:2 h.example/a v1.0.0 d", "go.sum:3 h.example/z v1.2.0 t"]);
}

#[test]
fn composer_and_bundler_tell_development_and_needs() {
    let read = inventory(&[
        (
            "composer.json",
            "{\"name\": \"v/r\", \"require\": {\"php\": \">=8\", \"v/a\": \"^1\"},\n\"require-dev\": {\"v/t\": \"*\"}}",
        ),
        (
            "composer.lock",
            "{\"packages\": [\n{\"name\": \"v/a\", \"version\": \"1.2.0\", \"license\": [\"MIT\", \"BSD-3-Clause\"], \"require\": {\"v/p\": \"*\"}, \"notification-url\": \"https://packagist.org/downloads/\"},\n{\"name\": \"V/b\", \"version\": \"v2.0.0\", \"replace\": {\"v/p\": \"self.version\"}, \"notification-url\": \"https://packagist.org/downloads/\"}],\n\"packages-dev\": [{\"name\": \"v/t\", \"version\": \"dev-main\", \"source\": {\"type\": \"git\", \"url\": \"https://h.example/t.git\", \"reference\": \"0123abcd\"}}]}",
        ),
        (
            "r/Gemfile",
            "source 'https://rubygems.org'\ngem 'a', '~> 1.0'\ngroup :test do\n  gem \"t\", git: 'https://h.example/t.git', ref: '0123abcd'\nend\n",
        ),
        (
            "r/Gemfile.lock",
            "GIT\n  remote: https://u:p@h.example/t.git\n  revision: 0123abcd\n  specs:\n    t (0.1.0)\n      u\n\nGEM\n  remote: https://rubygems.org/\n  specs:\n    a (1.0.1)\n    a (1.0.1-x86_64-linux)\n    u (2.0.0)\n\nDEPENDENCIES\n  a (~> 1.0)\n  t!\n\nCHECKSUMS\n  a (1.0.1) sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n",
        ),
    ]);
    assert_eq!(
        shown(&read),
        [
            "composer.lock:2 v/a 1.2.0 d",
            "composer.lock:3 v/b v2.0.0 t",
            "composer.lock:4 v/t dev-main d+",
            "r/Gemfile.lock:11 a 1.0.1 d",
            "r/Gemfile.lock:5 t 0.1.0 d+",
            "r/Gemfile.lock:13 u 2.0.0 t+"
        ]
    );
    assert_eq!(find(&read, "v/a").licence.as_deref(), Some("MIT OR BSD-3-Clause"));
    assert_eq!(find(&read, "v/a").needs.len(), 1);
    assert_eq!(find(&read, "a").hashes.len(), 1);
}

#[test]
fn go_itself_is_of_the_version_that_its_module_asks_for() {
    let of = |text: &str| {
        let found = inventory(&[("go.mod", text)]);
        assert!(found.packages.is_empty(), "it is none of a registry");
        let told = |package: &Package| format!("{}@{}:{}", package.id.name, package.id.version, package.line);
        found.platform.iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(of("module a\n\ngo 1.21\n\ntoolchain go1.22.3\n"), ["stdlib@1.22.3:5", "toolchain@1.22.3:5"]);
    assert_eq!(of("module a\n\ngo 1.21.0\n"), ["stdlib@1.21.0:3", "toolchain@1.21.0:3"]);
    assert_eq!(of("module a\n"), Vec::<String>::new());
}
