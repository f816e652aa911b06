//! Every folder under `tests/cases` is a run of the program: `base/` before it,
//! `case.toml` what is asked and how it ends, `expected/` after it. Without
//! `expected/`, nothing may have changed.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use code_assist_tests::{AtHome as _, copy, said, tree, workspace};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    arguments: Vec<String>,
    exit: i32,
    outcome: String,
    #[serde(default)]
    codes: Vec<String>,
}

struct Ran {
    exit: Option<i32>,
    outcome: String,
    codes: Vec<String>,
    files: BTreeMap<String, Vec<u8>>,
    verified: bool,
    /// What a replay says that is not the same.
    replayed: Option<String>,
}

fn run(folder: &Path, case: &Case) -> Ran {
    let scratch = tempfile::tempdir().unwrap();
    let (root, state) = (scratch.path().join("repository"), scratch.path().join("state"));
    copy(&folder.join("base"), &root).unwrap();
    let program = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_code-assist-under-test"));
        command.at_home(scratch.path()).current_dir(folder).arg("--json").arg("--state-dir").arg(&state);
        command
    };
    let output = program().arg("run").arg("--repo").arg(&root).args(&case.arguments).output().unwrap();
    let last = String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or_default().to_owned();
    let last: Value = serde_json::from_str(&last).unwrap_or_else(|_| panic!("{}: {last}", folder.display()));
    let (outcome, codes) = told(&last);
    let traced = state.join("runs").exists();
    let verified = !traced || program().args(["audit", "verify"]).output().unwrap().status.success();
    let files = tree(&root);
    let shown = program().args(["audit", "show"]).output().unwrap();
    let replayed =
        if traced { malformed(&shown.stdout).or_else(|| replayed(scratch.path(), program)) } else { None };
    Ran { exit: output.status.code(), outcome, codes, files, verified, replayed }
}

/// A record that is none by the schema.
fn malformed(records: &[u8]) -> Option<String> {
    let schema = fs::read_to_string(workspace().join("schemas/record.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let text = String::from_utf8_lossy(records);
    let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    records.into_iter().find_map(|record| {
        let fault = validator.validate(&record).err()?;
        Some(format!("record {} ({}): {fault}", record["seq"], record["kind"]))
    })
}

/// What a replay says that is not the same: of an export, in another place, when nothing is
/// there any more of what the run worked on.
fn replayed(scratch: &Path, program: impl Fn() -> Command) -> Option<String> {
    let file = scratch.join("elsewhere/run.tar");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let exported = program().args(["audit", "export", "last", "--output"]).arg(&file).output().unwrap();
    if !exported.status.success() {
        return Some(said(&exported));
    }
    for gone in ["repository", "state", "home"] {
        fs::remove_dir_all(scratch.join(gone)).unwrap();
    }
    let before = tree(scratch);
    let mut command = Command::new(env!("CARGO_BIN_EXE_code-assist-under-test"));
    let replay = command
        .at_home(file.parent().unwrap())
        .args(["--json", "audit", "replay", "run.tar"])
        .output()
        .unwrap();
    let untouched = before == tree(scratch);
    let told: Value = serde_json::from_slice(&replay.stdout).unwrap_or_default();
    let same = replay.status.success() && told["same"] == true && untouched;
    (!same).then(|| format!("{}, untouched: {untouched}", said(&replay)))
}

/// The outcome and the codes, from the last event or from the error.
fn told(last: &Value) -> (String, Vec<String>) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let error = &last["error"];
    if error.is_object() {
        return (text(&error["outcome"]), vec![text(&error["code"])]);
    }
    let result = &last["details"]["result"];
    let reasons = result["verdict"]["reasons"].as_array().cloned().unwrap_or_default();
    (text(&result["outcome"]), reasons.iter().map(|reason| text(&reason["code"])).collect())
}

fn faults(folder: &Path) -> Vec<String> {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let case: Case = toml::from_str(&fs::read_to_string(folder.join("case.toml")).unwrap()).unwrap();
    let expected = if folder.join("expected").exists() { "expected" } else { "base" };
    let ran = run(folder, &case);
    let mut faults = Vec::new();
    if (ran.exit, ran.outcome.as_str()) != (Some(case.exit), case.outcome.as_str()) {
        faults.push(format!("{name}: exit {:?}, {}, {:?}", ran.exit, ran.outcome, ran.codes));
    }
    if !case.codes.is_empty() && !ran.codes.starts_with(&case.codes) {
        faults.push(format!("{name}: codes {:?}", ran.codes));
    }
    if ran.files != tree(&folder.join(expected)) {
        faults.push(format!("{name}: files {:?}", ran.files.keys()));
    }
    if !ran.verified {
        faults.push(format!("{name}: the trace does not verify"));
    }
    faults.extend(ran.replayed.map(|told| format!("{name}: the replay: {told}")));
    faults
}

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(workspace().join("tests/cases")).unwrap();
    let mut folders: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

#[test]
fn every_case_ends_as_it_says() {
    let faults: Vec<_> = folders().iter().flat_map(|folder| faults(folder)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn there_are_cases() {
    assert!(folders().len() >= 30);
}
