//! What is kept from run to run.

use serde::Deserialize;

/// The memory of a repository.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MemoryConfig {
    /// Whether there is any.
    pub enabled: bool,
}
