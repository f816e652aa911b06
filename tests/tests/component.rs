//! The component is what it is said to be.

use std::{fs, path::Path, process::Command};

use agent_componentize::{Artifacts, Guests, Target};
use code_assist_tests::{copy, workspace};
use runner::agent::Agent;

fn program(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_code-assist-under-test")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_agent_imports_its_own_package_only() {
    let imports = program(&["describe", "--imports"]);
    assert!(!imports.is_empty());
    for import in imports.lines() {
        assert!(import.starts_with("agennext:code-assist/") && import.ends_with("@1.0.0"), "{import}");
    }
}

#[test]
fn the_agent_says_what_it_is() {
    let text = program(&["describe"]);
    let said: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(said["agent"]["name"], "agennext-code-assist");
    assert_eq!(said["agent"]["capabilities"].as_array().unwrap().len(), 13);
    assert_eq!(said["component_sha256"], program(&["describe", "--digest"]).trim());
}

/// Several run the same code in one process; who ends leaves it to the others, and no memory
/// can be both written and run.
#[tokio::test]
async fn the_agent_is_loaded_often_and_let_go_in_any_order() {
    let mut kept = Agent::embedded().unwrap();
    for _ in 0..20 {
        let other = Agent::embedded().unwrap();
        let said = other.describe().await.unwrap();
        drop(std::mem::replace(&mut kept, other));
        assert_eq!(kept.describe().await.unwrap(), said);
    }
    if cfg!(target_os = "linux") {
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let access = |line: &str| line.split_whitespace().nth(1).unwrap_or_default().to_owned();
        assert!(maps.lines().any(|line| access(line).starts_with("r-x")), "{maps}");
        assert!(!maps.lines().any(|line| access(line).contains("wx")), "{maps}");
    }
}

/// The same sources in another folder, built into another: the same bytes.
#[test]
fn two_builds_give_one_component() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path().join("elsewhere/code");
    for folder in ["agent", "wit", "host-harness", "tests"] {
        copy_sources(&workspace().join(folder), &root.join(folder));
    }
    for file in ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml"] {
        fs::copy(workspace().join(file), root.join(file)).unwrap();
    }
    let root = root.canonicalize().unwrap();
    let guests = Guests {
        workspace: &root,
        package: "code-assist-agent",
        artifacts: Artifacts::Library,
        target: Target::Bare,
        target_folder: &scratch.path().join("target"),
    };
    let built = agent_componentize::build(&guests).unwrap();
    assert_eq!(agent_componentize::digest(&built[0].component), agent_artifact::DIGEST);
}

fn copy_sources(from: &Path, to: &Path) {
    copy(from, to).unwrap();
}
