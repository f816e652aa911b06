//! The production gates: their names, their policy, their results.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{RepoPath, closed::closed_enum, limit};

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

closed_enum! {
    /// How a finding stands to the change.
    pub enum Standing {
        /// The change brought it.
        New = "new",
        /// It was there before.
        Old = "old",
    }
}

/// A place in a file, counted from one; a column is a byte of its line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// The file.
    pub path: RepoPath,
    /// The first line; absent where the finding is of the whole file.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The first column.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The last line.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u32>,
    /// The column after the last.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub end_column: Option<u32>,
}

/// Something that a gate found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The rule that it breaks.
    pub rule: String,
    /// How grave it is.
    pub severity: Severity,
    /// Where it is; absent where it is of the whole repository.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What it is known by, the same wherever the lines around it move.
    pub fingerprint: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// The tool that found it.
    pub tool: String,
    /// Whether the change brought it.
    pub standing: Standing,
    /// Whether it stands in the way of its gate.
    pub fails: bool,
    /// Who answers for letting it be, where somebody does.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Waiver>,
}

impl Finding {
    /// Where, what, and what to do about it.
    pub fn told(&self) -> String {
        let place = self.location.as_ref().map(|at| match at.line {
            Some(line) => format!("{}:{line}: ", at.path),
            None => format!("{}: ", at.path),
        });
        let place = place.unwrap_or_default();
        format!("{place}{} [{} {}]: {}", self.message, self.severity, self.rule, self.remedy)
    }
}

/// A finding that somebody answers for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The finding.
    pub fingerprint: String,
    /// Why it may be.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it counts, as `YYYY-MM-DD`.
    pub expires: String,
}

/// Files that a gate did not look into, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Skipped {
    /// Why.
    pub reason: String,
    /// How many.
    pub files: u64,
    /// The first of them.
    pub paths: Vec<RepoPath>,
}

/// What a gate looked into: what it scanned and what it skipped are everything there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Who looked.
    pub tool: String,
    /// What was to be looked into.
    pub scope: String,
    /// The files of it.
    pub files: u64,
    /// Those that were scanned.
    pub scanned: u64,
    /// The bytes in them.
    pub bytes: u64,
    /// Those that were not, by reason.
    pub skipped: Vec<Skipped>,
    /// The SHA-256 over the paths and contents of everything.
    pub tree_sha256: String,
    /// Whether the fault that was planted beside the real files was found.
    pub canary: bool,
}

/// A tool, or data, that a gate relied on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Its version; of data, its date.
    pub version: String,
    /// The SHA-256 of it.
    pub sha256: String,
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
    /// What it found, the gravest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// What it looked into, for each that looked; empty where it looks into records and not
    /// into files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coverage: Vec<Coverage>,
    /// The tools, rules and data that it relied on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
}

impl GateResult {
    /// A result without findings.
    pub fn new(gate: GateName, required: bool, outcome: GateOutcome, reasons: Vec<String>) -> Self {
        Self {
            gate,
            required,
            outcome,
            reasons,
            findings: Vec::new(),
            coverage: Vec::new(),
            sources: Vec::new(),
        }
    }

    /// What stands in its way, a line each with what to do about it.
    pub fn faults(&self) -> impl Iterator<Item = String> {
        self.findings.iter().filter(|finding| finding.fails).map(Finding::told)
    }

    /// Whether it stands in the way of success.
    pub fn fails(&self) -> bool {
        let passed = matches!(self.outcome, GateOutcome::Pass | GateOutcome::NotApplicable);
        self.required && !passed
    }
}
