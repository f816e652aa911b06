//! Whole files: a path, and below it the content in a fence.

use super::{
    fault::{ProposalFault, path},
    info::{self, Info},
    names,
    step::{Action, Onto, Place, Step},
};

/// A fence, by the indices of its lines.
struct Fence<'a> {
    name: Option<&'a str>,
    open: usize,
    close: usize,
}

/// Reads the files.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, ProposalFault> {
    let lines: Vec<_> = text.split_terminator('\n').collect();
    let fences = fences(&lines)?;
    if let Some((file, other)) = torn(&fences) {
        let what = format!(
            "a fence without a path after that of `{file}`; if it is a part of the file, write the file's own fence with more marks"
        );
        return Err(ProposalFault::malformed(other.open + 1, what));
    }
    if fences.iter().all(|fence| fence.name.is_none()) {
        return Ok(Vec::new());
    }
    fences.iter().map(|fence| step(fence.name.ok_or_else(|| nameless(fence))?, fence, &lines)).collect()
}

/// It may be an example, or a file whose name was not seen: it would be lost.
fn nameless(fence: &Fence) -> ProposalFault {
    let what = "a fence without a path; write the path above it in backticks, or leave the fence out";
    ProposalFault::malformed(fence.open + 1, what)
}

fn fences<'a>(lines: &[&'a str]) -> Result<Vec<Fence<'a>>, ProposalFault> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let Some((mark, count, info)) = names::fence(lines[at]) else {
            at += 1;
            continue;
        };
        let close = (at + 1..lines.len()).find(|line| names::closes(lines[*line], (mark, count)));
        let close = close.ok_or_else(|| {
            ProposalFault::malformed(at + 1, "a fence that is never closed; the proposal seems cut off")
        })?;
        found.push(Fence { name: name(info, lines, at)?, open: at, close });
        at = close + 1;
    }
    Ok(found)
}

fn name<'a>(info: &'a str, lines: &[&'a str], at: usize) -> Result<Option<&'a str>, ProposalFault> {
    match info::read(info) {
        Info::Path(name) => Ok(Some(name)),
        Info::Perhaps(name) => Ok(above(&lines[..at]).or(Some(name))),
        Info::Nothing => Ok(above(&lines[..at])),
        Info::Unclear(text) => Err(info::unclear(text, at + 1)),
    }
}

fn above<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let line = lines.iter().rev().find(|line| !line.trim().is_empty())?;
    names::fence(line).is_none().then(|| names::sure_heading(line)).flatten()
}

/// A text that holds fences itself ends too early at the first of them, unless its own
/// is longer: the rest of it then looks like fences that belong to no file.
fn torn<'a>(fences: &'a [Fence<'a>]) -> Option<(&'a str, &'a Fence<'a>)> {
    let texts = [".md", ".markdown", ".mdx", ".mdc", ".rst", ".adoc", ".txt"];
    fences.windows(2).find_map(|pair| {
        let name =
            pair[0].name.filter(|name| texts.iter().any(|end| name.to_ascii_lowercase().ends_with(end)))?;
        pair[1].name.is_none().then_some((name, &pair[1]))
    })
}

fn step(name: &str, fence: &Fence, lines: &[&str]) -> Result<Step, ProposalFault> {
    let content = &lines[fence.open + 1..fence.close];
    // Where the fence itself ends with a carriage return, all of the proposal does.
    let transported = lines[fence.open].ends_with('\r');
    let line = |line: &&str| format!("{}\n", if transported { line.trim_end_matches('\r') } else { line });
    let bytes = content.iter().map(line).collect::<String>().into_bytes();
    let action = Action::Write { bytes, mode: None, onto: Onto::Anything };
    Ok(Step::in_turn(path(name, fence.open + 1)?, Place::Line(fence.open + 1), action))
}
