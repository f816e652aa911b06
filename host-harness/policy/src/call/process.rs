use agent_contract::{CapabilityName, check::CheckCommand, gate::GateName};
use serde_json::{Value, json};

use super::{Call, Malformed, Parsed, Touched, count, text};
use crate::Code;

const NAMES_MAX: usize = 256;

/// `process.run-checks`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunChecksCall {
    /// The checks, by name.
    pub names: Vec<String>,
    /// What they run, name and words.
    pub commands: Vec<CheckCommand>,
    /// The names of what they run.
    runs: Vec<String>,
    /// The change that they run on.
    pub changed: Vec<Touched>,
}

impl RunChecksCall {
    /// Parses the arguments.
    pub fn parse(names: &[String], commands: Vec<CheckCommand>, changed: Vec<Touched>) -> Parsed<Self> {
        count("names", names.len(), NAMES_MAX)?;
        let names = names.iter().map(|name| text("names", name, 100)).collect::<Parsed<_>>()?;
        let runs = commands.iter().map(|command| command.name.clone()).collect();
        Ok(Self { names, commands, runs, changed })
    }
}

impl Call for RunChecksCall {
    const FUNCTION: &'static str = "process.run-checks";
    const CAPABILITY: CapabilityName = CapabilityName::RepoCheck;

    fn describe(&self) -> Value {
        json!({
            "names": self.names, "commands": self.commands, "changed": Touched::describe(&self.changed),
        })
    }

    /// Whatever it is asked to look at, a check sees everything.
    fn is_whole(&self) -> bool {
        true
    }

    fn runs(&self) -> &[String] {
        &self.runs
    }

    fn checks(&self) -> &[String] {
        &self.names
    }
}

/// `process.scan`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanCall {
    /// The gates.
    pub gates: Vec<GateName>,
}

impl ScanCall {
    /// Parses the arguments.
    pub fn parse(names: &[String]) -> Parsed<Self> {
        count("gates", names.len(), NAMES_MAX)?;
        let unknown =
            |fault| Malformed { code: Code::GateUnknown, message: format!("argument `gates`: {fault}") };
        let gates =
            names.iter().map(|name| name.parse::<GateName>().map_err(|fault| unknown(fault.to_string())));
        Ok(Self { gates: gates.collect::<Parsed<_>>()? })
    }
}

impl Call for ScanCall {
    const FUNCTION: &'static str = "process.scan";
    const CAPABILITY: CapabilityName = CapabilityName::SecurityScan;

    fn describe(&self) -> Value {
        json!({ "gates": self.gates })
    }

    fn is_whole(&self) -> bool {
        true
    }
}

/// `process.simulate`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulateCall;

impl Call for SimulateCall {
    const FUNCTION: &'static str = "process.simulate";
    const CAPABILITY: CapabilityName = CapabilityName::ContainerSimulate;

    fn describe(&self) -> Value {
        json!({})
    }
}
