//! What models are told, from files that carry their version in their names.

use sha2::{Digest as _, Sha256};

/// A prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prompt {
    /// Its name, with its version.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// For changing.
pub const EDIT: Prompt = Prompt { name: "edit.1", text: include_str!("../../prompts/edit.1.md") };
/// For planning.
pub const PLAN: Prompt = Prompt { name: "plan.1", text: include_str!("../../prompts/plan.1.md") };
/// For judging.
pub const REVIEW: Prompt = Prompt { name: "review.1", text: include_str!("../../prompts/review.1.md") };

/// Every prompt.
pub const PROMPTS: &[Prompt] = &[PLAN, EDIT, REVIEW];

impl Prompt {
    /// The SHA-256 of its text, in hexadecimal.
    pub fn sha256(&self) -> String {
        Sha256::digest(self.text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
