//! What the bodies of records hold, for their schema. Later versions may add fields.

use schemars::JsonSchema;
use serde_json::Value;

use crate::{gate::GateResult, operation::Operation, refusal::Refusal};

macro_rules! bodies {
    ( $( $(#[$doc:meta])* $name:ident { $( $(#[$field_doc:meta])* $field:ident: $type:ty, )* } )+ ) => {
        $(
            $(#[$doc])*
            #[derive(JsonSchema)]
            #[allow(dead_code, reason = "it describes what is written elsewhere")]
            pub(super) struct $name { $( $(#[$field_doc])* $field: $type, )* }
        )+
    };
}

bodies! {
    /// A run starts.
    RunStarted {
        /// SHA-256 of the request, which is kept.
        request: String,
        /// SHA-256 of what every decision is made in, which is kept: subject, agent, Agent ID.
        setting: String,
        /// SHA-256 of the local policy.
        policy: String,
        /// SHA-256 of the configuration's text.
        configuration: Option<String>,
        /// The decision points beside the local policy.
        decision_points: Vec<Value>,
        /// The run mode.
        mode: String,
        /// SHA-256 of the component.
        component: String,
        /// Whether it is part of the Runner's program.
        embedded: bool,
        /// The version of the contract.
        contract: String,
        /// The version of the Runner.
        runner: String,
        /// Processor and system.
        platform: String,
        /// The repository.
        root: String,
        /// The commit that the run starts from.
        commit: Option<String>,
        /// Its branch.
        branch: Option<String>,
        /// What holds checks.
        sandbox: Value,
        /// The limits in force.
        limits: Value,
        /// The run that is gone on with.
        resumes: Option<String>,
        /// The trace that the run is a part of, as W3C has it.
        trace_context: Option<Value>,
        /// What the record names.
        payloads: Vec<String>,
    }
    /// A capability was issued.
    CapabilityIssued {
        /// Its id.
        capability: String,
        /// What it is for.
        operation: String,
        /// How far it reaches.
        scope: Value,
        /// When it ends, in milliseconds since 1970.
        expires_ms: Option<u64>,
        /// Why the agent asked for it.
        reason: String,
        /// The question and the decision, with every decision point's answer.
        proof: Value,
        /// SHA-256 of what the agent said.
        said: String,
    }
    /// A capability was refused, or something that needs one.
    CapabilityRefused {
        /// What was asked for.
        operation: String,
        /// Why not.
        refusal: Option<Refusal>,
        /// The question and the decision.
        proof: Option<Value>,
        /// SHA-256 of what the agent said.
        said: Option<String>,
        /// What the agent was told: the SHA-256 of it.
        answer: Option<Value>,
        /// What the record names.
        payloads: Option<Vec<String>>,
    }
    /// A capability was revoked.
    CapabilityRevoked {
        /// Its id, or `all`.
        capability: String,
        /// Who revoked it, where that was no person.
        by: Option<String>,
    }
    /// A capability came to its end.
    CapabilityExpired {
        /// Its id.
        capability: String,
        /// What came to its end: `time`, `uses`, `bytes`.
        by: String,
    }
    /// A call was decided.
    CallOpened {
        /// The host function.
        function: String,
        /// The capability that it was made under.
        capability: String,
        /// SHA-256 of what the agent said.
        said: String,
        /// What it is about.
        arguments: Value,
        /// Whether it is allowed, with the proof.
        decision: Decided,
    }
    /// A decision in the record of a call.
    Decided {
        /// Whether it is allowed.
        allow: bool,
        /// The decision's id, the digest of its question, every decision point's answer.
        proof: Value,
        /// Why not.
        refusal: Option<Refusal>,
    }
    /// What came of a call.
    CallClosed {
        /// The record that it closes.
        opened: u64,
        /// What was done.
        done: Option<Value>,
        /// Code of the refusal.
        refused: Option<String>,
        /// What failed.
        failed: Option<Value>,
        /// Code of why what was done was not given to the agent.
        withheld: Option<String>,
        /// Why the run was stopped in it.
        stopped: Option<String>,
        /// What was done to files.
        operations: Option<Vec<Operation>>,
        /// What the agent was told: the SHA-256 of it.
        answer: Value,
        /// What the record names.
        payloads: Vec<String>,
    }
    /// The agent panicked.
    AgentPanicked {
        /// Its last words.
        message: String,
    }
    /// The agent ended.
    AgentEnded {
        /// Its account.
        report: Option<Value>,
        /// SHA-256 of the account as it was written.
        report_sha256: Option<String>,
        /// Why it was stopped: the limit, for one.
        stopped: Option<Value>,
        /// Calls that it made.
        calls: u64,
        /// What the record names.
        payloads: Option<Vec<String>>,
    }
    /// Something that leaves the run's memory is about to happen.
    EffectOpened {
        /// The files, each with its state before and after.
        files: Option<Vec<Value>>,
        /// Where the change goes.
        goal: Option<Value>,
        /// What the record names.
        payloads: Option<Vec<String>>,
        /// The binding that people are told by.
        binding: Option<String>,
    }
    /// What came of it.
    EffectClosed {
        /// The record that it closes.
        opened: u64,
        /// Why it did not succeed.
        failed: Option<Value>,
    }
    /// What was kept for later runs.
    MemoryKept {
        /// SHA-256 of it.
        memory: Option<String>,
        /// The code of why it was not kept.
        failed: Option<String>,
    }
    /// The result.
    RunResult {
        /// SHA-256 of the result, which is kept (`schemas/result.json`).
        result: String,
        /// What the record names: the result, and each artifact.
        payloads: Vec<String>,
    }
    /// The run is over.
    RunFinished {
        /// The outcome.
        outcome: String,
        /// The exit code.
        exit_code: u8,
    }
    /// The log begins.
    LogStarted {
        /// The name of the log.
        origin: String,
        /// The name of the log that was last written in the same place, and is not there any more.
        replaces: Option<String>,
    }
    /// A run is over, or was taken in.
    LogRunEnded {
        /// How many records it has.
        records: u64,
        /// The hash of the last.
        head: String,
        /// The root of their tree.
        root: String,
    }
    /// A payload was taken out.
    LogPayloadRemoved {
        /// SHA-256 of it.
        payload: String,
        /// Why.
        reason: String,
        /// Who did it.
        by: String,
    }
    /// A run is to be kept, or need no longer be.
    LogHold {
        /// Why.
        reason: Option<String>,
        /// Who says so.
        by: String,
    }
    /// Nothing more to say.
    Empty {}
}

/// The body of a record whose body is another document.
pub(super) type GateFinished = GateResult;
