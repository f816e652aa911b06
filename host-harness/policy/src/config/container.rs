//! How the repository's containers are simulated.

use serde::Deserialize;

/// How the repository's containers are simulated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContainerConfig {}

impl ContainerConfig {
    /// Its files, sought beside the configuration.
    pub(super) fn files(&mut self) -> Vec<&mut String> {
        Vec::new()
    }

    /// What can't be.
    pub(super) fn fault(&self) -> Option<String> {
        None
    }
}
