//! What the agent says at the end of its run. It has no authority: the Runner
//! takes the words and looks up the facts in its own records.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{closed::closed_enum, plan::Plan, refusal::Refusal};

closed_enum! {
    /// How far the agent came, as it sees it.
    pub enum Conclusion {
        /// It proposed a change and has nothing against it.
        Proposed = "proposed",
        /// It could not make the change.
        Failed = "failed",
        /// A call that it needed was refused.
        Refused = "refused",
        /// Something that it needed was not there.
        Unavailable = "unavailable",
        /// It made the plan that it was asked for, and no change.
        Planned = "planned",
    }
}

/// The agent's own account of its run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// How far it came.
    pub conclusion: Conclusion,
    /// Why, each with a code, in the order of weight.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// What it did, in a sentence.
    pub summary: String,
    /// The entry for the changelog, in Markdown.
    pub changelog: String,
    /// What a person should look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// What could be done next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub next_steps: Vec<String>,
    /// The plan, where one was asked for.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
}

/// A reason with a stable code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// A stable code, listed in the documentation.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do about it, or what came close.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

impl Reason {
    /// A reason without hints.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), hints: Vec::new() }
    }
}

impl From<Refusal> for Reason {
    fn from(refusal: Refusal) -> Self {
        Self { code: refusal.code, message: refusal.message, hints: refusal.grant.into_iter().collect() }
    }
}

impl From<crate::Failure> for Reason {
    fn from(failure: crate::Failure) -> Self {
        Self { code: failure.code, message: failure.message, hints: failure.hints }
    }
}
