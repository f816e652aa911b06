//! Secrets: what the Runner knows and nobody else is told.

mod leaving;

pub use leaving::Leaving;

use secrecy::SecretString;

/// Every secret that this process has read, by name. Clones share what they know.
#[derive(Debug, Clone, Default)]
pub struct Known {}

impl Known {
    /// Takes up a secret under a name that may be told.
    pub fn learn(&self, _name: &str, _secret: &SecretString) {}

    /// Whether there is any secret at all.
    pub fn is_empty(&self) -> bool {
        true
    }

    /// The name of a secret that a text holds, in any of the forms that are looked for.
    pub fn find(&self, _text: &[u8]) -> Option<String> {
        None
    }

    /// The text with each secret, in any of these forms, replaced by its name.
    pub fn redact(&self, text: Vec<u8>) -> Vec<u8> {
        text
    }
}
