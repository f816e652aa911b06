use agent_contract::{CapabilityName, document};
use serde_json::{Value, json};

use super::{Call, Malformed, Parsed, text};

/// `audit.record`
#[derive(Debug, Clone, PartialEq)]
pub struct NoteCall {
    /// What kind of note, in the agent's own words.
    pub kind: String,
    /// The note.
    pub note: Value,
}

impl NoteCall {
    /// Parses the arguments.
    pub fn parse(kind: &str, note: &str) -> Parsed<Self> {
        let note = text("note", note, 65_536)?;
        let note = document::parse_value(&note).map_err(|fault| Malformed::argument("note", fault))?;
        Ok(Self { kind: text("kind", kind, 100)?, note })
    }
}

impl Call for NoteCall {
    const FUNCTION: &'static str = "audit.record";
    const CAPABILITY: CapabilityName = CapabilityName::AuditWrite;

    fn describe(&self) -> Value {
        json!({ "kind": self.kind, "note": self.note })
    }

    fn bytes(&self) -> u64 {
        self.note.to_string().len() as u64
    }
}

/// `audit.progress`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressCall {
    /// The pass that starts.
    pub pass: String,
}

impl ProgressCall {
    /// Parses the arguments.
    pub fn parse(pass: &str) -> Parsed<Self> {
        match pass.chars().any(char::is_control) {
            true => Err(Malformed::argument("pass", "holds a control character")),
            false => Ok(Self { pass: text("pass", pass, 100)? }),
        }
    }
}

impl Call for ProgressCall {
    const FUNCTION: &'static str = "audit.progress";
    const CAPABILITY: CapabilityName = CapabilityName::AuditWrite;

    fn describe(&self) -> Value {
        json!({ "pass": self.pass })
    }
}
