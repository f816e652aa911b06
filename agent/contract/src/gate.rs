//! The production gates: their names, their policy, their results.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{closed::closed_enum, limit};

closed_enum! {
    /// The eleven gates before the words 'production-ready'.
    pub enum GateName {
        /// The ledger is complete and its chain whole.
        AuditTrace = "audit_trace",
        /// No secret in the change.
        Secrets = "secrets",
        /// No dependency with a known vulnerability.
        Dependencies = "dependencies",
        /// No finding of static analysis.
        Sast = "sast",
        /// The container file is sound.
        Container = "container",
        /// Infrastructure and configuration files are sound.
        Iac = "iac",
        /// The bill of materials is whole.
        Sbom = "sbom",
        /// Licences agree with the policy.
        Licence = "licence",
        /// What the README says still holds.
        Consistency = "consistency",
        /// The checks of this very tree passed.
        Checks = "checks",
        /// The container came up in a local simulation.
        Simulation = "simulation",
    }
}

closed_enum! {
    /// How grave a finding is.
    pub enum Severity {
        /// Worth knowing.
        Low = "low",
        /// Worth mending.
        Medium = "medium",
        /// Must be mended before production.
        High = "high",
        /// Must be mended now.
        Critical = "critical",
    }
}

closed_enum! {
    /// What a gate says.
    pub enum GateOutcome {
        /// It ran and found nothing that fails.
        Pass = "pass",
        /// It ran and found something that fails.
        Fail = "fail",
        /// It has nothing to look at here.
        NotApplicable = "not_applicable",
        /// It can't be run by this Runner.
        Unavailable = "unavailable",
        /// It broke.
        Error = "error",
    }
}

/// The gates that the caller wants. It can only tighten the Runner's own policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GatePolicy {
    /// Gates that must pass, beyond those that the mode requires.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limit::GATES_MAX), extend("uniqueItems" = true))]
    pub required: Vec<GateName>,
    /// The least severity that fails a gate.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub fail_on: Option<Severity>,
}

/// What came of one gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateResult {
    /// The gate.
    pub gate: GateName,
    /// Whether it had to pass.
    pub required: bool,
    /// What it says.
    pub outcome: GateOutcome,
    /// Why, in the order of weight.
    pub reasons: Vec<String>,
}

impl GateResult {
    /// Whether it stands in the way of success.
    pub fn fails(&self) -> bool {
        let passed = matches!(self.outcome, GateOutcome::Pass | GateOutcome::NotApplicable);
        self.required && !passed
    }
}
