//! A plan: what a run would do, what it needs for that, and what a person should look at
//! before it does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    CapabilityName, RepoPath, Request,
    capability::Scope,
    closed::closed_enum,
    fault::{plain, prose},
    limit,
    request::Version,
};

closed_enum! {
    /// Where the steps of a plan come from.
    pub enum PlanSource {
        /// From the request alone.
        Request = "request",
        /// From a recipe.
        Recipe = "recipe",
        /// From a model, which read what it was shown.
        Model = "model",
    }
}

closed_enum! {
    /// Whether a capability could be had when the plan was made.
    pub enum Standing {
        /// It was granted.
        Granted = "granted",
        /// A person has to approve it.
        NeedsApproval = "needs_approval",
        /// It was refused.
        Refused = "refused",
    }
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanStep {
    /// What is done.
    #[schemars(length(min = 1, max = limit::STEP_CHARS_MAX))]
    pub what: String,
    /// The files that it is about, as far as they are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limit::FILES_MAX))]
    pub files: Vec<RepoPath>,
}

/// A capability that a plan needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedCapability {
    /// The capability.
    pub capability: CapabilityName,
    /// No wider than this.
    #[serde(default, skip_serializing_if = "Scope::is_unlimited")]
    pub scope: Scope,
    /// What for.
    pub reason: String,
    /// Whether it could be had.
    pub standing: Standing,
    /// Why not, in the Runner's words.
    #[serde(default, deserialize_with = "crate::document::present", skip_serializing_if = "Option::is_none")]
    pub refused_because: Option<String>,
}

/// A plan. Nothing of it has been done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version of the contract.
    pub version: Version,
    /// What it is a plan for. To run the plan is to run this request, and no more than the
    /// plan says.
    pub request: Box<Request>,
    /// Where the steps come from.
    pub source: PlanSource,
    /// What is done, in order.
    pub steps: Vec<PlanStep>,
    /// What it needs, and why each.
    pub capabilities: Vec<PlannedCapability>,
    /// The files that are expected to change. Empty: nobody knows them yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<RepoPath>,
    /// The checks that the change has to pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<String>,
    /// What could go wrong, and what a person should look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<String>,
    /// What a person has to approve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<String>,
}

/// A plan that somebody agreed to, as a request carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgreedPlan {
    /// SHA-256 of the plan's document, in hexadecimal.
    #[schemars(regex(pattern = r"^[0-9a-f]{64}$"))]
    pub sha256: String,
    /// Its steps.
    #[schemars(length(max = limit::STEPS_MAX))]
    pub steps: Vec<PlanStep>,
}

impl Plan {
    /// The request that does what the plan says and no more: it may ask for the planned
    /// capabilities alone, each as narrow as it was planned.
    pub fn agreed(self, sha256: String) -> Request {
        let narrow = |planned: PlannedCapability| crate::capability::CapabilityRequest {
            capability: planned.capability,
            scope: planned.scope,
        };
        Request {
            capabilities: Some(self.capabilities.into_iter().map(narrow).collect()),
            files: if self.files.is_empty() { self.request.files.clone() } else { self.files },
            plan: Some(AgreedPlan { sha256, steps: self.steps }),
            until: None,
            ..*self.request
        }
    }

    /// The plan for people, in Markdown.
    pub fn markdown(&self) -> String {
        let title = prose(self.request.instruction.lines().next().unwrap_or_default());
        let mut text = format!("# Plan: {title}\n");
        let steps = self.steps.iter().enumerate().map(|(at, step)| format!("{}. {}", at + 1, step.told()));
        section(&mut text, "Steps", steps);
        section(&mut text, "Files", self.files.iter().map(|file| format!("- `{}`", plain(file.as_str()))));
        section(&mut text, "Checks", self.checks.iter().map(|check| format!("- `{}`", plain(check))));
        section(&mut text, "Capabilities", self.capabilities.iter().map(PlannedCapability::told));
        section(&mut text, "Risks", self.risks.iter().map(|risk| format!("- {}", prose(risk))));
        section(&mut text, "Needs approval", self.approvals.iter().map(|what| format!("- {}", prose(what))));
        text
    }
}

impl PlanStep {
    fn told(&self) -> String {
        let files: Vec<_> = self.files.iter().map(|file| format!("`{}`", plain(file.as_str()))).collect();
        match files.is_empty() {
            true => prose(&self.what),
            false => format!("{} ({})", prose(&self.what), files.join(", ")),
        }
    }
}

impl PlannedCapability {
    fn told(&self) -> String {
        let why = self.refused_because.as_ref().map(|why| format!(": {}", prose(why))).unwrap_or_default();
        let standing = match self.standing {
            Standing::Granted => String::new(),
            Standing::NeedsApproval => format!(" (needs approval{why})"),
            Standing::Refused => format!(" (refused{why})"),
        };
        format!("- `{}`: {}{standing}", self.capability, prose(&self.reason))
    }
}

fn section(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<_> = lines.map(|line| format!("{line}\n")).collect();
    if !lines.is_empty() {
        text.push_str(&format!("\n## {title}\n\n{}", lines.concat()));
    }
}
