//! What the caller allows beyond a change in the workspace: nothing, unless said.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Explicit allowances. All are off by default, and merge does not exist.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Allowances {
    /// The change may be committed to the work branch.
    pub commit: bool,
    /// The work branch may be pushed.
    pub push: bool,
    /// A pull request may be opened.
    pub pull_request: bool,
    /// People may be notified.
    pub notify: bool,
}
