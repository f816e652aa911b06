//! Whatever a file holds, reading ends, soon, and without a panic.

use std::time::{Duration, Instant};

use finding::Held;
use packages::{added, disagreements, lookalikes, meets, purl, read, unpinned};
use proptest::prelude::*;

const NAMES: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "package.json",
    "package-lock.json",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "yarn.lock",
    "bun.lock",
    "requirements.txt",
    "setup.cfg",
    "pyproject.toml",
    "Pipfile",
    "Pipfile.lock",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "go.mod",
    "go.sum",
    "pom.xml",
    "build.gradle",
    "gradle.properties",
    "gradle.lockfile",
    "gradle/libs.versions.toml",
    "gradle/verification-metadata.xml",
    "packages.lock.json",
    "a.csproj",
    "packages.config",
    "Directory.Packages.props",
    "composer.json",
    "composer.lock",
    "Gemfile",
    "Gemfile.lock",
    "a.gemspec",
];

const PIECES: &[&str] = &[
    "[[package]]\n",
    "name = \"a\"\n",
    "version = \"1.0\"\n",
    "{",
    "}",
    "[",
    "]",
    "\"dependencies\"",
    ":",
    ",",
    "\"a\"",
    "\"\"",
    "\"@\"",
    "\"/\"",
    "=",
    "==",
    "\n",
    "\n  ",
    "\n    ",
    "a",
    "@",
    "#",
    "(",
    ")",
    "é",
    "\u{0}",
    "<project>",
    "</project>",
    "<dependency>",
    "${a}",
    "$(a)",
    "$",
    "require ",
    "replace a => b\n",
    "gem '",
    "'",
    "group :test do\n",
    "--hash=",
    "-r ",
    "\\\n",
    "GEM\n",
    "  specs:\n",
    "packages:",
    "\"packages\"",
    "lockfileVersion: 9",
    "\"lockfileVersion\": 3",
    "node_modules/",
    "/",
    "..",
    ";",
    "|",
    "^",
    "~",
    "*",
    "-",
];

fn everything(files: Vec<(&str, Vec<u8>)>) {
    let tree: Held = files.into_iter().collect();
    let found = read(&tree);
    let _ = (disagreements(&found), unpinned(&found), added(&Default::default(), &found));
    for package in &found.packages {
        let _ = (purl(package), lookalikes(&package.id.name, package.id.ecosystem));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        everything(NAMES.iter().map(|name| (*name, bytes.clone())).collect());
    }

    #[test]
    fn any_pieces_are_read_or_refused(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        everything(NAMES.iter().map(|name| (*name, pieces.concat().into_bytes())).collect());
    }

    #[test]
    fn any_range_is_told_or_not(wanted in "[0-9a-zA-Z .,|<>=~^*()\\[\\]é-]{0,30}", version in "[0-9a-z.+é-]{0,20}") {
        for ecosystem in [
            packages::Ecosystem::Cargo, packages::Ecosystem::Npm, packages::Ecosystem::PyPI, packages::Ecosystem::NuGet,
            packages::Ecosystem::Packagist, packages::Ecosystem::RubyGems, packages::Ecosystem::Maven,
        ] {
            let _ = (meets(ecosystem, &wanted, &version), packages::exact(ecosystem, &wanted), lookalikes(&wanted, ecosystem));
        }
    }
}

#[test]
fn large_and_deep_files_end_soon() {
    let start = Instant::now();
    let deep = |open: &str| open.repeat(20_000).into_bytes();
    for open in ["{\"dependencies\":", "[", "<a>", "a:\n ", "- ", "(", "{a: ", "a = [", "a.", "\"a\","] {
        everything(NAMES.iter().map(|name| (*name, deep(open))).collect());
    }
    assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
}

#[test]
fn properties_that_name_each_other_do_not_grow_without_end() {
    let pom = "<project><properties><a>${b}${b}</a><b>${a}${a}</b></properties><dependencies><dependency><groupId>${a}</groupId><artifactId>x</artifactId><version>${b}</version></dependency></dependencies></project>";
    let gradle = "def a = \"$b$b\"\ndef b = \"$a$a\"\nimplementation \"g:n:$a\"\n";
    everything(vec![("pom.xml", pom.into()), ("build.gradle", gradle.into())]);
}

#[test]
fn requirements_that_include_each_other_are_read_once() {
    let tree: Held = [
        ("requirements.txt", "-r more.txt\na==1\n"),
        ("more.txt", "-r requirements.txt\n-r ../../out.txt\nb==1\n"),
    ]
    .into_iter()
    .collect();
    assert_eq!(read(&tree).packages.len(), 2);
}

#[test]
fn what_can_not_be_read_is_named_with_its_line() {
    let tree: Held = [
        ("Cargo.lock", &b"[[package]]\nname = \"a\"\n"[..]),
        ("a/package.json", b"{\n\"a\": ]"),
        ("b/requirements.txt", b"a\nnot a requirement\n"),
        ("bun.lockb", b"\x00"),
        ("c/composer.lock", b"[]"),
        ("d/uv.lock", b"\xff\xfe\xfd"),
    ]
    .into_iter()
    .collect();
    let found = read(&tree);
    let broken: Vec<&str> = found.broken.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        broken,
        ["Cargo.lock", "a/package.json", "b/requirements.txt", "bun.lockb", "c/composer.lock", "d/uv.lock"]
    );
    assert!(
        found.broken[0].1.starts_with("line 1") && found.broken[1].1.starts_with("line 2"),
        "{:?}",
        found.broken
    );
    assert!(found.read.is_empty() && found.packages.is_empty());
}
