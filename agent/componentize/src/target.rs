use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::TARGET;

/// Makes sure that the standard library for the target is there. A toolchain
/// file's `targets` are not installed where automatic installation is off.
pub(crate) fn ensure() -> Result<()> {
    if is_installed()? {
        return Ok(());
    }
    println!("cargo::warning=adding the Rust target {TARGET} (`rustup target add {TARGET}`)");
    let added = Command::new("rustup").args(["target", "add", TARGET]).output();
    let printed = match &added {
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    ensure!(
        is_installed()?,
        "the Rust target `{TARGET}` is missing and can't be added\n{printed}\nhint: install it with `rustup target add {TARGET}`, or as your system packages it"
    );
    Ok(())
}

fn is_installed() -> Result<bool> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(&rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .context("can't run rustc")?;
    let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(output.status.success() && std::path::Path::new(&folder).is_dir())
}
