//! Compiles the agent ahead of time, with the very settings that it is run with.

#[path = "src/settings.rs"]
mod settings;

use std::{env, fs, path::PathBuf};

fn main() -> wasmtime::Result<()> {
    println!("cargo::rerun-if-changed=src/settings.rs");
    println!("cargo::rerun-if-changed=build.rs");
    let mut config = settings::config();
    // The named target, not this machine: the code must run wherever the program does.
    config.target(&env::var("TARGET").expect("cargo sets TARGET"))?;
    let compiled = wasmtime::Engine::new(&config)?.precompile_component(agent_artifact::COMPONENT)?;
    let output = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(output.join("agent.cwasm"), compiled)?;
    Ok(())
}
