//! How a change leaves the machine.

use serde::Deserialize;

/// How a change leaves the machine: the path and what it may reach.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UpdateConfig {}

impl UpdateConfig {
    /// Its files, sought beside the configuration.
    pub(super) fn files(&mut self) -> Vec<&mut String> {
        Vec::new()
    }

    /// What can't be.
    pub(super) fn fault(&self) -> Option<String> {
        None
    }
}
