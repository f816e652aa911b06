use std::{fmt, process::ExitCode};

use agent_contract::{Fault, result::Outcome};
use kernel::KernelError;
use ledger::LedgerError;
use policy::verdict;
use runner::{LoadError, StartError};
use serde_json::json;

use crate::terminal::out::say;
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

    /// What was said on the command line can't be meant. Its words on one line, without
    /// the usage that `--help` has.
    pub fn usage(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        let told =
            text.split("\n\n").filter(|part| !part.starts_with("Usage:") && !part.starts_with("For more"));
        let told = told.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
        let message = told.strip_prefix("error: ").unwrap_or(&told).to_owned();
        Self::invalid("usage", format!("{message}\nhint: `--help` says what there is"))
    }

    /// What was done was done, and could not be told.
    pub fn output_lost(error: &str) -> Self {
        let message = format!(
            "standard output can't be written: {error}\nhint: what was run is recorded; see `code-assist audit list`"
        );
        Self { outcome: Outcome::Unavailable, code: "output-lost".to_owned(), message }
    }

    /// The message, put into other words.
    pub fn reworded(self, reword: impl FnOnce(String) -> String) -> Self {
        Self { message: reword(self.message), ..self }
    }

    /// Puts the place in front of the message.
    pub fn at(self, place: impl fmt::Display) -> Self {
        Self { message: format!("{place}: {}", self.message), ..self }
    }

    /// Prints the problem and gives the exit code.
    pub fn report(self, json: bool) -> ExitCode {
        ExitCode::from(self.tell(json))
    }

    /// Prints the problem, where others may follow, and gives the exit code.
    pub fn tell(self, json: bool) -> u8 {
        let code = self.outcome.exit_code();
        let message = line(&self.message);
        if json {
            let problem =
                json!({ "outcome": self.outcome, "exit_code": code, "code": self.code, "message": message });
            say!("{}", json!({ "error": problem }));
        }
        anstream::eprintln!("{}error{}: {message}", style::BAD, style::RESET);
        code
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<KernelError> for Problem {
    fn from(error: KernelError) -> Self {
        Self { outcome: Outcome::Invalid, code: error.code.to_string(), message: error.message }
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        match error.is_damage() {
            true => Self::integrity("trace-unreadable", error.to_string()),
            false => Self::invalid("trace-unreadable", error.to_string()),
        }
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
