use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Makes sure that the standard library for the target is there. A toolchain
/// file's `targets` are not installed where automatic installation is off.
pub(crate) fn ensure(target: &str) -> Result<()> {
    if is_installed(target)? {
        return Ok(());
    }
    println!("cargo::warning=adding the Rust target {target} (`rustup target add {target}`)");
    let added = Command::new("rustup").args(["target", "add", target]).output();
    let printed = match &added {
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    ensure!(
        is_installed(target)?,
        "the Rust target `{target}` is missing and can't be added\n{printed}\nhint: install it with `rustup target add {target}`, or as your system packages it"
    );
    Ok(())
}

fn is_installed(target: &str) -> Result<bool> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(&rustc)
        .args(["--print", "target-libdir", "--target", target])
        .output()
        .context("can't run rustc")?;
    let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(output.status.success() && std::path::Path::new(&folder).is_dir())
}
