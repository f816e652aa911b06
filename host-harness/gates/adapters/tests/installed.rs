//! The tools themselves, where they are: through our invocations, over a tree in which
//! their own configuration lies to silence them.
//!
//! `CODE_ASSIST_TOOLS` names the folders of the programs, with `:` between;
//! `CODE_ASSIST_TOOLS_DATA` the folder of vulnerability data, for those that need it.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use adapters::{Adapter, Ended, Exit, Invocation, Judged, Pin, Plan, Target, embedded};
use finding::{Found, Held, Tree as _};

/// What silences a tool, in the tree; and what it has to find all the same.
struct Trial {
    tool: &'static str,
    files: &'static [(&'static str, &'static [&'static str])],
    finds: &'static [&'static str],
}

const REGISTRY: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n";

const TRIALS: &[Trial] = &[
    Trial {
        tool: "cargo-audit",
        files: &[
            (".cargo/audit.toml", &["[advisories]\nignore = ['RUSTSEC-2020-0071']\n"]),
            (
                "a/Cargo.lock",
                &["version = 3\n\n[[package]]\nname = \"time\"\nversion = \"0.1.40\"\n", REGISTRY],
            ),
        ],
        finds: &["cargo-audit/RUSTSEC-2020-0071 high a/Cargo.lock"],
    },
    Trial {
        tool: "gitleaks",
        files: &[
            (".gitleaks.toml", &["title = \"x\"\n[[rules]]\nid = \"x\"\nregex = '''zzzz'''\n"]),
            (".gitleaksignore", &["src/a.py:github-pat:1\n"]),
            (".gitignore", &["*.py\n"]),
            ("src/a.py", &["key = \"gh", "p_Rq7mZw2KxT9vLc4B", "n8Hs6Yd3Jf5Gp1QaUeXo\" # gitleaks:allow\n"]),
        ],
        finds: &["gitleaks/github-pat critical src/a.py:1:1"],
    },
    Trial {
        tool: "kingfisher",
        files: &[
            ("kingfisher.yaml", &["exclude: ['*']\n"]),
            (".kingfisherignore", &["*\n"]),
            (".gitignore", &["*.py\nsrc/\n"]),
            (".ignore", &["*.py\n"]),
            (
                "src/a.py",
                &["key = \"gh", "p_Rq7mZw2KxT9vLc4B", "n8Hs6Yd3Jf5Gp1QaUeXo\" # kingfisher:ignore\n"],
            ),
        ],
        finds: &["kingfisher/betterleaks.github-pat critical src/a.py:1:8"],
    },
    Trial {
        tool: "detect-secrets",
        files: &[
            (".secrets.baseline", &["{}\n"]),
            (".gitignore", &["*.py\n"]),
            (
                "src/a.py",
                &["key = \"gh", "p_Rq7mZw2KxT9vLc4B", "n8Hs6Yd3Jf5Gp1QaUeXo\"  # pragma: allowlist secret\n"],
            ),
        ],
        finds: &["detect-secrets/github-token high src/a.py:1:1"],
    },
    Trial {
        tool: "semgrep",
        files: &[
            (".semgrepignore", &["*\n"]),
            (".gitignore", &["*\n"]),
            (".semgrep.yml", &["rules: []\n"]),
            ("tests/a.py", &["eval", "(x)  # nosemgrep\n"]),
        ],
        finds: &["semgrep/evaluates high tests/a.py:1:1"],
    },
    Trial {
        tool: "ast-grep",
        files: &[
            ("sgconfig.yml", &["ruleDirs: [none]\n"]),
            (".gitignore", &["*\n"]),
            (".ignore", &["*\n"]),
            ("src/a.py", &["eval", "(x)\n"]),
            ("src/b.py", &["# ast-grep-ignore\neval", "(x)\n"]),
        ],
        finds: &["ast-grep/evaluates high src/a.py:1:1", "ast-grep/silenced high src/b.py:1:3"],
    },
    Trial {
        tool: "hadolint",
        files: &[
            (".hadolint.yaml", &["ignored: [DL3007]\nfailure-threshold: none\n"]),
            (
                "a/Dockerfile",
                &["# hadolint global ignore=DL3007\n# hadolint ignore=DL3007\nFROM debian:latest\n"],
            ),
        ],
        finds: &["hadolint/DL3007 medium a/Dockerfile:3:1"],
    },
    Trial {
        tool: "checkov",
        files: &[
            (".checkov.yaml", &["skip-check: [CKV_DOCKER_7]\nframework: [terraform]\nsoft-fail: true\n"]),
            (".checkov.baseline", &["{}\n"]),
            ("a/Dockerfile", &["#checkov:skip=CKV_DOCKER_7:fine\nFROM debian:latest\n"]),
        ],
        finds: &["checkov/CKV_DOCKER_7 medium a/Dockerfile"],
    },
    Trial {
        tool: "zizmor",
        files: &[
            ("zizmor.yml", &["rules:\n  dangerous-triggers:\n    disable: true\n"]),
            (".github/zizmor.yml", &["rules:\n  dangerous-triggers:\n    disable: true\n"]),
            (".gitignore", &["*.yml\n"]),
            (
                ".github/workflows/a.yml",
                &["on: pull_request_target # zizmor: ignore[dangerous-triggers]\njobs: {}\n"],
            ),
        ],
        finds: &["zizmor/dangerous-triggers high .github/workflows/a.yml:1:1"],
    },
];

const SEMGREP_RULE: &str =
    "rules: [{id: evaluates, languages: [python], severity: ERROR, message: no, pattern: eval(...)}]\n";
const AST_GREP_RULE: &str =
    "id: evaluates\nlanguage: python\nseverity: error\nmessage: no\nrule: { pattern: eval($$$A) }\n";

/// A finding in a line.
fn said(found: &Found) -> String {
    let place = found.path.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
    let span = found.span.map(|span| format!(":{}:{}", span.line, span.column)).unwrap_or_default();
    format!("{} {} {place}{span}", found.rule, found.severity)
}

fn program(name: &str) -> Option<PathBuf> {
    let folders = env::var("CODE_ASSIST_TOOLS").ok()?;
    folders.split(':').map(|folder| Path::new(folder).join(name)).find(|path| path.is_file())
}

fn run(program: &Path, invocation: &Invocation) -> Ended {
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let output = Command::new(program)
        .args(&invocation.arguments)
        .env_clear()
        .env("PATH", path)
        .env("LANG", "C.UTF-8")
        .envs(&invocation.environment)
        .current_dir(&invocation.directory)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Ended {
        exit: output.status.code().map_or(Exit::Signal(0), Exit::Code),
        stdout: output.stdout,
        stderr: output.stderr,
        report: fs::read(&invocation.report).ok(),
    }
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Lays a plan out and runs it, as a caller does.
fn play(program: &Path, plan: &Plan, tree: &Held, root: &Path) -> Vec<Ended> {
    for path in tree.paths().iter().filter(|path| !plan.withheld.contains(path)) {
        write(&root.join(path.as_str()), &tree.read(path).unwrap().unwrap());
    }
    let mut ends = Vec::new();
    for invocation in &plan.invocations {
        for laid in &invocation.lay {
            write(Path::new(&laid.path), &laid.bytes);
        }
        ends.push(run(program, invocation));
    }
    ends
}

fn check(tool: &Adapter, trial: &Trial, program: &Path) {
    let place = tempfile::tempdir().unwrap();
    let [root, beside, rules] = ["tree", "beside", "rules"].map(|name| place.path().join(name));
    fs::create_dir_all(&beside).unwrap();
    let asks = tool.asks(&beside.display().to_string());
    let answers: Vec<Ended> = asks.iter().map(|ask| run(program, ask)).collect();
    let pins = [Pin { sha256: "debian".to_owned(), version: "8.26.0".to_owned() }];
    let sha256 = if trial.tool == "gitleaks" { "debian" } else { "" };
    let identity = tool.identity(&answers, sha256, &pins);
    println!("{}: {identity:?}", trial.tool);
    identity.unwrap();
    write(&rules.join("semgrep/r.yml"), SEMGREP_RULE.as_bytes());
    write(&rules.join("ast-grep/r.yml"), AST_GREP_RULE.as_bytes());
    let rules = rules.join(trial.tool);
    let rules = rules.is_dir().then(|| rules.display().to_string());
    let tree: Held = trial.files.iter().map(|(path, parts)| (*path, parts.concat())).collect();
    let (at, beside) = (root.display().to_string(), beside.display().to_string());
    let data = env::var("CODE_ASSIST_TOOLS_DATA").ok();
    let target =
        Target { tree: &tree, root: &at, beside: &beside, data: data.as_deref(), rules: rules.as_deref() };
    let plan = tool.plan(&target).unwrap();
    let begun = std::time::Instant::now();
    let ends = play(program, &plan, &tree, &root);
    println!("{}: {:?}", trial.tool, begun.elapsed());
    let Judged::Findings(judgement) = tool.judge(&target, &ends) else {
        panic!("{:?} {}", tool.judge(&target, &ends), String::from_utf8_lossy(&ends[0].stderr));
    };
    let got: Vec<String> = judgement.found.iter().map(said).collect();
    for expected in trial.finds {
        assert!(got.iter().any(|line| line.starts_with(expected)), "{}: {expected} in {got:#?}", trial.tool);
    }
    let shown = format!("{:?}", judgement.found.iter().map(|found| &found.message).collect::<Vec<_>>());
    assert!(!shown.contains("p_Rq7mZw2KxT9vLc4B"), "{shown}");
}

#[test]
fn installed_tools_find_what_the_tree_would_hide() {
    if env::var("CODE_ASSIST_TOOLS").is_err() {
        println!("CODE_ASSIST_TOOLS is not set: no tool is run");
        return;
    }
    let tools: BTreeMap<String, Adapter> =
        embedded().unwrap().into_iter().map(|tool| (tool.name().to_owned(), tool)).collect();
    for trial in TRIALS {
        let tool = &tools[trial.tool];
        let lacks_data = trial.tool == "cargo-audit" && env::var("CODE_ASSIST_TOOLS_DATA").is_err();
        match program(tool.program()) {
            Some(_) if lacks_data => println!("{} has no data", trial.tool),
            Some(program) => check(tool, trial, &program),
            None => println!("{} is not there", trial.tool),
        }
    }
}

/// `CODE_ASSIST_TOOLS_TREE` names an ordinary folder: no tool breaks on it.
#[test]
fn installed_tools_can_judge_an_ordinary_tree() {
    let Ok(folder) = env::var("CODE_ASSIST_TOOLS_TREE") else {
        println!("CODE_ASSIST_TOOLS_TREE is not set: no tool is run");
        return;
    };
    let mut files = Vec::new();
    gather(Path::new(&folder), Path::new(""), &mut files);
    let tree: Held = files.into_iter().collect();
    for tool in embedded().unwrap().iter().filter(|tool| TRIALS.iter().any(|trial| trial.tool == tool.name()))
    {
        let Some(program) = program(tool.program()) else { continue };
        let place = tempfile::tempdir().unwrap();
        let [root, beside] = ["tree", "beside"].map(|name| place.path().join(name));
        fs::create_dir_all(&beside).unwrap();
        let (at, beside) = (root.display().to_string(), beside.display().to_string());
        let target = Target { tree: &tree, root: &at, beside: &beside, data: None, rules: None };
        match tool.plan(&target) {
            Ok(plan) => match tool.judge(&target, &play(&program, &plan, &tree, &root)) {
                Judged::Findings(judgement) => {
                    println!("{}: {} findings", tool.name(), judgement.found.len());
                    judgement
                        .found
                        .iter()
                        .take(8)
                        .for_each(|found| println!("  {} {}", said(found), found.message));
                }
                Judged::Error(reason) => panic!("{reason}"),
            },
            Err(refusal) => println!("{refusal}"),
        }
    }
}

fn gather(root: &Path, below: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(root.join(below)).unwrap() {
        let entry = entry.unwrap();
        let (kind, path) = (entry.file_type().unwrap(), below.join(entry.file_name()));
        let name = entry.file_name().to_string_lossy().into_owned();
        if kind.is_dir() && name != ".git" && name != "target" {
            gather(root, &path, files);
        } else if kind.is_file() {
            files.push((path.display().to_string(), fs::read(entry.path()).unwrap()));
        }
    }
}
