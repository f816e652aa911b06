use std::collections::BTreeMap;

use agent_contract::check::CheckPreset;

use super::table::UNITTEST;
use super::{Repository, resolve};

struct Files(BTreeMap<&'static str, &'static str>);

impl Repository for Files {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.0.get(path).map(|text| text.as_bytes().to_vec())
    }

    fn list(&self, folder: Option<&str>) -> Vec<String> {
        let inside = |path: &&&str| match folder {
            None => Some(path.split('/').next()?.to_owned()),
            Some(folder) => Some(path.strip_prefix(folder)?.strip_prefix('/')?.to_owned()),
        };
        self.0.keys().filter_map(|path| inside(&path)).collect()
    }
}

fn commands(preset: CheckPreset, files: &[(&'static str, &'static str)]) -> Vec<String> {
    let repository = Files(files.iter().copied().collect());
    resolve(preset, &repository)
        .into_iter()
        .map(|found| format!("{}={}", found.name, found.argv.join(" ")))
        .collect()
}

#[test]
fn presets_are_found_from_what_is_there() {
    use CheckPreset::{All, Build, Dependency, Lint, Smoke, Typecheck, Unit};
    let package = r#"{"scripts":{"test":"node --test","lint":"eslint .","smoke":"sh s.sh"}}"#;
    let empty = r#"{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}"#;
    for (preset, files, expected) in [
        (Unit, &[("Cargo.toml", "")][..], &["unit=cargo test"][..]),
        (Typecheck, &[("Cargo.toml", "")], &["typecheck=cargo check --all-targets"]),
        (Dependency, &[("Cargo.toml", "")], &[]),
        (Dependency, &[("Cargo.toml", ""), ("Cargo.lock", "")], &["dependency=cargo tree --locked --quiet"]),
        (Unit, &[("go.mod", "")], &["unit=go test ./..."]),
        (Unit, &[("pom.xml", "")], &["unit=mvn -B -q test"]),
        (Unit, &[("pom.xml", ""), ("mvnw", "")], &["unit=./mvnw -B -q test"]),
        (Build, &[("build.gradle.kts", ""), ("gradlew", "")], &["build=./gradlew --console=plain assemble"]),
        (Unit, &[("package.json", package)], &["unit=npm run test"]),
        (Lint, &[("package.json", package), ("yarn.lock", "")], &["lint=yarn run lint"]),
        (Smoke, &[("package.json", package), ("pnpm-lock.yaml", "")], &["smoke=pnpm run smoke"]),
        (Unit, &[("package.json", empty)], &[]),
        (
            Unit,
            &[("pyproject.toml", "[tool.pytest.ini_options]"), ("tests/test_a.py", "")],
            &["unit=python3 -m pytest -q"],
        ),
        (
            Unit,
            &[("setup.py", ""), ("tests/test_a.py", "")],
            &[&format!("unit=python3 -c {UNITTEST} discover -s tests")],
        ),
        (Unit, &[("setup.py", "")], &[]),
        (Lint, &[("pyproject.toml", "[tool.ruff]\n")], &["lint=ruff check ."]),
        (Typecheck, &[("setup.cfg", "[mypy]\n")], &["typecheck=mypy ."]),
        (Unit, &[("Makefile", "CC := gcc\ntest: all\n\tx\n")], &["unit=make test"]),
        (Lint, &[("Makefile", "lint := x\n")], &[]),
        (Unit, &[("Makefile", "test:\n"), ("Cargo.toml", "")], &["unit=cargo test"]),
        (Unit, &[("go.mod", ""), ("Cargo.toml", "")], &["unit:cargo=cargo test", "unit:go=go test ./..."]),
        (Unit, &[("README.md", "")], &[]),
        (All, &[("Makefile", "test:\nlint:\n")], &["lint=make lint", "unit=make test"]),
    ] {
        assert_eq!(commands(preset, files), expected, "{preset} {files:?}");
    }
}
