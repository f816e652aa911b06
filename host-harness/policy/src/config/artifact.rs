//! Where artifacts are kept.

use serde::Deserialize;

/// Where artifacts are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArtifactsConfig {}

impl ArtifactsConfig {
    /// Its files, sought beside the configuration.
    pub(super) fn files(&mut self) -> Vec<&mut String> {
        Vec::new()
    }

    /// What can't be.
    pub(super) fn fault(&self) -> Option<String> {
        None
    }
}
