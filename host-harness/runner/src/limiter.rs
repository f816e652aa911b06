use policy::Code;
use wasmtime::ResourceLimiter;

use crate::stop::Stop;

/// Elements of a table at the most.
const TABLE_ELEMENTS_MAX: usize = 100_000;

/// Holds the agent to its memory. Asking for more ends the run with a word, where a
/// refused growth would end in a bare trap.
#[derive(Debug)]
pub(crate) struct Limiter {
    pub memory_bytes_max: u64,
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        match desired as u64 <= self.memory_bytes_max {
            true => Ok(true),
            false => Err(Stop::new(
                Code::LimitMemory,
                format!("the agent asked for {desired} bytes of memory, more than {}", self.memory_bytes_max),
            )
            .into()),
        }
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        match desired <= TABLE_ELEMENTS_MAX {
            true => Ok(true),
            false => {
                Err(Stop::new(Code::LimitMemory, format!("the agent asked for a table of {desired}")).into())
            }
        }
    }
}
