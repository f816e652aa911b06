//! Where secrets are kept.

use serde::Deserialize;

/// The HashiCorp Vault that credentials may be kept in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VaultConfig {}

impl VaultConfig {
    /// Its files, sought beside the configuration.
    pub(super) fn files(&mut self) -> Vec<&mut String> {
        Vec::new()
    }

    /// What can't be.
    pub(super) fn fault(&self) -> Option<String> {
        None
    }
}
