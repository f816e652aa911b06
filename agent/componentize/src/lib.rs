//! Builds guests to components, for build scripts: cargo makes the core module
//! for `wasm32-unknown-unknown`, `wit-component` wraps it.
//!
//! The same commit gives the same bytes wherever it lies: the folders of the
//! machine are mapped away and nothing of the outer build's settings gets in.

mod module;
mod target;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// What a guest is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Nothing but its imports: an agent.
    Bare,
    /// WASI 0.2: a command.
    Wasi,
}

impl Target {
    /// The name that the compiler has for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bare => "wasm32-unknown-unknown",
            Self::Wasi => "wasm32-wasip2",
        }
    }
}

/// What of a package is a guest.
#[derive(Debug, Clone, Copy)]
pub enum Artifacts {
    /// Its library.
    Library,
    /// Each of its examples.
    Examples,
    /// Each of its programs.
    Programs,
}

/// A package of the workspace whose artifacts are guests.
#[derive(Debug)]
pub struct Guests<'a> {
    /// The root of the workspace.
    pub workspace: &'a Path,
    /// The package's name.
    pub package: &'a str,
    /// What of it is a guest.
    pub artifacts: Artifacts,
    /// What it is built for.
    pub target: Target,
    /// A folder for the build, not shared with the outer one, which holds a lock on its own.
    pub target_folder: &'a Path,
}

/// A component and the name of the artifact it came from.
#[derive(Debug)]
pub struct Built {
    /// The artifact's name.
    pub name: String,
    /// The component.
    pub component: Vec<u8>,
}

/// Builds every guest of a package. Adds the target when it is missing.
pub fn build(guests: &Guests) -> Result<Vec<Built>> {
    target::ensure(guests.target.name())?;
    module::build(guests)?.iter().map(|path| read(path, guests.target)).collect()
}

fn read(path: &PathBuf, target: Target) -> Result<Built> {
    let module = std::fs::read(path).with_context(|| format!("can't read `{}`", path.display()))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    // The linker for WASI makes components itself.
    if target == Target::Wasi {
        return Ok(Built { name, component: module });
    }
    let component = encode(&module).with_context(|| format!("can't make a component of `{name}`"))?;
    Ok(Built { name, component })
}

fn encode(module: &[u8]) -> Result<Vec<u8>> {
    wit_component::ComponentEncoder::default().module(module)?.validate(true).encode()
}

/// SHA-256 of a component, in hexadecimal.
pub fn digest(component: &[u8]) -> String {
    Sha256::digest(component).iter().map(|byte| format!("{byte:02x}")).collect()
}
