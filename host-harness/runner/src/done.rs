//! What comes back from the Kernel: for the agent, for the trace, for the limits.

use agent_contract::operation::Operation;
use policy::Blob;
use serde_json::Value;

/// What an operation of the Kernel came to.
pub(crate) struct Done<T> {
    /// What the agent gets.
    pub value: T,
    /// What the trace gets.
    pub record: Value,
    /// The bytes that cross with it.
    pub bytes: u64,
    /// What was done to files.
    pub operations: Vec<Operation>,
    /// What is kept beside the trace: the record names it by its hash.
    pub kept: Option<Blob>,
}

impl<T> Done<T> {
    pub fn new(value: T, record: Value) -> Self {
        Self { value, record, bytes: 0, operations: Vec::new(), kept: None }
    }

    /// The same with the agent's part put into another form.
    pub fn map<U>(self, put: impl FnOnce(T) -> U) -> Done<U> {
        let Self { value, record, bytes, operations, kept } = self;
        Done { value: put(value), record, bytes, operations, kept }
    }

    pub fn with_bytes(self, bytes: usize) -> Self {
        Self { bytes: bytes as u64, ..self }
    }
}
