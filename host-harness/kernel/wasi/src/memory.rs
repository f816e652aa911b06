use wasmtime::{ResourceLimiter, Result, bail};

/// Bytes that an element of a table takes.
const ELEMENT_BYTES: usize = 16;
/// Memories, tables and instances that one component may have.
const COUNT_MAX: usize = 100;

/// What all memories and tables of a component take together.
pub struct Memory {
    taken: usize,
    max: usize,
}

impl Memory {
    pub fn new(max: usize) -> Self {
        Self { taken: 0, max }
    }

    fn grow(&mut self, more: usize) -> Result<bool> {
        let taken = self.taken.saturating_add(more);
        if taken > self.max {
            bail!("it takes more than {} bytes of memory", self.max);
        }
        self.taken = taken;
        Ok(true)
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        self.grow(desired.saturating_sub(current))
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        self.grow(desired.saturating_sub(current).saturating_mul(ELEMENT_BYTES))
    }

    fn instances(&self) -> usize {
        COUNT_MAX
    }

    fn tables(&self) -> usize {
        COUNT_MAX
    }

    fn memories(&self) -> usize {
        COUNT_MAX
    }
}
