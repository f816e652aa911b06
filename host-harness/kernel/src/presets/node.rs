use agent_contract::check::CheckPreset;
use serde_json::Value;

use super::Repository;

/// What `npm init` writes where there is no test.
const NO_TEST: &str = "no test specified";

/// The script of `package.json` that a preset stands for, run by the manager that the
/// repository uses.
pub(super) fn command(
    preset: CheckPreset,
    files: &[String],
    repository: &dyn Repository,
) -> Option<Vec<String>> {
    let package: Value = serde_json::from_slice(&repository.read("package.json")?).ok()?;
    let manager = manager(&package, files);
    if preset == CheckPreset::Dependency {
        return locked(manager, files);
    }
    let scripts = package.get("scripts")?.as_object()?;
    let script = names(preset)
        .iter()
        .find(|name| scripts.get(**name).and_then(Value::as_str).is_some_and(|text| !text.contains(NO_TEST)));
    script.map(|script| [manager, "run", script].map(str::to_owned).into())
}

pub(super) fn names(preset: CheckPreset) -> &'static [&'static str] {
    match preset {
        CheckPreset::Unit => &["test:unit", "unit", "test"],
        CheckPreset::Lint => &["lint"],
        CheckPreset::Typecheck => &["typecheck", "type-check", "check-types", "tsc"],
        CheckPreset::Build => &["build"],
        CheckPreset::Smoke => &["smoke", "test:smoke"],
        CheckPreset::Dependency | CheckPreset::All => &[],
    }
}

fn manager(package: &Value, files: &[String]) -> &'static str {
    let stated = package.get("packageManager").and_then(Value::as_str).unwrap_or_default();
    let has = |name: &str| files.iter().any(|file| file == name);
    match () {
        () if stated.starts_with("pnpm") || has("pnpm-lock.yaml") => "pnpm",
        () if stated.starts_with("yarn") || has("yarn.lock") => "yarn",
        () => "npm",
    }
}

/// Manifest and lock file agree.
fn locked(manager: &str, files: &[String]) -> Option<Vec<String>> {
    let has = |name: &str| files.iter().any(|file| file == name);
    let argv: &[&str] = match manager {
        "pnpm" if has("pnpm-lock.yaml") => {
            &["pnpm", "install", "--frozen-lockfile", "--lockfile-only", "--offline"]
        }
        "yarn" if has("yarn.lock") => {
            &["yarn", "install", "--frozen-lockfile", "--offline", "--ignore-scripts"]
        }
        "npm" if has("package-lock.json") => &["npm", "ci", "--dry-run", "--offline", "--ignore-scripts"],
        _ => return None,
    };
    Some(argv.iter().map(|word| (*word).to_owned()).collect())
}
