//! What a run may cost at most.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::limit;

/// Limits that the caller sets. They can only narrow the Runner's own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budgets {
    /// Wall time of the whole run, in seconds.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = limit::SECONDS_MAX))]
    pub seconds: Option<u64>,
    /// Calls from the agent to its host.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = limit::INTEGER_MAX))]
    pub host_calls: Option<u64>,
    /// Bytes that cross between the agent and its host, both ways together.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = limit::INTEGER_MAX))]
    pub bytes: Option<u64>,
    /// Files that the change may touch.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = limit::INTEGER_MAX))]
    pub changed_files: Option<u64>,
    /// Lines that the change may add and remove, together.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = limit::INTEGER_MAX))]
    pub changed_lines: Option<u64>,
    /// Rounds of propose and check.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = limit::INTEGER_MAX))]
    pub steps: Option<u64>,
    /// Model tokens, in and out together.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = limit::INTEGER_MAX))]
    pub tokens: Option<u64>,
    /// Money for models, in millionths of a US dollar.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = limit::INTEGER_MAX))]
    pub micro_usd: Option<u64>,
}
