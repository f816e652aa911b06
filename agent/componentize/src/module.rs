use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use crate::{Artifacts, Guests};

/// The profile that guests are built with, whatever the outer build's.
const PROFILE: &str = "component";

/// Settings of the outer build that would change the guest's bytes.
const FORGOTTEN: &[&str] = &[
    "RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "RUSTC_LINKER",
    "RUSTC_BOOTSTRAP",
];

/// Runs cargo and returns the core modules that it made, in the order of their names.
pub(crate) fn build(guests: &Guests) -> Result<Vec<PathBuf>> {
    let output = command(guests).output().context("can't run cargo")?;
    ensure!(
        output.status.success(),
        "building the guests of `{}` failed\n{}",
        guests.package,
        String::from_utf8_lossy(&output.stderr)
    );
    let mut modules = modules_in(&folder(guests))?;
    modules.sort();
    Ok(modules)
}

fn command(guests: &Guests) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if FORGOTTEN.contains(&&*text)
            || text.starts_with("CARGO_PROFILE_")
            || text.starts_with("CARGO_TARGET_")
        {
            command.env_remove(&name);
        }
    }
    command
        .env("CARGO_ENCODED_RUSTFLAGS", flags(guests.workspace))
        .current_dir(guests.workspace)
        .args(["build", "--quiet", "--locked", "--package", guests.package, "--profile", PROFILE])
        .args(["--target", guests.target.name(), "--target-dir"])
        .arg(guests.target_folder)
        .arg(match guests.artifacts {
            Artifacts::Library => "--lib",
            Artifacts::Examples => "--examples",
            Artifacts::Programs => "--bins",
        });
    command
}

/// Maps the machine's folders away, so that they don't end up in panic messages.
fn flags(workspace: &Path) -> String {
    let mut folders = vec![(workspace.to_path_buf(), "/code-assist")];
    folders.extend(cargo_home().map(|home| (home, "/cargo")));
    folders.extend(sysroot().map(|root| (root, "/rust")));
    let flags = folders.iter().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
    flags.collect::<Vec<_>>().join("\u{1f}")
}

fn cargo_home() -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo"));
    std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(home)
}

fn sysroot() -> Option<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "sysroot"]).output().ok()?;
    Some(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

fn folder(guests: &Guests) -> PathBuf {
    let folder = guests.target_folder.join(guests.target.name()).join(PROFILE);
    match guests.artifacts {
        Artifacts::Library | Artifacts::Programs => folder,
        Artifacts::Examples => folder.join("examples"),
    }
}

fn modules_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("can't read `{}`", folder.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    Ok(paths.into_iter().filter(|path| is_module(path)).collect())
}

/// Cargo leaves a second copy of each example under a name with its hash.
fn is_module(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let hashed = stem.rsplit_once('-').is_some_and(|(_, hash)| hash.len() == 16);
    path.extension().is_some_and(|extension| extension == "wasm") && !hashed
}
