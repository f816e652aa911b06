use policy::{Code, verdict::Stopped};

/// The end of a run from within a host call: it unwinds the agent as a trap.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Stop {
    pub code: Code,
    pub message: String,
}

impl Stop {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<Stop> for Stopped {
    fn from(stop: Stop) -> Self {
        Self { code: stop.code, message: stop.message }
    }
}

impl From<ledger::LedgerError> for Stop {
    fn from(error: ledger::LedgerError) -> Self {
        Self::new(Code::TraceUnwritable, error.to_string())
    }
}
