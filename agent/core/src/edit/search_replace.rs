//! Blocks of `<<<<<<< SEARCH`, `=======`, `>>>>>>> REPLACE` under a path.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{
    detect::is_search,
    fault::{ProposalFault, path},
    names,
    step::{Action, BodyLine, Hunk, Onto, Sign, Step},
};

/// Reads the blocks.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, ProposalFault> {
    let lines: Vec<_> = text.split_terminator('\n').collect();
    let mut steps = Vec::new();
    let mut last: Option<String> = None;
    let mut at = 0;
    while at < lines.len() {
        if !is_search(lines[at]) {
            at += 1;
            continue;
        }
        let name = name_above(&lines, at).map(str::to_owned).or(last.take());
        let name = name.ok_or_else(|| ProposalFault::malformed(at + 1, "a block without a path above it"))?;
        let (divider, end) = (find(&lines, at, is_divider, "=======")?, 0);
        let end = end.max(find(&lines, divider, is_replace, ">>>>>>> REPLACE")?);
        steps.push(step(&name, at + 1, &lines[at + 1..divider], &lines[divider + 1..end])?);
        last = Some(name);
        at = end + 1;
    }
    Ok(steps)
}

fn is_mark(line: &str, mark: char, word: &str) -> bool {
    let line = line.trim_end();
    let rest = line.trim_start_matches(mark);
    (5..=9).contains(&(line.len() - rest.len())) && rest.trim() == word
}

fn is_divider(line: &str) -> bool {
    is_mark(line, '=', "")
}

fn is_replace(line: &str) -> bool {
    is_mark(line, '>', "REPLACE")
}

fn find(lines: &[&str], from: usize, is: fn(&str) -> bool, mark: &str) -> Result<usize, ProposalFault> {
    let found = lines.iter().enumerate().skip(from + 1).find(|(_, line)| is(line) || is_search(line));
    match found {
        Some((at, line)) if is(line) => Ok(at),
        Some((at, _)) => Err(ProposalFault::malformed(
            at + 1,
            format!("a block starts before `{mark}` ended the one before"),
        )),
        None => Err(ProposalFault::malformed(
            from + 1,
            format!("a block without `{mark}`; the proposal seems cut off"),
        )),
    }
}

/// The path above a block, or in the fence around it.
fn name_above<'a>(lines: &[&'a str], at: usize) -> Option<&'a str> {
    let mut above = lines[..at].iter().rev().filter(|line| !line.trim().is_empty());
    let first = above.next()?;
    if is_replace(first) {
        return None;
    }
    let Some((_, _, info)) = names::fence(first) else { return names::heading(first) };
    let heading = above.next().filter(|line| names::fence(line).is_none() && !is_replace(line));
    names::in_info(info).or_else(|| heading.and_then(|line| names::heading(line)))
}

fn step(name: &str, line: usize, old: &[&str], new: &[&str]) -> Result<Step, ProposalFault> {
    let file = path(name, line)?;
    if old.iter().all(|line| line.trim().is_empty()) {
        let text: String =
            new.iter().map(|line| format!("{}\n", line.strip_suffix('\r').unwrap_or(line))).collect();
        return Ok(Step {
            path: file,
            line,
            action: Action::Write { bytes: text.into_bytes(), mode: None, onto: Onto::Empty },
        });
    }
    let hunk = hunk(line, old, new);
    Ok(Step {
        path: file,
        line,
        action: Action::Patch { hunks: vec![hunk], to: None, keep: false, mode: None },
    })
}

/// Lines that stand in both halves are kept as the file has them.
fn hunk(line: usize, old: &[&str], new: &[&str]) -> Hunk {
    let mut body = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        let (removed, added) = (&old[op.old_range()], &new[op.new_range()]);
        match op {
            DiffOp::Equal { .. } => body.extend(removed.iter().map(|line| BodyLine::new(Sign::Keep, line))),
            _ => {
                body.extend(removed.iter().map(|line| BodyLine::new(Sign::Remove, line)));
                body.extend(added.iter().map(|line| BodyLine::new(Sign::Add, line)));
            }
        }
    }
    let mut hunk = Hunk { line, body, ..Hunk::default() };
    hunk.settle_ends();
    hunk
}
