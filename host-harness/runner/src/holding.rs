//! What holds the checks of a run, found before its agent starts.

use agent_contract::RunMode;
use kernel::process::{
    sandbox::{self, Backend, Probe},
    wasi,
};
use policy::Code;
use serde_json::{Value, json};

use crate::{outside::Outside, setup::Setup, start_error::StartError};

/// What holds the checks.
#[derive(Debug, Clone)]
pub(crate) enum Holding {
    /// There is none that a sandbox would have to hold.
    Nothing,
    /// A sandbox, with the parts that it has and those that are missing.
    Sandbox(Backend, Vec<String>),
    /// Nothing, as the developer wants it.
    Unsandboxed,
    /// Nothing can: what is missing, and what to do about it.
    Unavailable(Probe),
}

/// Finds out what holds the checks. A production change is held by a whole sandbox or
/// does not start.
pub(crate) fn find(setup: &Setup, outside: &Outside) -> Result<Holding, StartError> {
    let production = setup.request.mode == RunMode::ProductionChange;
    if setup.unsandboxed && production {
        let message = "a production_change is never run unsandboxed\nhint: leave `--unsandboxed` out, or run a proposed_change";
        return Err(StartError::invalid("sandbox-required", message));
    }
    if !outside.checks.commands_of_all().any(|command| !wasi::is_component(&command.argv)) {
        return Ok(Holding::Nothing);
    }
    if setup.unsandboxed {
        return Ok(Holding::Unsandboxed);
    }
    sandbox::refuse_unshowable(&setup.config.sandbox).map_err(|error| {
        StartError::invalid("config-invalid", format!("sandbox: `read_only`: {}", error.message))
    })?;
    let probe = sandbox::probe(&setup.config.sandbox, &setup.itself, &outside.copies);
    match (probe.backend, production && !probe.is_complete()) {
        (_, true) => Err(StartError::unavailable(Code::SandboxUnavailable, incomplete(&probe))),
        (Some(backend), false) => Ok(Holding::Sandbox(backend, probe.parts)),
        (None, false) => Ok(Holding::Unavailable(probe)),
    }
}

fn incomplete(probe: &Probe) -> String {
    let missing = probe.missing().join(", ");
    let hints: String = probe.advice.iter().map(|advice| format!("\nhint: {advice}")).collect();
    format!("a production_change needs the whole sandbox, and this machine lacks: {missing}{hints}")
}

impl Holding {
    /// What the trace says of it.
    pub fn describe(&self) -> Value {
        match self {
            Self::Nothing => json!({ "held": "nothing to hold" }),
            Self::Sandbox(backend, parts) => json!({ "held": "sandbox", "backend": backend, "parts": parts }),
            Self::Unsandboxed => json!({ "held": "unsandboxed" }),
            Self::Unavailable(probe) => json!({ "held": "unavailable", "parts": probe.parts }),
        }
    }
}

/// What a check that nothing can hold says instead of running.
pub(crate) fn unheld(probe: &Probe) -> String {
    let missing = probe.missing().join(", ");
    let hints: String = probe.advice.iter().map(|advice| format!("\nhint: {advice}")).collect();
    format!(
        "sandbox-unavailable: this machine can't hold a check: {missing}{hints}\nhint: `--unsandboxed` runs it with all that you may do"
    )
}
