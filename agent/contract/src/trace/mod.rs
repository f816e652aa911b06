//! What happened in a run, record by record.

mod body;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::closed::closed_enum;

closed_enum! {
    /// The kind of a record.
    pub enum Kind {
        /// A run starts: request, component, configuration, target.
        RunStarted = "run.started",
        /// A capability was issued.
        CapabilityIssued = "capability.issued",
        /// A capability was refused.
        CapabilityRefused = "capability.refused",
        /// A capability was revoked.
        CapabilityRevoked = "capability.revoked",
        /// A capability came to its end: its time, its uses or its bytes.
        CapabilityExpired = "capability.expired",
        /// A call was decided; nothing has happened yet.
        CallOpened = "call.opened",
        /// What came of the call.
        CallClosed = "call.closed",
        /// The agent panicked.
        AgentPanicked = "agent.panicked",
        /// The agent gave its account, or was stopped.
        AgentEnded = "agent.ended",
        /// What a gate says.
        GateFinished = "gate.finished",
        /// The change is about to be placed; nothing has happened yet.
        PlacementOpened = "placement.opened",
        /// What came of the placement.
        PlacementClosed = "placement.closed",
        /// The change is about to leave the machine.
        PublicationOpened = "publication.opened",
        /// What came of that.
        PublicationClosed = "publication.closed",
        /// People are about to be told.
        NoticeOpened = "notice.opened",
        /// What came of that.
        NoticeClosed = "notice.closed",
        /// What the run found out was kept, or could not be.
        MemoryKept = "memory.kept",
        /// The result.
        RunResult = "run.result",
        /// The run is over. The last record.
        RunFinished = "run.finished",
        /// In the log of the store: the store begins.
        LogStarted = "log.started",
        /// In the log: a run starts.
        LogRunStarted = "log.run_started",
        /// In the log: a run is over, with the head and the root of its records.
        LogRunFinished = "log.run_finished",
        /// In the log: a run of another store was taken in.
        LogRunImported = "log.run_imported",
        /// In the log: what a run kept is gone, by the rules of retention.
        LogRunPruned = "log.run_pruned",
        /// In the log: a payload was taken out of the store.
        LogPayloadRemoved = "log.payload_removed",
        /// In the log: a run is to be kept, whatever its age.
        LogHoldPlaced = "log.hold_placed",
        /// In the log: a run need no longer be kept.
        LogHoldReleased = "log.hold_released",
    }
}

/// A record of a run, or of the log of a store.
///
/// Its line is this document in canonical JSON (RFC 8785). The line is a leaf of the Merkle
/// tree of its run, and the next record names the hash of that leaf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// What happened.
    pub body: Value,
    /// The kind.
    pub kind: Kind,
    /// The hash of the record before as a leaf (RFC 6962), in hexadecimal; zeros for the first.
    pub previous: String,
    /// The run.
    pub run_id: String,
    /// Its place, from zero.
    pub seq: u64,
    /// When, in milliseconds since 1970 by the Runner's clock.
    pub time_ms: u64,
}

impl Kind {
    /// Whether an entry of the log is about a run whose trace the store has or had.
    pub fn is_of_run(self) -> bool {
        matches!(self, Self::LogRunStarted | Self::LogRunFinished | Self::LogRunImported | Self::LogRunPruned)
    }

    /// The kind that closes what a record of this kind opens.
    pub fn closed_by(self) -> Option<Self> {
        match self {
            Self::CallOpened => Some(Self::CallClosed),
            Self::PlacementOpened => Some(Self::PlacementClosed),
            Self::PublicationOpened => Some(Self::PublicationClosed),
            Self::NoticeOpened => Some(Self::NoticeClosed),
            _ => None,
        }
    }
}

/// A record of each kind with its body.
impl JsonSchema for Record {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Record".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let kinds: Vec<_> = Kind::ALL
            .iter()
            .map(|kind| json_schema!({ "properties": { "kind": { "const": kind.as_str() }, "body": body_of(*kind, generator) } }))
            .collect();
        let hash = json_schema!({ "type": "string", "pattern": "^[0-9a-f]{64}$" });
        let number = json_schema!({ "type": "integer", "minimum": 0, "maximum": crate::limit::INTEGER_MAX });
        json_schema!({
            "description": "A record of a run, or of the log of a store. Its line is this document in canonical JSON (RFC 8785); `previous` is the hash of the record before as a leaf (RFC 6962), zeros for the first.",
            "type": "object",
            "properties": {
                "body": { "type": "object" }, "kind": generator.subschema_for::<Kind>(), "previous": hash,
                "run_id": { "type": "string" }, "seq": number, "time_ms": number,
            },
            "required": ["body", "kind", "previous", "run_id", "seq", "time_ms"],
            "additionalProperties": false,
            "oneOf": kinds,
        })
    }
}

fn body_of(kind: Kind, generator: &mut SchemaGenerator) -> Schema {
    use body::{
        AgentEnded, AgentPanicked, CallClosed, CallOpened, CapabilityExpired, CapabilityIssued,
        CapabilityRefused, CapabilityRevoked, EffectClosed, EffectOpened, Empty, GateFinished, LogHold,
        LogPayloadRemoved, LogRunEnded, LogStarted, MemoryKept, RunFinished, RunResult, RunStarted,
    };
    match kind {
        Kind::RunStarted => generator.subschema_for::<RunStarted>(),
        Kind::CapabilityIssued => generator.subschema_for::<CapabilityIssued>(),
        Kind::CapabilityRefused => generator.subschema_for::<CapabilityRefused>(),
        Kind::CapabilityRevoked => generator.subschema_for::<CapabilityRevoked>(),
        Kind::CapabilityExpired => generator.subschema_for::<CapabilityExpired>(),
        Kind::CallOpened => generator.subschema_for::<CallOpened>(),
        Kind::CallClosed => generator.subschema_for::<CallClosed>(),
        Kind::AgentPanicked => generator.subschema_for::<AgentPanicked>(),
        Kind::AgentEnded => generator.subschema_for::<AgentEnded>(),
        Kind::GateFinished => generator.subschema_for::<GateFinished>(),
        Kind::PlacementOpened | Kind::PublicationOpened | Kind::NoticeOpened => {
            generator.subschema_for::<EffectOpened>()
        }
        Kind::PlacementClosed | Kind::PublicationClosed | Kind::NoticeClosed => {
            generator.subschema_for::<EffectClosed>()
        }
        Kind::MemoryKept => generator.subschema_for::<MemoryKept>(),
        Kind::RunResult => generator.subschema_for::<RunResult>(),
        Kind::RunFinished => generator.subschema_for::<RunFinished>(),
        Kind::LogStarted => generator.subschema_for::<LogStarted>(),
        Kind::LogRunFinished | Kind::LogRunImported => generator.subschema_for::<LogRunEnded>(),
        Kind::LogPayloadRemoved => generator.subschema_for::<LogPayloadRemoved>(),
        Kind::LogHoldPlaced | Kind::LogHoldReleased => generator.subschema_for::<LogHold>(),
        Kind::LogRunStarted | Kind::LogRunPruned => generator.subschema_for::<Empty>(),
    }
}
