use std::process::Output;

use code_assist_tests::{World, assert_exit, said};
use serde_json::Value;

use super::{planted, with_advisories, world};

const PATCH: &str = "*** Begin Patch\n*** Update File: src/main.rs\n@@\n-    println!(\"hello\");\n+    println!(\"hello, world\");\n*** End Patch\n";

fn sound() -> World {
    let files = planted::sound();
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let world = world(&files);
    with_advisories(&world);
    world
}

fn produce(world: &World, patch: &str, more: &[&str]) -> Output {
    world.lay("change.patch", patch);
    let usual = ["run", "--repo", "repository", "--proposal", "change.patch", "--mode", "production_change"];
    world.call(&[&usual[..], &["--check", "true"], more].concat())
}

#[test]
fn a_sound_change_is_production_ready_and_leaves_its_evidence() {
    let world = sound();
    let output = produce(&world, PATCH, &["--output", "evidence"]);
    assert_exit(&output, 0, &["production-ready"]);
    let read = |name: &str| std::fs::read(world.path().join("evidence").join(name)).unwrap();
    let json = |name: &str| serde_json::from_slice::<Value>(&read(name)).unwrap();
    assert_eq!(json("verdict.vsa.json")["predicate"]["verificationResult"], "PASSED");
    let shown = json("verdict.svr.json")["predicate"]["properties"].to_string();
    for gate in ["AUDIT_TRACE", "SECRETS", "DEPENDENCIES", "SAST", "SBOM", "LICENCE", "CONSISTENCY", "CHECKS"]
    {
        assert!(shown.contains(&format!("AGENNEXT_GATE_{gate}_PASSED")), "{gate}: {shown}");
    }
    assert!(shown.contains("AGENNEXT_GATE_IAC_NOT_APPLICABLE"), "the change touches none: {shown}");
    assert!(shown.contains("AGENNEXT_PRODUCTION_READY"));
    assert_eq!(json("sbom.cdx.json")["specVersion"], "1.6");
    assert_eq!(json("gates.sarif")["version"], "2.1.0");
    assert_exit(&world.call(&["audit", "verify"]), 0, &["complete"]);
}

#[test]
fn a_change_that_brings_a_fault_is_not_and_is_not_placed() {
    let world = sound();
    let token = planted::faults().into_iter().find(|(gate, ..)| *gate == "secrets").unwrap().2;
    let secret = token.split('"').nth(1).unwrap().to_owned();
    let patch = PATCH.replace("hello, world", &secret);
    let output = produce(&world, &patch, &["--output", "evidence"]);
    assert_exit(
        &output,
        4,
        &["gate `secrets`: fail", "src/main.rs:2", "gate-failed", "+    println!(\"ghp_…"],
    );
    assert!(!said(&output).contains(&secret), "{}", said(&output));
    assert!(world.call(&["audit", "verify"]).status.success());
    let kept = std::fs::read_to_string(world.path().join("evidence/change.diff")).unwrap();
    assert!(!kept.contains(&secret), "{kept}");
    let text = std::fs::read_to_string(world.root().join("src/main.rs")).unwrap();
    assert!(text.contains("println!(\"hello\")"), "{text}");
}

#[test]
fn an_old_fault_that_is_not_critical_does_not_stop_a_change() {
    let world = sound();
    let (_, path, text) = planted::faults().into_iter().find(|(gate, ..)| *gate == "sast").unwrap();
    world.lay(&format!("repository/{path}"), &text);
    world.git(&["add", "-A"]);
    world.git(&["commit", "-qm", "a fault"]);
    let patch = format!(
        "*** Begin Patch\n*** Update File: {path}\n@@\n-import os\n+import os  # kept\n*** End Patch\n"
    );
    assert_exit(&produce(&world, &patch, &[]), 0, &["production-ready"]);
    world.git(&["checkout", "-q", "."]);
    world.lay("config.toml", "[gates]\nold_fail_on = \"high\"\n");
    assert_exit(&produce(&world, &patch, &["--config", "config.toml"]), 4, &["gate `sast`: fail"]);
}

#[test]
fn what_the_operator_exempts_is_said_and_what_the_caller_asks_for_is_required() {
    let world = sound();
    std::fs::remove_dir_all(world.path().join("state/advisories")).unwrap();
    assert_exit(&produce(&world, PATCH, &[]), 4, &["gate `dependencies`: unavailable"]);
    world.lay("config.toml", "[gates]\nexempt = [\"dependencies\"]\n");
    let exempt = produce(&world, PATCH, &["--config", "config.toml"]);
    assert_exit(&exempt, 0, &["exempts production changes from the gate `dependencies`"]);
    world.git(&["checkout", "-q", "."]);
    let asked = produce(&world, PATCH, &["--config", "config.toml", "--gate", "dependencies"]);
    assert_eq!(asked.status.code(), Some(4), "{}", said(&asked));
}

#[test]
fn a_container_file_has_to_be_simulated() {
    let world = sound();
    let fine = "FROM scratch\nUSER 1000\nHEALTHCHECK NONE\nCOPY a.txt /a.txt\n";
    world.lay("repository/Dockerfile", fine);
    world.git(&["add", "-A"]);
    world.git(&["commit", "-qm", "a container"]);
    assert_exit(&produce(&world, PATCH, &[]), 4, &["gate `simulation`: fail", "--simulate"]);
}

#[test]
fn what_the_operator_leaves_out_of_sight_is_said() {
    let world = sound();
    world.lay("config.toml", "[gates]\nignore = [\"src/**\"]\n");
    let output = produce(&world, PATCH, &["--config", "config.toml"]);
    assert_exit(&output, 0, &["no gate looks into `src/main.rs`"]);
}

#[test]
fn a_failed_check_hides_no_finding() {
    let world = sound();
    let (_, path, text) = planted::faults().into_iter().find(|(gate, ..)| *gate == "sast").unwrap();
    let body: String = text.lines().map(|line| format!("+{line}\n")).collect();
    let patch = format!("*** Begin Patch\n*** Add File: added/{path}\n{body}*** End Patch\n");
    let both = produce(&world, &patch, &["--check", "false"]);
    assert_exit(
        &both,
        4,
        &["gate `sast`: fail", "scripts/tool.py:4", "check-failed", "check `false` exited 1"],
    );
    let alone = produce(&world, PATCH, &["--check", "false"]);
    assert_exit(&alone, 1, &["check-failed"]);
}
