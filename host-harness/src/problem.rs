use std::process::ExitCode;

use agent_contract::{Fault, result::Outcome};
use kernel::KernelError;
use ledger::LedgerError;
use policy::verdict;
use runner::{LoadError, StartError};
use serde_json::json;

use crate::terminal::{line, style};

/// Why a command did not do what was asked: one line, and an exit code that says
/// whose turn it is.
#[derive(Debug, Clone)]
pub struct Problem {
    outcome: Outcome,
    code: String,
    message: String,
}

impl Problem {
    /// Bad input, or a set-up that can't be used.
    pub fn invalid(code: &str, message: impl Into<String>) -> Self {
        Self { outcome: Outcome::Invalid, code: code.to_owned(), message: message.into() }
    }

    /// The trace is not what was written.
    pub fn integrity(code: &str, message: impl Into<String>) -> Self {
        Self { outcome: Outcome::Integrity, code: code.to_owned(), message: message.into() }
    }

    /// Puts the place in front of the message.
    pub fn at(self, place: impl std::fmt::Display) -> Self {
        Self { message: format!("{place}: {}", self.message), ..self }
    }

    /// Prints the problem and gives the exit code.
    pub fn report(self, json: bool) -> ExitCode {
        let code = self.outcome.exit_code();
        let message = line(&self.message);
        if json {
            let problem =
                json!({ "outcome": self.outcome, "exit_code": code, "code": self.code, "message": message });
            anstream::println!("{}", json!({ "error": problem }));
        }
        anstream::eprintln!("{}error{}: {message}", style::BAD, style::RESET);
        ExitCode::from(code)
    }
}

impl From<KernelError> for Problem {
    fn from(error: KernelError) -> Self {
        Self { outcome: Outcome::Invalid, code: error.code.to_string(), message: error.message }
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        Self::invalid("trace-unreadable", error.to_string())
    }
}

impl From<StartError> for Problem {
    fn from(error: StartError) -> Self {
        Self { outcome: error.outcome, code: error.reason.code, message: error.reason.message }
    }
}

impl From<LoadError> for Problem {
    fn from(error: LoadError) -> Self {
        Self {
            outcome: verdict::outcome_of(error.code),
            code: error.code.to_string(),
            message: error.message,
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::invalid("request-invalid", fault.to_string())
    }
}
