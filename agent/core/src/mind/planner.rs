//! A plan by a model.

use std::collections::BTreeSet;

use agent_contract::{RepoPath, plan::PlanStep};
use serde::Deserialize;
use serde_json::json;

use super::{
    Line, Model,
    line::{Question, shaped},
    prompt,
};
use crate::{
    Host,
    model::{Message, Shape},
    pass::{Granted, Stop},
};

/// What a model plans. What it leaves out is nothing: not every server keeps to a shape.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Drafted {
    steps: Vec<Step>,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    pub risks: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Step {
    what: String,
    #[serde(default)]
    files: Vec<String>,
}

impl Drafted {
    /// The steps, with the files that can be files; a model's other words are no paths.
    pub fn steps(&self) -> Vec<PlanStep> {
        let steps = self.steps.iter().filter(|step| !step.what.trim().is_empty());
        steps.map(|step| PlanStep { what: step.what.clone(), files: paths(&step.files) }).collect()
    }

    /// The files, each once. What a step is about is expected to change, too.
    pub fn paths(&self) -> Vec<RepoPath> {
        let of_steps = self.steps.iter().flat_map(|step| paths(&step.files));
        paths(&self.files).into_iter().chain(of_steps).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

fn paths(named: &[String]) -> Vec<RepoPath> {
    named.iter().filter_map(|path| RepoPath::parse(path.trim_start_matches("./")).ok()).collect()
}

/// Asks for a plan.
pub(crate) fn plan<H: Host>(
    line: &mut Line<H::Capability>,
    granted: &Granted<H>,
    host: &mut H,
    models: &mut Vec<Model>,
    opening: String,
) -> Result<Drafted, Stop> {
    let (shape, messages) = (shape(), [Message::Person(opening)]);
    let question = Question { prompt: prompt::PLAN, messages: &messages, tools: &[], shape: Some(&shape) };
    shaped(line, granted, host, models, &question)
}

fn shape() -> Shape {
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    let step = json!({
        "type": "object", "additionalProperties": false,
        "properties": { "what": { "type": "string" }, "files": texts }, "required": ["what", "files"],
    });
    let schema = json!({
        "type": "object", "additionalProperties": false,
        "properties": { "steps": { "type": "array", "items": step }, "files": texts, "risks": texts },
        "required": ["steps", "files", "risks"],
    });
    Shape { name: "plan".to_owned(), schema }
}
