use std::path::Path;

use wasmtime::{
    Engine, ResourceLimiter, Result,
    component::{Linker, ResourceTable},
};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView};

use crate::{Limits, WORKSPACE, memory::Memory};

/// All that a component has.
pub struct World {
    ctx: WasiCtx,
    table: ResourceTable,
    memory: Memory,
}

impl World {
    /// A folder that it can read, its arguments, and where it prints.
    pub fn new(folder: &Path, program: &str, arguments: &[String], limits: Limits) -> Result<Self> {
        let mut ctx = WasiCtx::builder();
        ctx.arg(program).args(arguments).inherit_stdout().inherit_stderr();
        ctx.allow_tcp(false).allow_udp(false).allow_ip_name_lookup(false);
        for place in [WORKSPACE, "."] {
            ctx.preopened_dir(folder, place, FsPerms::ReadOnly)?;
        }
        let memory = Memory::new(limits.memory_bytes);
        Ok(Self { ctx: ctx.build(), table: ResourceTable::new(), memory })
    }

    /// What holds its memory.
    pub fn limiter(&mut self) -> &mut dyn ResourceLimiter {
        &mut self.memory
    }
}

impl WasiView for World {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.ctx, table: &mut self.table }
    }
}

/// The interfaces of WASI 0.2, and no others.
pub fn linker(engine: &Engine) -> Result<Linker<World>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    Ok(linker)
}
