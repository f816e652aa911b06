//! Tools of others, started by the program in the sandbox. The one here is a script that
//! writes SARIF as such tools do, and that goes wrong in each way in which such tools do.

use std::{os::unix::fs::PermissionsExt as _, process::Output};

use code_assist_tests::{World, assert_exit};
use serde_json::Value;

use super::{gate, results, scan, world};

const DEFINITION: &str = r#"
name = "acme"
gates = ["sast"]
program = "acme-scan"
versions = ">=2, <3"
arguments = ["{report}", "{root}"]
output = "file"
format = "sarif"
driver = "Acme"
severity-default = "high"
remedy = "take it out"
timeout-ms-max = 3000

[[identity]]
arguments = ["--version"]
pattern = '^acme-scan (\d+\.\d+\.\d+)'

[exit]
clean = [0]
found = [1]

[obeys]
names = [".acmeignore"]

[canary]
run = "along"
path = "acme_canary.py"
content = ["bad", "(1)\n"]
rule = "A1"
"#;

/// Reports a finding for each file that holds `bad(`, as SARIF.
const WHOLE: &str = r#"
results=""
for file in $(grep -rl 'bad(' "$2"); do
  [ -f "$2/.acmeignore" ] && continue
  results="$results${results:+,}{\"ruleId\":\"A1\",\"level\":\"error\",\"message\":{\"text\":\"it is bad\"},\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"file://$file\"},\"region\":{\"startLine\":1,\"startColumn\":1}}}]}"
done
document="{\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"Acme\",\"rules\":[{\"id\":\"A1\"}]}},\"results\":[$results]}]}"
"#;

/// The end of a tool that does as it should.
const FINE: &str = "printf '%s' \"$document\" > \"$1\"; exit 1";

/// How it goes wrong, and what is said of it.
const TROUBLES: &[(&str, &str, &str)] = &[
    ("it crashes", "kill -SEGV $$", "was ended by signal"),
    ("it ends with an odd code", "printf '%s' \"$document\" > \"$1\"; exit 7", "ended with code 7"),
    ("half an output", "printf '%s' \"$document\" | head -c 120 > \"$1\"; exit 1", "acme"),
    ("empty and content", ": > \"$1\"; exit 0", "acme"),
    ("no report", "exit 0", "wrote no report"),
    ("another's output", "printf '%s' \"$document\" | sed s/Acme/Other/ > \"$1\"; exit 1", "Other"),
    ("content, and findings", "printf '%s' \"$document\" > \"$1\"; exit 0", "clean"),
    (
        "it sees nothing",
        "printf '{\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"Acme\"}},\"results\":[]}]}' > \"$1\"; exit 0",
        "planted",
    ),
    ("it hangs", "sleep 60", "did not end in its time"),
    ("it writes without end", "yes > \"$1\"", "acme"),
];

fn tool(world: &World, version: &str, body: &str) {
    let script =
        format!("#!/bin/sh\n[ \"$1\" = --version ] && {{ echo {version}; exit 0; }}\n{WHOLE}\n{body}\n");
    let path = world.lay("tools/acme-scan", &script);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn configured(more: &str) -> World {
    let world = world(&[("a.py", "print(1)\n")]);
    world.lay("acme.toml", DEFINITION);
    tool(&world, "acme-scan 2.1.0", FINE);
    configure(&world, more);
    world
}

fn configure(world: &World, more: &str) {
    let text =
        "[[gates.tools]]\nname = \"acme\"\ndefinition = \"acme.toml\"\nprogram = \"tools/acme-scan\"\n";
    world.lay("config.toml", &format!("{text}{more}"));
}

fn look(world: &World) -> Output {
    scan(world, &["--gate", "sast", "--config", "config.toml"])
}

fn of_tool(output: &Output) -> Value {
    let told = results(output);
    let sast = gate(&told, "sast").clone();
    let coverage = sast["coverage"].as_array().unwrap();
    coverage.iter().find(|coverage| coverage["tool"] == "acme").cloned().unwrap_or(Value::Null)
}

#[test]
fn what_a_tool_finds_counts_for_its_gate() {
    let world = configured("");
    let clean = look(&world);
    assert_exit(&clean, 0, &["\"acme\"", "2.1.0"]);
    assert_eq!(of_tool(&clean)["canary"], true);
    world.lay("repository/b.py", "bad(2)\n");
    let output = look(&world);
    assert_exit(&output, 4, &["acme/A1", "it is bad", "take it out"]);
    let told = results(&output);
    let finding = &gate(&told, "sast")["findings"][0];
    assert_eq!(finding["tool"], "acme");
    assert_eq!(finding["location"]["path"], "b.py");
    assert_eq!(finding["standing"], "new");
    world.git(&["add", "-A"]);
    world.git(&["commit", "-qm", "bad"]);
    let since = scan(&world, &["--gate", "sast", "--config", "config.toml", "--since", "HEAD"]);
    assert_exit(&since, 0, &["\"old\""]);
}

#[test]
fn whatever_goes_wrong_with_a_tool_is_never_a_pass() {
    let world = configured("");
    for (trouble, body, reason) in TROUBLES {
        tool(&world, "acme-scan 2.1.0", body);
        let output = look(&world);
        let told = results(&output);
        let sast = gate(&told, "sast");
        assert_eq!(output.status.code(), Some(4), "{trouble}: {sast:#}");
        assert_eq!(sast["outcome"], "error", "{trouble}: {sast:#}");
        let reasons = sast["reasons"].to_string();
        assert!(reasons.contains(reason), "{trouble}: `{reason}` is not in {reasons}");
        assert_eq!(of_tool(&output)["canary"], false, "{trouble}");
    }
}

#[test]
fn who_is_another_or_is_not_there_is_never_a_pass() {
    let world = configured("");
    for (answer, reason) in
        [("acme-scan 3.0.0", "3.0.0"), ("other 2.1.0", "not the tool"), ("''", "not the tool")]
    {
        tool(&world, answer, FINE);
        assert_exit(&look(&world), 4, &["\"error\"", reason]);
    }
    tool(&world, "acme-scan 2.1.0", FINE);
    configure(&world, &format!("sha256 = \"{}\"\n", "0".repeat(64)));
    assert_exit(&look(&world), 4, &["\"error\"", "vouches for"]);
    std::fs::remove_file(world.path().join("tools/acme-scan")).unwrap();
    configure(&world, "");
    assert_exit(&look(&world), 4, &["\"unavailable\"", "is not there"]);
    configure(&world, "optional = true\n");
    assert_exit(&look(&world), 0, &["can do without it"]);
    let unknown = scan(&world, &["--gate", "sast", "--tool", "nobody"]);
    assert_exit(&unknown, 2, &["nothing is known of `nobody`", "hadolint"]);
    let idle = scan(&world, &["--gate", "sast", "--tool", "hadolint"]);
    assert_exit(&idle, 2, &["`hadolint` is for the `container` gate"]);
}

#[test]
fn a_configuration_in_the_tree_has_no_power_over_a_tool() {
    let world = configured("");
    world.lay("repository/b.py", "bad(2)\n");
    world.lay("repository/.acmeignore", "*\n");
    assert_exit(&look(&world), 4, &["acme/A1", "would obey it"]);
}

#[test]
fn a_tool_reads_nothing_beside_the_files_and_keeps_nothing() {
    let world = configured("");
    let place = world.path().display().to_string();
    let body = format!("cat '{place}/config.toml' '{place}/repository/a.py' > \"$2/b.py\" 2>&1; {FINE}");
    tool(&world, "acme-scan 2.1.0", &body);
    assert_exit(&look(&world), 0, &[]);
    assert!(!world.root().join("b.py").exists());
    let leavings = std::fs::read_dir(world.path().join("state/work")).unwrap().count();
    assert_eq!(leavings, 0);
}

/// Files, each in pieces.
type Files = &'static [(&'static str, &'static [&'static str])];

/// Tools as they are installed: what lies in the tree for each, and what it has to find.
const INSTALLED: &[(&str, &str, Files, &str)] = &[
    (
        "kingfisher",
        "secrets",
        &[
            (".kingfisherignore", &["*\n"]),
            ("a.py", &["key = \"gh", "p_Rq7mZw2KxT9vLc4B", "n8Hs6Yd3Jf5Gp1QaUeXo\" # kingfisher:ignore\n"]),
        ],
        "kingfisher/",
    ),
    (
        "detect-secrets",
        "secrets",
        &[(
            "a.py",
            &["key = \"gh", "p_Rq7mZw2KxT9vLc4B", "n8Hs6Yd3Jf5Gp1QaUeXo\"  # pragma: allowlist secret\n"],
        )],
        "detect-secrets/github-token",
    ),
    (
        "hadolint",
        "container",
        &[
            (".hadolint.yaml", &["ignored: [DL3007]\n"]),
            ("a/Dockerfile", &["# hadolint ignore=DL3007\nFROM debian:latest\n"]),
        ],
        "hadolint/DL3007",
    ),
    (
        "zizmor",
        "iac",
        &[
            (".github/zizmor.yml", &["rules:\n  dangerous-triggers:\n    disable: true\n"]),
            (
                ".github/workflows/a.yml",
                &["on: pull_request_target # zizmor: ignore[dangerous-triggers]\njobs: {}\n"],
            ),
        ],
        "zizmor/dangerous-triggers",
    ),
    (
        "semgrep",
        "sast",
        &[(".semgrepignore", &["*\n"]), ("tests/b.py", &["eval", "(x)  # nosemgrep\n"])],
        "semgrep/evaluates",
    ),
    (
        "ast-grep",
        "sast",
        &[("sgconfig.yml", &["ruleDirs: [none]\n"]), ("src/b.py", &["eval", "(x)\n"])],
        "ast-grep/evaluates",
    ),
];

const SEMGREP_RULE: &str =
    "rules: [{id: evaluates, languages: [python], severity: ERROR, message: no, pattern: eval(...)}]\n";
const AST_GREP_RULE: &str =
    "id: evaluates\nlanguage: python\nseverity: error\nmessage: no\nrule: { pattern: eval($$$A) }\n";

/// `CODE_ASSIST_TOOLS` names the folder of the programs.
#[test]
fn tools_that_are_installed_find_through_the_program_what_the_tree_would_hide() {
    let Ok(folder) = std::env::var("CODE_ASSIST_TOOLS") else {
        println!("CODE_ASSIST_TOOLS is not set: no tool is run");
        return;
    };
    for (name, gate, files, rule) in INSTALLED {
        let world = world(&[]);
        for (path, parts) in *files {
            world.lay(&format!("repository/{path}"), &parts.concat());
        }
        world.lay("rules/semgrep.yml", SEMGREP_RULE);
        world.lay("rules/ast-grep.yml", AST_GREP_RULE);
        let rules = match *name {
            "semgrep" | "ast-grep" => format!("rules = \"rules/{name}.yml\"\n"),
            _ => String::new(),
        };
        let program = format!("{folder}/{name}");
        world.lay(
            "config.toml",
            &format!("[[gates.tools]]\nname = \"{name}\"\nprogram = \"{program}\"\n{rules}"),
        );
        let output = scan(&world, &["--gate", gate, "--config", "config.toml"]);
        let told = results(&output);
        let result = super::gate(&told, gate);
        let findings = result["findings"].as_array().unwrap_or_else(|| panic!("{name}: {result:#}"));
        let is_found =
            |finding: &Value| finding["rule"].as_str().is_some_and(|found| found.starts_with(rule));
        assert!(findings.iter().any(is_found), "{name}: {result:#}");
        assert!(matches!(result["outcome"].as_str(), Some("pass" | "fail")), "{name}: {result:#}");
        println!("{name}: {}", result["sources"]);
    }
}
