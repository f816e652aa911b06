//! The first thing that a model is told: the task, and as much of the repository as it
//! needs, marked as a stranger's.

use agent_contract::{RepoPath, Request, plan::PlanStep};

use super::shown::data;
use crate::{host::Content, memory, pass::Surroundings};

const FILE_BYTES_MAX: usize = 16_000;
const FILES_BYTES_MAX: usize = 48_000;

/// The opening for a request.
pub(crate) fn opening(request: &Request, around: &Surroundings, steps: &[PlanStep]) -> String {
    let mut text = format!("Task: {}\n", request.instruction.trim());
    if !steps.is_empty() {
        text.push_str("Plan:\n");
        let lines = steps.iter().enumerate().map(|(at, step)| format!("{}. {}\n", at + 1, step.what));
        text.extend(lines);
    }
    if !around.checks.is_empty() {
        text.push_str(&format!("Checks: {}\n", around.checks.join(", ")));
    }
    text.extend(around.task.iter().map(|task| data(&task.source, &task.text)));
    text.extend(around.passages.iter().map(|passage| data(&passage.source, &passage.text)));
    let remembered = around.memory.iter().flat_map(|text| memory::read(text));
    let remembered: String = remembered.map(|entry| format!("- {entry}\n")).collect();
    text.extend((!remembered.is_empty()).then(|| data("memory", &remembered)));
    text.extend((!around.map.is_empty()).then(|| data("map", &around.map)));
    text.extend(files(around));
    text
}

/// The files that are at hand, whole, as far as they may reach.
fn files(around: &Surroundings) -> Vec<String> {
    let mut left = FILES_BYTES_MAX;
    let mut told = Vec::new();
    for (path, content) in &around.files {
        let Some(text) =
            content.as_ref().and_then(text).filter(|text| text.len() <= left.min(FILE_BYTES_MAX))
        else {
            continue;
        };
        left -= text.len();
        told.push(data(path.as_str(), text));
    }
    told
}

fn text(content: &Content) -> Option<&str> {
    std::str::from_utf8(&content.bytes).ok()
}

/// The paths that a text names, among those that there are.
pub(crate) fn named<'a>(instruction: &str, paths: impl Iterator<Item = &'a RepoPath>) -> Vec<&'a RepoPath> {
    let holds = |path: &&RepoPath| {
        let name = path.as_str().rsplit('/').next().unwrap_or_default();
        instruction.contains(path.as_str())
            || name.contains('.') && words(instruction).any(|word| word == name)
    };
    paths.filter(holds).collect()
}

/// The words of a text that can be names of something in a program.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/');
    text.split(move |c| !part(c)).map(|word| word.trim_matches(['.', '-', '/'])).filter(|word| word.len() > 1)
}
