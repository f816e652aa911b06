//! Whole files: a path, and below it the content in a fence.

use super::{
    fault::{ProposalFault, path},
    names,
    step::{Action, Onto, Step},
};

/// Reads the files.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, ProposalFault> {
    let lines: Vec<_> = text.split_terminator('\n').collect();
    let mut steps: Vec<Step> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let Some((mark, count, info)) = names::fence(lines[at]) else {
            at += 1;
            continue;
        };
        let end = (at + 1..lines.len()).find(|line| names::closes(lines[*line], (mark, count)));
        let end = end.ok_or_else(|| {
            ProposalFault::malformed(at + 1, "a fence that is never closed; the proposal seems cut off")
        })?;
        if let Some(name) = names::in_info(info).or_else(|| above(&lines[..at])) {
            steps.push(step(name, at + 1, &lines[at + 1..end])?);
        }
        at = end + 1;
    }
    match steps
        .iter()
        .enumerate()
        .find(|(index, step)| steps[..*index].iter().any(|other| other.path == step.path))
    {
        Some((_, step)) => {
            Err(ProposalFault::malformed(step.line, format!("`{}` is given twice", step.path)))
        }
        None => Ok(steps),
    }
}

fn above<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let line = lines.iter().rev().find(|line| !line.trim().is_empty())?;
    names::fence(line).is_none().then(|| names::heading(line)).flatten()
}

fn step(name: &str, line: usize, content: &[&str]) -> Result<Step, ProposalFault> {
    let bytes = content.iter().flat_map(|line| [line.as_bytes(), b"\n"]).flatten().copied().collect();
    Ok(Step {
        path: path(name, line)?,
        line,
        action: Action::Write { bytes, mode: None, onto: Onto::Anything },
    })
}
