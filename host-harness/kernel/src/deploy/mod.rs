//! Deployment targets, planned and never touched: what would be done is written down, and
//! validated by the target's own tool where that needs no connection. There is no primitive
//! that does it.

mod docker;
mod kubernetes;
mod markdown;
mod process;
mod ssh;

use std::path::Path;

use policy::{
    Code,
    config::{TargetConfig, TargetKind},
};
use serde::Serialize;

use crate::{
    KernelError,
    container::Stage,
    process::Cancel,
    tool::{Bounds, Said, Tool},
    workspace::scratch::Scratch,
};

/// What a deployment would do.
#[derive(Debug, Clone, Serialize)]
pub struct DeploymentPlan {
    /// The target.
    pub target: String,
    /// What it is.
    pub kind: &'static str,
    /// What would be done, in order.
    pub steps: Vec<Step>,
    /// Files that would be written for it, which the repository does not hold.
    pub documents: Vec<Document>,
    /// The repository's files that would go there.
    pub files: Vec<String>,
    /// Who looked at it, and what they said.
    pub validations: Vec<Validation>,
}

/// One thing that would be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it is for.
    pub what: String,
    /// The command, word by word.
    pub argv: Vec<String>,
}

/// A file that would be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// Where it would lie.
    pub name: String,
    /// What it would hold.
    pub text: String,
}

/// What a tool said of a plan without touching the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Validation {
    /// What was looked at.
    pub what: String,
    /// What came of it.
    pub outcome: Validity,
    /// `validated by X version`, or why it was not.
    pub by: String,
    /// What the tool said.
    pub message: String,
}

/// What came of a validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// It is right, as far as the tool can tell.
    Valid,
    /// It is wrong.
    Invalid,
    /// Nobody looked.
    NotValidated,
}

impl DeploymentPlan {
    /// Whether nothing of it was found wrong. What nobody looked at is not found wrong.
    pub fn is_plausible(&self) -> bool {
        self.validations.iter().all(|validation| validation.outcome != Validity::Invalid)
    }

    /// The plan for people.
    pub fn markdown(&self) -> String {
        markdown::of(self)
    }
}

/// Plans a deployment. Nothing is done, nobody is connected to, no credential is read.
pub fn plan(
    target: &TargetConfig,
    stage: &Stage,
    within: &Path,
    cancel: &Cancel,
) -> Result<DeploymentPlan, KernelError> {
    let scratch = Scratch::new(within).map_err(KernelError::io("make a folder in", within.display()))?;
    let desk = Desk { target, stage, scratch, cancel };
    let mut plan = DeploymentPlan {
        target: target.name.clone(),
        kind: target.kind.as_str(),
        steps: Vec::new(),
        documents: Vec::new(),
        files: Vec::new(),
        validations: Vec::new(),
    };
    match target.kind {
        TargetKind::Process => process::fill(&desk, &mut plan)?,
        TargetKind::Docker => docker::fill(&desk, &mut plan)?,
        TargetKind::Ssh => ssh::fill(&desk, &mut plan)?,
        TargetKind::Kubernetes => kubernetes::fill(&desk, &mut plan)?,
    }
    Ok(plan)
}

/// What plans are made with.
struct Desk<'a> {
    target: &'a TargetConfig,
    stage: &'a Stage,
    scratch: Scratch,
    cancel: &'a Cancel,
}

const BOUNDS: Bounds = Bounds { wall: std::time::Duration::from_secs(20), bytes: 64 * 1024 };

impl Desk<'_> {
    /// The files beneath the configured paths; a path that leads to none is a mistake.
    fn files(&self, paths: &[String]) -> Result<Vec<String>, KernelError> {
        let mut files = Vec::new();
        for path in paths {
            let found = self.stage.files(path)?;
            if found.is_empty() {
                return Err(
                    self.invalid(&format!("`{path}` is no file of the repository, or one that git ignores"))
                );
            }
            files.extend(found);
        }
        files.sort();
        files.dedup();
        Ok(files)
    }

    fn invalid(&self, why: &str) -> KernelError {
        KernelError::new(Code::TargetInvalid, format!("target `{}`: {why}", self.target.name))
    }

    /// A tool that knows nothing of the user: neither who they are nor where their clusters are.
    fn tool(&self, name: &str) -> Option<Tool> {
        let home = self.scratch.files().to_string_lossy().into_owned();
        let tool =
            Tool::find(name)?.without("XDG_RUNTIME_DIR").with("HOME", home.clone()).with("USERPROFILE", home);
        Some(tool.with("KUBECONFIG", self.scratch.files().join("none").to_string_lossy()))
    }

    fn call(&self, tool: &Tool, words: &[&str]) -> Result<Said, KernelError> {
        let words: Vec<_> = words.iter().map(ToString::to_string).collect();
        tool.call(&words, &self.scratch.files(), BOUNDS, self.cancel)
    }

    /// The first line of what a tool says of its version.
    fn version(&self, tool: &Tool, words: &[&str]) -> Result<String, KernelError> {
        let said = self.call(tool, words)?;
        let text = if said.out.trim().is_empty() { said.err } else { said.out };
        Ok(agent_contract::fault::shown(text.lines().next().unwrap_or_default().trim()))
    }

    /// A file of our own for a tool to look at.
    fn lay(&self, name: &str, text: &str) -> Result<String, KernelError> {
        let path = self.scratch.files().join(name);
        std::fs::write(&path, text).map_err(KernelError::io("write", path.display()))?;
        Ok(path.to_string_lossy().into_owned())
    }
}

impl Step {
    fn new(what: impl Into<String>, argv: &[&str]) -> Self {
        Self { what: what.into(), argv: argv.iter().map(ToString::to_string).collect() }
    }
}

impl Validation {
    fn of(what: &str, outcome: Validity, by: &str, message: impl Into<String>) -> Self {
        Self { what: what.to_owned(), outcome, by: format!("validated by {by}"), message: message.into() }
    }

    fn not(what: &str, why: &str) -> Self {
        let by = format!("not validated: {why}");
        Self { what: what.to_owned(), outcome: Validity::NotValidated, by, message: String::new() }
    }

    fn missing(what: &str, tool: &str) -> Self {
        Self::not(what, &format!("{tool} is not installed"))
    }
}
