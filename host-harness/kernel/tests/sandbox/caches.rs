//! Real builds without a network.

use std::{env, path::PathBuf, process::Command};

use policy::config::LanguageCache;

use crate::place::Place;

crate::tests![
    cargo_builds_offline_with_a_dependency_from_its_cache,
    the_credentials_of_cargo_are_not_shown,
    node_runs_a_script_by_npm,
    python_runs_its_tests,
    go_builds_offline_where_it_is_installed,
];

fn is_installed(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("{program} is not installed here");
    }
    found
}

/// A crate without dependencies of its own that this workspace was built with.
fn cached() -> Option<(String, String)> {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")))?;
    let registries = std::fs::read_dir(home.join("registry/cache")).ok()?.filter_map(Result::ok);
    let files = registries
        .flat_map(|folder| std::fs::read_dir(folder.path()).into_iter().flatten().filter_map(Result::ok));
    let names = files.filter_map(|file| file.file_name().into_string().ok());
    let version = names
        .filter_map(|name| Some(name.strip_prefix("cfg-if-")?.strip_suffix(".crate")?.to_owned()))
        .next()?;
    Some(("cfg-if".to_owned(), version))
}

fn cargo_builds_offline_with_a_dependency_from_its_cache() {
    let Some((name, version)) = cached().filter(|_| is_installed("cargo")) else { return };
    let manifest = format!(
        "[package]\nname = \"probe\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\n{name} = \"={version}\"\n"
    );
    let mut place = Place::with(&[
        ("Cargo.toml", &manifest),
        (
            "src/main.rs",
            "fn main() { cfg_if::cfg_if! { if #[cfg(unix)] { println!(\"built\") } else { } } }\n",
        ),
    ]);
    place.config.caches = vec![LanguageCache::Cargo];
    let output = place.out("cargo run --offline --quiet 2>&1");
    assert_eq!(output, "built\n");
}

fn the_credentials_of_cargo_are_not_shown() {
    let mut place = Place::new();
    place.config.caches = vec![LanguageCache::Cargo];
    assert_eq!(place.out("ls -A $CARGO_HOME 2>/dev/null | grep -E 'credentials|config' || true"), "");
}

fn node_runs_a_script_by_npm() {
    if !is_installed("npm") {
        return;
    }
    let package = r#"{"name": "probe", "version": "1.0.0", "scripts": {"test": "node test.js"}}"#;
    let test = "require('fs').writeFileSync('out', 'x'); console.log('tested')";
    let mut place = Place::with(&[("package.json", package), ("test.js", test)]);
    place.config.caches = vec![LanguageCache::Npm];
    assert_eq!(place.out("npm run --silent test && npm ls --offline >/dev/null && cat out"), "tested\nx");
}

fn python_runs_its_tests() {
    if !is_installed("python3") {
        return;
    }
    let test =
        "import unittest\nclass T(unittest.TestCase):\n  def test_it(self): self.assertEqual(1 + 1, 2)\n";
    let mut place = Place::with(&[("test_it.py", test)]);
    place.config.caches = vec![LanguageCache::Pip];
    let output = place.out("python3 -m unittest 2>&1");
    assert!(output.contains("Ran 1 test") && output.contains("OK"), "{output}");
}

fn go_builds_offline_where_it_is_installed() {
    let found = Command::new("go").arg("version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("go is not installed here");
        return;
    }
    let mut place = Place::with(&[
        ("go.mod", "module probe\n"),
        ("main.go", "package main\nfunc main() { println(\"built\") }\n"),
    ]);
    place.config.caches = vec![LanguageCache::Go];
    assert_eq!(place.out("go run . 2>&1"), "built\n");
}
