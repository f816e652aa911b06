//! What happens in a run, told while it happens.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::closed::closed_enum;

closed_enum! {
    /// What happened. Later versions may add names; a reader passes over those it does not know.
    pub enum EventName {
        /// A run started.
        RunStarted = "run.started",
        /// A pass of the agent started.
        PassStarted = "pass.started",
        /// A capability was issued.
        CapabilityIssued = "capability.issued",
        /// A capability was refused.
        CapabilityRefused = "capability.refused",
        /// A call was allowed and done.
        CallAllowed = "call.allowed",
        /// A call was denied.
        CallDenied = "call.denied",
        /// A call was allowed and failed.
        CallFailed = "call.failed",
        /// A file of the workspace changed.
        FileChanged = "file.changed",
        /// A check ended.
        CheckFinished = "check.finished",
        /// A gate said its word.
        GateFinished = "gate.finished",
        /// The agent failed at the task, or was stopped.
        TaskFailed = "task.failed",
        /// The change was placed.
        ChangePlaced = "change.placed",
        /// A run ended; its result comes with it.
        RunFinished = "run.finished",
    }
}

/// Something that happened in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Its place among the events of the run, from zero, without gaps.
    pub seq: u64,
    /// The run.
    pub run_id: String,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// What happened.
    pub event: EventName,
    /// The particulars.
    pub details: Map<String, Value>,
}
