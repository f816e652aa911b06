//! A change, judged against its task by somebody who did not make it.

use serde::Deserialize;
use serde_json::json;

use super::{
    Line, Model,
    line::{Question, shaped},
    prompt,
    shown::{beginning, data},
};
use crate::{
    Host,
    model::{Message, Shape},
    pass::{Granted, Stop},
};

const DIFF_BYTES_MAX: usize = 60_000;

/// What a reviewer says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Opinion {
    pub accept: bool,
    #[serde(default)]
    pub faults: Vec<String>,
    #[serde(default)]
    pub summary: String,
}

/// What of a change a reviewer is not shown, for people.
pub(crate) fn unseen(diff: &str) -> Option<String> {
    let binary = diff.lines().filter(|line| line.starts_with("Binary files ")).count();
    match (diff.len() > DIFF_BYTES_MAX, binary) {
        (true, _) => Some(format!(
            "the review saw {DIFF_BYTES_MAX} of the {} bytes of the change: look at the rest",
            diff.len()
        )),
        (false, 0) => None,
        (false, count) => {
            Some(format!("the review saw nothing of what is in {count} files that are no text: look at them"))
        }
    }
}

/// Asks for a judgement.
pub(crate) fn review<H: Host>(
    line: &mut Line<H::Capability>,
    granted: &Granted<H>,
    host: &mut H,
    models: &mut Vec<Model>,
    instruction: &str,
    diff: &str,
) -> Result<Opinion, Stop> {
    let cut = if diff.len() > DIFF_BYTES_MAX { "The change is longer than what is shown.\n" } else { "" };
    let told =
        format!("Task: {}\n{}{cut}", instruction.trim(), data("change", beginning(diff, DIFF_BYTES_MAX)));
    let (shape, messages) = (shape(), [Message::Person(told)]);
    let question = Question { prompt: prompt::REVIEW, messages: &messages, tools: &[], shape: Some(&shape) };
    shaped(line, granted, host, models, &question)
}

fn shape() -> Shape {
    let schema = json!({
        "type": "object", "additionalProperties": false,
        "properties": {
            "accept": { "type": "boolean" },
            "faults": { "type": "array", "items": { "type": "string" } },
            "summary": { "type": "string" },
        },
        "required": ["accept", "faults", "summary"],
    });
    Shape { name: "review".to_owned(), schema }
}
