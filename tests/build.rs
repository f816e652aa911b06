//! Builds the hostile guests to components.

use std::{env, fs, path::PathBuf};

use agent_componentize::{Artifacts, Guests};
use anyhow::{Context, Result};

fn main() -> Result<()> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let output = PathBuf::from(env::var_os("OUT_DIR").context("no OUT_DIR")?);
    for source in ["Cargo.toml", "Cargo.lock", "wit", "tests/guests"] {
        println!("cargo::rerun-if-changed={}", workspace.join(source).display());
    }
    let guests = Guests {
        workspace: &workspace,
        package: "code-assist-tests-guests",
        artifacts: Artifacts::Examples,
        target_folder: &output.join("build"),
    };
    let folder = output.join("guests");
    fs::create_dir_all(&folder)?;
    for built in agent_componentize::build(&guests)? {
        fs::write(folder.join(format!("{}.wasm", built.name)), built.component)?;
    }
    println!("cargo::rustc-env=GUESTS={}", folder.display());
    Ok(())
}
