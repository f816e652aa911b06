//! What a decision point says, and what several of them come to.

use agent_contract::capability::Scope;
use serde::{Deserialize, Serialize};

use crate::Code;

/// Allow, ask or deny. Ordered: the strictest is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// It may.
    Allow,
    /// It may when a person who may approves it.
    Ask,
    /// It may not.
    Deny,
}

/// The protocols of decision points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// The rules of the Runner's own configuration.
    LocalPolicy,
    /// OpenID AuthZEN Authorization API 1.0.
    Authzen,
    /// A Rego policy, evaluated in the process.
    Rego,
    /// The data API of an Open Policy Agent.
    Opa,
    /// OpenFGA.
    Openfga,
    /// An Agent ID 0.2.0 record.
    AgentId,
    /// Another AGenNext Runner.
    Runner,
}

/// Why something is not allowed: a code, and a message for the person who is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Objection {
    /// Its code.
    pub code: Code,
    /// What happened, in a sentence.
    pub message: String,
}

impl Objection {
    /// An objection.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// What one decision point says to one question. Whatever is not a clear yes is an
/// objection.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Allow, ask or deny.
    pub stance: Stance,
    /// Why not; `None` exactly where the stance is `Allow`.
    pub objection: Option<Objection>,
    /// What it said for people to read.
    pub reasons: Vec<String>,
    /// How far the capability may reach at the most.
    pub narrowing: Scope,
    /// The capability of another Runner that stands behind this one, with its end.
    pub behind: Option<Behind>,
    /// Milliseconds for which the same answer holds, where the protocol says so.
    pub fresh_ms: Option<u64>,
}

/// A capability of another Runner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// Its id there.
    pub capability_id: String,
    /// When it ends, in milliseconds since 1970.
    pub expires_ms: u64,
}

impl Word {
    /// A plain yes.
    pub fn allow() -> Self {
        Self {
            stance: Stance::Allow,
            objection: None,
            reasons: Vec::new(),
            narrowing: Scope::default(),
            behind: None,
            fresh_ms: None,
        }
    }

    /// It may when a person approves it.
    pub fn ask(message: impl Into<String>) -> Self {
        let objection = Some(Objection::new(Code::ApprovalNeeded, message));
        Self { stance: Stance::Ask, objection, ..Self::allow() }
    }

    /// A no.
    pub fn deny(objection: Objection) -> Self {
        Self { stance: Stance::Deny, objection: Some(objection), ..Self::allow() }
    }
}

/// Whatever went wrong is a no.
impl From<Result<Word, Objection>> for Word {
    fn from(word: Result<Word, Objection>) -> Self {
        word.unwrap_or_else(Self::deny)
    }
}

/// A word with who said it, on what grounds and how quickly.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The decision point, by its name in the configuration.
    pub point: String,
    /// Its protocol.
    pub protocol: Protocol,
    /// Who answered: an address, or where a policy or a record is from.
    pub by: String,
    /// The SHA-256 of the policy or record that decided, where it is known.
    pub policy_sha256: Option<String>,
    /// The id of the model that decided, where the protocol has one.
    pub model: Option<String>,
    /// What it said.
    pub word: Word,
    /// How long it took, in microseconds.
    pub latency_us: u64,
    /// Whether it is an earlier answer that still holds.
    pub cached: bool,
}
