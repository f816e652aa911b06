//! The two ways in which a call does not happen, told apart for ever: a refusal
//! is a decision, a failure is an accident. A trap is neither and has no type here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The Runner decided against a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// A stable code, listed in the documentation.
    pub code: String,
    /// What was refused and why.
    pub message: String,
    /// The exact grant that would have allowed it, where any could.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
}

/// A permitted call did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// A stable code, listed in the documentation.
    pub code: String,
    /// What failed, on which object.
    pub message: String,
    /// What to do about it, or what came close.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

impl Failure {
    /// A failure without hints.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), hints: Vec::new() }
    }
}
