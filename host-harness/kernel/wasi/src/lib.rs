//! Runs a WASI command component as a check: the sandbox that works on every system.
//!
//! It sees its arguments, a workspace that it can't write to, and clocks and randomness;
//! no environment, no network, no input, and no other file. It is run in a process of its
//! own, which the Kernel holds like any other check: that ends it in time, and bounds what
//! it prints.

mod engine;
mod memory;
mod world;

use std::{
    io::{self, Read as _},
    path::Path,
};

use cap_std::{ambient_authority, fs::Dir};
use wasmtime::{Store, component};
use wasmtime_wasi::{I32Exit, p2::bindings::sync::Command};

use world::World;

/// Where a component finds the workspace.
pub const WORKSPACE: &str = "/work";

const COMPONENT_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// What a component may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of memory.
    pub memory_bytes: usize,
}

/// Why a component did not come to an end of its own.
#[derive(Debug, thiserror::Error)]
pub enum WasiError {
    /// It is no command component of WASI 0.2, or wants more than there is.
    #[error("`{program}` can't be run: {reason}\nhint: build it as a command for wasm32-wasip2")]
    Unusable {
        /// The component.
        program: String,
        /// Why.
        reason: String,
    },
    /// It was ended for what it did.
    #[error("`{program}` trapped: {reason}")]
    Trapped {
        /// The component.
        program: String,
        /// Why.
        reason: String,
    },
}

/// Runs the component `program` of the folder with its arguments, to its end; its exit code.
pub fn run(folder: &Path, program: &str, arguments: &[String], limits: Limits) -> Result<u8, WasiError> {
    let unusable =
        |error: wasmtime::Error| WasiError::Unusable { program: program.to_owned(), reason: told(&error) };
    let engine = engine::new().map_err(unusable)?;
    let bytes = read(folder, program)
        .map_err(|reason| WasiError::Unusable { program: program.to_owned(), reason: reason.to_string() })?;
    let component = component::Component::from_binary(&engine, &bytes).map_err(unusable)?;
    let linker = world::linker(&engine).map_err(unusable)?;
    let world = World::new(folder, program, arguments, limits).map_err(unusable)?;
    let mut store = Store::new(&engine, world);
    store.limiter(World::limiter);
    let command = Command::instantiate(&mut store, &component, &linker).map_err(unusable)?;
    match command.wasi_cli_run().call_run(&mut store) {
        Ok(Ok(())) => Ok(0),
        Ok(Err(())) => Ok(1),
        Err(error) => exit_code(program, &error),
    }
}

/// The component's bytes: a file of the folder, reached beneath its handle.
fn read(folder: &Path, program: &str) -> io::Result<Vec<u8>> {
    let dir = Dir::open_ambient_dir(folder, ambient_authority())?;
    if !dir.metadata(program)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut bytes = Vec::new();
    dir.open(program)?.take(COMPONENT_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > COMPONENT_BYTES_MAX {
        true => Err(io::Error::other("it is larger than 256 MiB")),
        false => Ok(bytes),
    }
}

fn exit_code(program: &str, error: &wasmtime::Error) -> Result<u8, WasiError> {
    match error.downcast_ref::<I32Exit>() {
        Some(exit) => Ok(u8::try_from(exit.0).unwrap_or(u8::MAX)),
        None => Err(WasiError::Trapped { program: program.to_owned(), reason: told(error) }),
    }
}

/// The cause of all, in a line.
fn told(error: &wasmtime::Error) -> String {
    error.root_cause().to_string().lines().next().unwrap_or_default().to_owned()
}
