//! A place beyond the machine, by the name that the agent uses.

use serde::Deserialize;

/// A binding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BindingConfig {
    /// Its name, which the agent uses.
    pub name: String,
    /// Its address.
    pub url: String,
}

impl BindingConfig {
    /// Its files, sought beside the configuration.
    pub(super) fn files(&mut self) -> Vec<&mut String> {
        Vec::new()
    }

    /// What can't be.
    pub(super) fn fault(&self) -> Option<String> {
        None
    }
}
