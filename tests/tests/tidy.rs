//! The house keeps its shape: who may depend on whom, what is banned where, how large
//! a file may grow, and that the documents speak of what there is.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use code_assist_tests::workspace;
use serde_json::Value;

/// Crate, and the crates of ours that it may depend on.
const EDGES: &[(&str, &[&str])] = &[
    ("agent-contract", &[]),
    ("agent-core", &["agent-contract", "tests-dialects"]),
    ("agent", &["agent-contract", "agent-core"]),
    ("agent-componentize", &[]),
    ("agent-artifact", &["agent-componentize"]),
    ("host-harness-policy", &["agent-contract"]),
    ("host-harness-ledger", &["agent-contract", "host-harness-policy"]),
    ("host-harness-ledger-telemetry", &["host-harness-ledger"]),
    ("host-harness-ledger-report", &["agent-contract", "host-harness-ledger"]),
    ("host-harness-kernel", &["agent-contract", "host-harness-kernel-symbols", "host-harness-policy"]),
    ("host-harness-kernel-symbols", &["agent-contract"]),
    ("host-harness-kernel-wasi", &[]),
    ("host-harness-gates-finding", &["agent-contract"]),
    ("host-harness-gates-packages", &["agent-contract", "host-harness-gates-finding"]),
    ("host-harness-gates-adapters", &["agent-contract", "host-harness-gates-finding"]),
    ("host-harness-gates-consistency", &["agent-contract", "host-harness-gates-finding"]),
    (
        "host-harness-gates-container",
        &["agent-contract", "host-harness-gates-finding", "host-harness-gates-yaml"],
    ),
    (
        "host-harness-gates-dependencies",
        &["agent-contract", "host-harness-gates-finding", "host-harness-gates-packages"],
    ),
    ("host-harness-gates-iac", &["agent-contract", "host-harness-gates-finding", "host-harness-gates-yaml"]),
    (
        "host-harness-gates-licence",
        &["agent-contract", "host-harness-gates-finding", "host-harness-gates-packages"],
    ),
    (
        "host-harness-gates-sast",
        &["agent-contract", "host-harness-gates-finding", "host-harness-kernel-symbols"],
    ),
    (
        "host-harness-gates-sbom",
        &[
            "agent-contract",
            "host-harness-gates-finding",
            "host-harness-gates-licence",
            "host-harness-gates-packages",
        ],
    ),
    ("host-harness-gates-secrets", &["agent-contract", "host-harness-gates-finding"]),
    ("host-harness-gates-yaml", &["host-harness-gates-finding"]),
    (
        "host-harness-gates",
        &[
            "agent-contract",
            "host-harness-gates-adapters",
            "host-harness-gates-consistency",
            "host-harness-gates-container",
            "host-harness-gates-dependencies",
            "host-harness-gates-finding",
            "host-harness-gates-iac",
            "host-harness-gates-licence",
            "host-harness-gates-packages",
            "host-harness-gates-sast",
            "host-harness-gates-sbom",
            "host-harness-gates-secrets",
            "host-harness-kernel",
            "host-harness-policy",
        ],
    ),
    (
        "host-harness-runner",
        &[
            "agent-artifact",
            "agent-contract",
            "host-harness-gates",
            "host-harness-kernel",
            "host-harness-ledger",
            "host-harness-ledger-telemetry",
            "host-harness-policy",
        ],
    ),
    (
        "host-harness",
        &[
            "agent-contract",
            "host-harness-gates",
            "host-harness-gates-dependencies",
            "host-harness-gates-finding",
            "host-harness-kernel",
            "host-harness-kernel-wasi",
            "host-harness-ledger",
            "host-harness-ledger-report",
            "host-harness-ledger-telemetry",
            "host-harness-policy",
            "host-harness-runner",
        ],
    ),
    ("tests-dialects", &[]),
    ("tests-guests", &[]),
    ("tests-wasi", &[]),
    (
        "tests",
        &[
            "agent-artifact",
            "agent-componentize",
            "agent-contract",
            "host-harness",
            "host-harness-kernel",
            "host-harness-ledger",
            "host-harness-policy",
            "host-harness-runner",
            "tests-dialects",
        ],
    ),
];

/// What no scanner may name: it has neither the machine nor the time.
const PURE: &[&str] =
    &["std::fs", "std::net", "std::process", "std::env", "std::time", "std::thread", "tokio", "wasmtime"];

/// What a room may not name, and why.
const BANNED: &[(&str, &[&str], &str)] = &[
    (
        "agent/contract/src",
        &["std::fs", "std::net", "std::process", "std::time", "std::env"],
        "types do nothing",
    ),
    (
        "agent/core/src",
        &["std::fs", "std::net", "std::process", "std::time", "HashMap", "HashSet"],
        "the mind is pure and in order",
    ),
    ("agent/src", &["std::fs", "std::net", "std::process", "std::time", "HashMap"], "a thin translation"),
    (
        "host-harness/policy/src",
        &["wasmtime", "tokio", "std::fs", "std::net", "std::process", "std::time", "std::env"],
        "decisions are pure",
    ),
    (
        "host-harness/kernel/symbols/src",
        &["std::fs", "std::net", "std::process", "std::env", "std::thread"],
        "sources are read without the world",
    ),
    ("host-harness/gates/src", &["std::fs", "std::net", "std::process"], "gates act through the Kernel"),
    ("host-harness/gates/adapters/src", PURE, "scanners look into what they are handed"),
    ("host-harness/gates/consistency/src", PURE, "scanners look into what they are handed"),
    ("host-harness/gates/container/src", PURE, "scanners look into what they are handed"),
    ("host-harness/gates/dependencies/src", PURE, "scanners look into what they are handed"),
    ("host-harness/gates/finding/src", PURE, "scanners look into what they are handed"),
    ("host-harness/gates/iac/src", PURE, "scanners look into what they are handed"),
    ("host-harness/gates/licence/src", PURE, "scanners look into what they are handed"),
    ("host-harness/gates/packages/src", PURE, "scanners look into what they are handed"),
    ("host-harness/gates/sast/src", PURE, "scanners look into what they are handed"),
    ("host-harness/gates/sbom/src", PURE, "scanners look into what they are handed"),
    ("host-harness/gates/secrets/src", PURE, "scanners look into what they are handed"),
    ("host-harness/gates/yaml/src", PURE, "files are read without the world"),
    (
        "host-harness/runner/src",
        &["std::fs", "std::net", "std::process"],
        "the Runner acts through the Kernel",
    ),
    ("host-harness/ledger/report/src", PURE, "a page is made of what it is handed"),
    ("host-harness/ledger/src", &["std::net", "std::process"], "the ledger writes its own store"),
    ("host-harness/ledger/telemetry/src", PURE, "telemetry is made of records alone"),
    ("host-harness/src", &["std::fs", "std::net"], "the command line acts through the Kernel"),
];

/// Lines of a source file at the most, and the files that are larger today: they may shrink.
const LINES_MAX: usize = 400;
const LARGER: &[(&str, usize)] = &[("host-harness/policy/src/code.rs", 510)];
const FUNCTION_LINES_MAX: usize = 70;

fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    gather(&workspace().join(folder), &mut found);
    found.sort();
    found
}

fn gather(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            gather(&path, found);
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
}

fn short(path: &Path) -> String {
    path.strip_prefix(workspace()).unwrap_or(path).display().to_string()
}

#[test]
fn crates_depend_on_whom_they_may() {
    let output = Command::new(env!("CARGO"))
        .current_dir(workspace())
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let short =
        |name: &Value| name.as_str().unwrap_or_default().strip_prefix("code-assist-").map(str::to_owned);
    let mut faults = Vec::new();
    let mut known = BTreeSet::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = short(&package["name"]).expect("every package has our prefix");
        let Some((_, allowed)) = EDGES.iter().find(|(edge, _)| *edge == name) else {
            faults.push(format!("`{name}` has no row"));
            continue;
        };
        known.insert(name.clone());
        let ours = package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|dependency| short(&dependency["name"]));
        faults.extend(
            ours.filter(|other| !allowed.contains(&other.as_str()))
                .map(|other| format!("`{name}` depends on `{other}`")),
        );
    }
    faults.extend(
        EDGES.iter().filter(|(name, _)| !known.contains(*name)).map(|(name, _)| format!("no crate `{name}`")),
    );
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn rooms_name_nothing_that_is_banned_there() {
    let mut faults = Vec::new();
    for (folder, words, why) in BANNED {
        // Tests may look at a clock; what is tested may not.
        for path in sources(folder).into_iter().filter(|path| !short(path).contains("/src/edit/tests/")) {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let code: String = code.map(|line| format!("{line}\n")).collect();
            // `use std::{fs, ...}` names what it brings in, too.
            let grouped =
                |word: &str| word.strip_prefix("std::").is_some_and(|name| names_in_group(&code, name));
            let named = words.iter().filter(|word| code.contains(**word) || grouped(word));
            faults.extend(named.map(|word| format!("{}: `{word}`: {why}", short(&path))));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

fn names_in_group(code: &str, name: &str) -> bool {
    let groups =
        code.match_indices("use std::{").map(|(at, _)| code[at..].split("};").next().unwrap_or_default());
    groups.into_iter().any(|group| {
        group.split([',', '{', '\n', ' ']).any(|word| word == name || word.starts_with(&format!("{name}::")))
    })
}

#[test]
fn files_and_functions_stay_small() {
    let mut faults = Vec::new();
    for path in ["agent", "host-harness", "tests"].into_iter().flat_map(sources) {
        let (text, name) = (fs::read_to_string(&path).unwrap(), short(&path));
        let lines = text.lines().count();
        let max = LARGER.iter().find(|(larger, _)| *larger == name).map_or(LINES_MAX, |(_, max)| *max);
        if lines > max {
            faults.push(format!("{name}: {lines} lines, more than {max}"));
        }
        faults.extend(
            long_functions(&text)
                .into_iter()
                .map(|(function, lines)| format!("{name}: `{function}` has {lines} lines")),
        );
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Functions that are too long, told by the indentation of their ends.
fn long_functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<_> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let head = line
            .trim_start()
            .trim_start_matches("pub ")
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("pub(super) ");
        let head = head.trim_start_matches("const ").trim_start_matches("async ");
        let Some(name) = head.strip_prefix("fn ") else { continue };
        let end = lines[start..].iter().position(|line| {
            line.len() - line.trim_start().len() == indent && line.trim_start().starts_with('}')
        });
        let length = end.unwrap_or(0) + 1;
        if length > FUNCTION_LINES_MAX {
            found.push((name.split(['(', '<']).next().unwrap_or_default().to_owned(), length));
        }
    }
    found
}

/// The one door stays one that can be read at a glance.
#[test]
fn the_gate_is_one_function_of_at_most_60_lines() {
    let text = fs::read_to_string(workspace().join("host-harness/runner/src/gate.rs")).unwrap();
    let start = text.find("pub(crate) async fn run<").unwrap();
    let length = text[start..].find("\n}\n").map(|end| text[start..start + end].lines().count()).unwrap();
    assert!(length <= 60, "{length}");
    let permits = sources("host-harness")
        .into_iter()
        .filter(|path| fs::read_to_string(path).unwrap().contains("Permit {"));
    let permits: Vec<_> = permits.map(|path| short(&path)).collect();
    assert_eq!(permits, ["host-harness/policy/src/decide.rs"], "a permit is made in one place");
}

#[test]
fn every_code_is_in_the_reference() {
    let reference = fs::read_to_string(workspace().join("docs/reference/codes.md")).unwrap();
    let missing = policy::Code::ALL.iter().filter(|(_, code, _)| !reference.contains(&format!("`{code}`")));
    let missing: Vec<_> =
        missing.map(|(_, code, meaning)| format!("| `{code}` | {} |", meaning.trim())).collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    let places = ["host-harness", "agent/src", "agent/core/src"].into_iter().flat_map(sources);
    let named: BTreeSet<_> = places.flat_map(|path| codes_named(&path)).collect();
    for code in ["check-missing", "usage", "model-no-change", "model-quota", "recipe-lock"] {
        assert!(named.contains(code), "{code}");
    }
    let missing: Vec<_> = named.iter().filter(|code| !reference.contains(&format!("`{code}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The codes that stand as texts where a problem is made.
fn codes_named(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let calls = ["::invalid(", "::integrity(", "Failure::new(", "RecipeFault::new("];
    let made = calls.into_iter().flat_map(|call| text.split(call).skip(1));
    let code = |rest: &str| rest.trim_start().strip_prefix('"')?.split('"').next().map(str::to_owned);
    let kinds = text.split(" = \"model-").skip(1).filter_map(|rest| rest.split('"').next());
    let kinds = kinds.map(|kind| format!("model-{kind}"));
    made.filter_map(code).filter(|code| !code.contains(' ')).chain(kinds).collect()
}

/// A promise of the specification points at a test that there is, or says `pending`.
#[test]
fn every_promise_points_at_a_test() {
    let text = fs::read_to_string(workspace().join("docs/specification.md")).unwrap();
    let tests: String = ["agent", "host-harness", "tests"]
        .into_iter()
        .flat_map(sources)
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let rows = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| #"));
    let mut faults = Vec::new();
    for row in rows {
        let cell = row.trim_end_matches([' ', '|']).rsplit('|').next().unwrap_or_default();
        let named: Vec<_> = cell.split('`').skip(1).step_by(2).filter(|name| name.contains('_')).collect();
        let pending = cell.contains("pending");
        if named.is_empty() && !pending && !cell.contains("---") {
            faults.push(format!("no test: {row}"));
        }
        faults.extend(
            named
                .iter()
                .filter(|name| !tests.contains(&format!("fn {name}(")))
                .map(|name| format!("no test `{name}`")),
        );
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
