//! Builds the hostile guests to components, and the programs that are checks.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use agent_componentize::{Artifacts, Guests, Target};
use anyhow::{Context, Result};

fn main() -> Result<()> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let output = PathBuf::from(env::var_os("OUT_DIR").context("no OUT_DIR")?);
    for source in ["Cargo.toml", "Cargo.lock", "wit", "tests/guests", "tests/wasi"] {
        println!("cargo::rerun-if-changed={}", workspace.join(source).display());
    }
    let target_folder = &output.join("build");
    let guests = Guests {
        workspace: &workspace,
        package: "code-assist-tests-guests",
        artifacts: Artifacts::Examples,
        target: Target::Bare,
        target_folder,
    };
    lay(&guests, &output.join("guests"))?;
    let programs = Guests {
        package: "code-assist-tests-wasi",
        artifacts: Artifacts::Programs,
        target: Target::Wasi,
        ..guests
    };
    lay(&programs, &output.join("programs"))?;
    println!("cargo::rustc-env=GUESTS={}", output.join("guests").display());
    println!("cargo::rustc-env=PROGRAMS={}", output.join("programs").display());
    Ok(())
}

fn lay(guests: &Guests, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for built in agent_componentize::build(guests)? {
        fs::write(folder.join(format!("{}.wasm", built.name)), built.component)?;
    }
    Ok(())
}
