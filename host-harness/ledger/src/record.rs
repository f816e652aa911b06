use serde::{Deserialize, Serialize};
use serde_json::Value;

macro_rules! kinds {
    ( $( $(#[$doc:meta])* $case:ident = $text:literal, )+ ) => {
        /// The kind of a record.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Kind { $( $(#[$doc])* #[serde(rename = $text)] $case, )+ }

        impl Kind {
            /// The kind as it stands in the trace.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$case => $text, )+ }
            }
        }
    };
}

kinds! {
    /// A run starts: request, component, configuration, target.
    RunStarted = "run.started",
    /// A capability was issued.
    CapabilityIssued = "capability.issued",
    /// A capability was refused.
    CapabilityRefused = "capability.refused",
    /// A capability was revoked.
    CapabilityRevoked = "capability.revoked",
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
    /// In the index: a run starts.
    IndexStarted = "index.started",
    /// In the index: a run is over, with the head of its chain.
    IndexFinished = "index.finished",
}

/// A record of a chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Its place in the chain, from zero.
    pub seq: u64,
    /// The run.
    pub run_id: String,
    /// When, in milliseconds of the Runner's clock.
    pub time_ms: u64,
    /// The kind.
    pub kind: Kind,
    /// What happened.
    pub body: Value,
    /// The hash of the record before; zeros for the first.
    pub previous: String,
    /// The hash of this record without this field, in canonical form.
    pub hash: String,
}
