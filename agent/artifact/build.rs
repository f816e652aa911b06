//! Builds the agent to a component.

use std::{env, path::PathBuf};

use agent_componentize::{Artifacts, Guests, Target};
use anyhow::{Context, Result};

/// What the component's bytes depend on, below the root of the workspace.
const SOURCES: &[&str] =
    &["Cargo.toml", "Cargo.lock", "wit", "agent/Cargo.toml", "agent/src", "agent/core", "agent/contract"];

fn main() -> Result<()> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let output = PathBuf::from(env::var_os("OUT_DIR").context("no OUT_DIR")?);
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", workspace.join(source).display());
    }
    let guests = Guests {
        workspace: &workspace,
        package: "code-assist-agent",
        artifacts: Artifacts::Library,
        target: Target::Bare,
        target_folder: &output.join("guest"),
    };
    let built = agent_componentize::build(&guests)?.pop().context("the agent gave no module")?;
    println!("cargo::rustc-env=AGENT_DIGEST={}", agent_componentize::digest(&built.component));
    std::fs::write(output.join("agent.wasm"), built.component)?;
    Ok(())
}
