//! Where a change could be deployed.

use serde::Deserialize;

/// A deployment target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TargetConfig {}

impl TargetConfig {
    /// Its files, sought beside the configuration.
    pub(super) fn files(&mut self) -> Vec<&mut String> {
        Vec::new()
    }

    /// What can't be.
    pub(super) fn fault(&self) -> Option<String> {
        None
    }
}
