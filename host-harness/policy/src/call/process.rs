use agent_contract::{CapabilityName, gate::GateName};
use serde_json::{Value, json};

use super::{Call, Malformed, Parsed, count, text};
use crate::Code;

const NAMES_MAX: usize = 256;

/// `process.run-checks`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunChecksCall {
    /// The checks, by name.
    pub names: Vec<String>,
}

impl RunChecksCall {
    /// Parses the arguments.
    pub fn parse(names: &[String]) -> Parsed<Self> {
        count("names", names.len(), NAMES_MAX)?;
        Ok(Self { names: names.iter().map(|name| text("names", name, 100)).collect::<Parsed<_>>()? })
    }
}

impl Call for RunChecksCall {
    const FUNCTION: &'static str = "process.run-checks";
    const CAPABILITY: CapabilityName = CapabilityName::RepoCheck;

    fn describe(&self) -> Value {
        json!({ "names": self.names })
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
