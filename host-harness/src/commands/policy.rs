use std::path::{Path, PathBuf};

use kernel::input;
use ledger::Store;
use policy::{
    Config,
    local::{DEFAULT, cases, hard::HARD, learn},
};
use serde_json::json;

use crate::terminal::out::{print, say};
use crate::{
    Problem,
    cli::{PolicyCommand, Rules},
    set_up,
    terminal::{line, style},
};

mod denials;
mod explain;

const CASES_BYTES_MAX: u64 = 1024 * 1024;

/// Checks policies, tries them, and asks them what they would say.
pub(super) fn run(command: PolicyCommand, json: bool, state_dir: Option<PathBuf>) -> Result<u8, Problem> {
    match command {
        PolicyCommand::Show => show(),
        PolicyCommand::Check(rules) => check(&rules, json),
        PolicyCommand::Test { folder, rules } => test(&folder, &rules, json),
        PolicyCommand::Explain(args) => explain::run(&args, json, state_dir),
        PolicyCommand::Learn { run, rules } => {
            let store = set_up::reading(state_dir, &set_up::rules(&rules)?)?;
            teach(&store, &run, &rules, json)
        }
    }
}

fn show() -> Result<u8, Problem> {
    print(format_args!("{DEFAULT}"));
    say!("\n# What no policy can loosen:");
    HARD.iter().for_each(|rule| say!("# {:20} {}", rule.name, rule.says));
    Ok(0)
}

/// Everything that a run would find wrong with its rules before it starts.
fn check(rules: &Rules, json: bool) -> Result<u8, Problem> {
    let config = set_up::rules(rules)?;
    set_up::runtime()?.block_on(runner::explain::open(&config))?;
    let (count, points) = (config.policy.rules(), config.decision_points.len());
    match json {
        true => {
            say!("{}", json!({ "rules": count, "decision_points": points, "sha256": config.policy.sha256() }))
        }
        false => say!(
            "{}✔ in order{}  {count} rules, {points} decision points, sha256 {}",
            style::GOOD,
            style::RESET,
            config.policy.sha256()
        ),
    }
    Ok(0)
}

/// A case that fails is a failed task: exit 1.
fn test(folder: &Path, rules: &Rules, json: bool) -> Result<u8, Problem> {
    let config = set_up::rules(rules)?;
    let files = input::folder(folder, |name| name.ends_with(".toml"), CASES_BYTES_MAX)?;
    if files.is_empty() {
        let message =
            format!("no case in `{}`\nhint: every `.toml` file in it is one of cases", folder.display());
        return Err(Problem::invalid("policy-invalid", message));
    }
    let (mut passed, mut failed) = (0, 0);
    for (name, bytes) in &files {
        let (good, bad) = test_file(&config, &folder.join(name), bytes, json)?;
        passed += good;
        failed += bad;
    }
    match json {
        true => say!("{}", json!({ "passed": passed, "failed": failed })),
        false => {
            let (colour, sign) = if failed == 0 { (style::GOOD, "✔") } else { (style::BAD, "✘") };
            say!("{colour}{sign}{} {passed} cases as expected, {failed} not", style::RESET);
        }
    }
    Ok(u8::from(failed > 0))
}

fn test_file(config: &Config, file: &Path, bytes: &[u8], json: bool) -> Result<(usize, usize), Problem> {
    let invalid = |message: String| Problem::invalid("policy-invalid", message).at(file.display());
    let text = std::str::from_utf8(bytes).map_err(|_| invalid("is not UTF-8 text".to_owned()))?;
    let cases = cases::parse(text).map_err(|error| invalid(error.to_string()))?;
    let failed = cases::run(&config.policy, &cases);
    for case in &failed {
        match json {
            true => say!(
                "{}",
                json!({ "file": file, "case": case.name, "line": case.line, "message": case.message })
            ),
            false => say!("{}✘{} {}: {}", style::BAD, style::RESET, file.display(), line(&case.to_string())),
        }
    }
    Ok((cases.len() - failed.len(), failed.len()))
}

/// Proposes the least policy that would have allowed a run.
fn teach(store: &Store, run: &str, rules: &Rules, json: bool) -> Result<u8, Problem> {
    let config = set_up::rules(rules)?;
    let run = store.find(run)?;
    let seen = denials::of(store, &run, &config)?;
    if seen.policy_sha256.as_deref() != Some(config.policy.sha256()) {
        anstream::eprintln!(
            "{}note{}: the run had another policy than this one; name its own with `--policy` or `--config`",
            style::NOTE,
            style::RESET
        );
    }
    let lesson = learn::learn(&config.policy, &seen.denied);
    match json {
        true => say!(
            "{}",
            json!({
                "run_id": run, "denied": seen.denied.len(), "policy": lesson.text, "rules": lesson.rules,
                "outweighed": lesson.outweighed, "beyond": lesson.beyond,
            })
        ),
        false if seen.denied.is_empty() => say!("# nothing was denied in {run}"),
        false => print(format_args!("{}", lesson.text)),
    }
    Ok(0)
}
