use agent_contract::{report::Reason, result::Outcome};
use kernel::{KernelError, secret::Known};
use policy::{Code, verdict};

/// A run could not be started. Nothing has happened.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", reason.message)]
pub struct StartError {
    /// What it amounts to.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
}

impl StartError {
    /// The request or the set-up can't be used.
    pub fn invalid(code: &str, message: impl Into<String>) -> Self {
        Self { outcome: Outcome::Invalid, reason: Reason::new(code, message) }
    }

    /// The same without secrets: others' words may be a part of it.
    pub(crate) fn without(mut self, known: &Known) -> Self {
        self.reason.message = known.redact_text(self.reason.message);
        self
    }

    /// The change is where it belongs, and the trace that proves it has no end.
    pub(crate) fn unproved(error: &ledger::LedgerError) -> Self {
        let message = format!(
            "the change is placed, but its trace could not be finished: {error}\nhint: make room; `code-assist audit verify` says what the trace proves"
        );
        let reason = Reason::new(Code::TraceUnwritable.as_str(), message);
        Self { outcome: Outcome::Integrity, reason }
    }

    pub(crate) fn unavailable(code: Code, message: impl Into<String>) -> Self {
        Self { outcome: Outcome::Unavailable, reason: Reason::new(code.as_str(), message) }
    }
}

impl From<KernelError> for StartError {
    fn from(error: KernelError) -> Self {
        let outcome = match verdict::outcome_of(error.code) {
            outcome @ (Outcome::Unavailable | Outcome::Interrupted) => outcome,
            _ => Outcome::Invalid,
        };
        Self { outcome, reason: Reason::new(error.code.as_str(), error.message) }
    }
}

impl From<ledger::LedgerError> for StartError {
    fn from(error: ledger::LedgerError) -> Self {
        let hint = match (&error, error.is_damage()) {
            (ledger::LedgerError::Signature(_), _) => {
                "look at what signs, name a key that signed here before in `[ledger] trusted`, or name another with `--state-dir`"
            }
            (_, true) => "look at it with `code-assist audit verify`, or name another with `--state-dir`",
            (_, false) => "make room, or name another with `--state-dir`",
        };
        let message = format!("the state directory can't be written: {error}\nhint: {hint}");
        Self::invalid(Code::TraceUnwritable.as_str(), message)
    }
}
