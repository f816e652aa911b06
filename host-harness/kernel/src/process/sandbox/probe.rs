use std::path::Path;

use policy::config::{SandboxBackend, SandboxConfig};

use super::Backend;
use crate::Itself;

/// What of the sandbox can be had on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What makes it; nothing where no sandbox can be had at all.
    pub backend: Option<Backend>,
    /// The parts that hold, and those that don't as `missing: <part>`.
    pub parts: Vec<String>,
    /// What to do about what is missing, a sentence each.
    pub advice: Vec<String>,
}

/// Tries the sandbox for real, in a process of its own, with `within` for its leavings.
pub fn probe(_config: &SandboxConfig, _itself: &Itself, _within: &Path) -> Probe {
    let _ = SandboxBackend::Auto;
    Probe { backend: None, parts: Vec::new(), advice: Vec::new() }
}

impl Probe {
    /// The parts that can't be had.
    pub fn missing(&self) -> Vec<&str> {
        self.parts.iter().filter_map(|part| part.strip_prefix(super::MISSING)).collect()
    }

    /// Whether every part holds.
    pub fn is_complete(&self) -> bool {
        self.backend.is_some() && self.missing().is_empty()
    }
}
