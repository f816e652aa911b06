//! Blocks of `<<<<<<< SEARCH`, `=======`, `>>>>>>> REPLACE` under a path.

use std::collections::BTreeMap;

use agent_contract::RepoPath;

use super::{
    fault::{ProposalFault, path},
    halves,
    info::{self, Info},
    names,
    step::{Action, Ends, Hunk, LastEnd, Onto, Place, Step},
};

/// `<<<<<<< SEARCH`
pub(super) fn is_search(line: &str) -> bool {
    mark(line, '<', &["SEARCH", "SEARCH>"]).is_some()
}

fn divider(line: &str) -> Option<usize> {
    mark(line, '=', &[""])
}

fn is_replace(line: &str) -> bool {
    mark(line, '>', &["REPLACE"]).is_some()
}

/// How often a mark stands before its word.
fn mark(line: &str, mark: char, words: &[&str]) -> Option<usize> {
    let line = line.trim_end();
    let rest = line.trim_start_matches(mark);
    let count = line.len() - rest.len();
    ((5..=9).contains(&count) && words.contains(&rest.trim())).then_some(count)
}

/// Reads the blocks.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, ProposalFault> {
    let lines: Vec<_> = text.split_terminator('\n').collect();
    let mut blocks = Blocks { lines: &lines, numbers: BTreeMap::new() };
    let mut steps: Vec<Step> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        if !is_search(lines[at]) {
            at += 1;
            continue;
        }
        let (divider, end) = blocks.rest(at)?;
        let file = match name_above(&lines, at)? {
            Some(name) => path(name, at + 1)?,
            None => steps
                .last()
                .map(|step| step.path.clone())
                .ok_or_else(|| ProposalFault::malformed(at + 1, "a block without a path above it"))?,
        };
        steps.push(blocks.step(file, at, divider, end));
        at = end + 1;
    }
    Ok(steps)
}

struct Blocks<'a> {
    lines: &'a [&'a str],
    /// How many blocks there were for a file.
    numbers: BTreeMap<RepoPath, usize>,
}

impl Blocks<'_> {
    /// Where a block's divider and its end are.
    fn rest(&self, start: usize) -> Result<(usize, usize), ProposalFault> {
        let mut after = start + 1..self.lines.len();
        let end = after.find(|at| is_replace(self.lines[*at]) || is_search(self.lines[*at]));
        let end = end.ok_or_else(|| {
            let what = "a block without `>>>>>>> REPLACE`; the proposal seems cut off";
            ProposalFault::malformed(start + 1, what)
        })?;
        if is_search(self.lines[end]) {
            let what = "a block starts before `>>>>>>> REPLACE` ended the one before";
            return Err(ProposalFault::malformed(end + 1, what));
        }
        Ok((self.divider(start, end)?, end))
    }

    /// Headings of some texts are underlined with what looks like a divider: the real one
    /// is as long as the mark of the block.
    fn divider(&self, start: usize, end: usize) -> Result<usize, ProposalFault> {
        let found: Vec<_> = (start + 1..end).filter_map(|at| Some((at, divider(self.lines[at])?))).collect();
        let length = mark(self.lines[start], '<', &["SEARCH", "SEARCH>"]);
        let fitting: Vec<_> = found.iter().filter(|(_, count)| Some(*count) == length).collect();
        match (found.as_slice(), fitting.as_slice()) {
            ([(at, _)], _) | (_, [(at, _)]) => Ok(*at),
            ([], _) => Err(ProposalFault::malformed(start + 1, "a block without `=======`")),
            ([_, (at, _), ..], _) => {
                let what =
                    "a second `=======` in a block; write its marks longer than those in the text, up to 9";
                Err(ProposalFault::malformed(at + 1, what))
            }
        }
    }

    fn step(&mut self, file: RepoPath, start: usize, divider: usize, end: usize) -> Step {
        let (old, new) = (&self.lines[start + 1..divider], &self.lines[divider + 1..end]);
        let transported = self.lines[start].ends_with('\r');
        let at = Place::Line(start + 1);
        if old.iter().all(|line| line.trim().is_empty()) {
            let text =
                |line: &&str| format!("{}\n", if transported { line.trim_end_matches('\r') } else { line });
            let bytes = new.iter().map(text).collect::<String>().into_bytes();
            return Step::in_turn(file, at, Action::Write { bytes, mode: None, onto: Onto::Empty });
        }
        let number = self.numbers.entry(file.clone()).or_default();
        *number += 1;
        let hunk = Hunk {
            line: start + 1,
            number: *number,
            anchors: Vec::new(),
            stated: None,
            at_end: false,
            body: halves::body(old, new),
            missing: 0,
            ends: if transported { Ends::Nothing } else { Ends::IfAny },
            last: LastEnd::Kept,
        };
        Step::in_turn(file, at, Action::Patch { hunks: vec![hunk], target: None, mode: None })
    }
}

/// The path above a block, or in the fence around it.
fn name_above<'a>(lines: &[&'a str], at: usize) -> Result<Option<&'a str>, ProposalFault> {
    let mut above = (0..at).rev().filter(|at| !lines[*at].trim().is_empty());
    let Some(first) = above.next().filter(|at| !is_replace(lines[*at])) else { return Ok(None) };
    let Some((_, _, info)) = names::fence(lines[first]) else { return Ok(names::heading(lines[first])) };
    let heading = above.next().map(|at| lines[at]);
    let heading = heading.filter(|line| names::fence(line).is_none() && !is_replace(line));
    let heading = heading.and_then(names::heading);
    match info::read(info) {
        Info::Path(name) => Ok(Some(name)),
        Info::Perhaps(name) => Ok(heading.or(Some(name))),
        Info::Nothing => Ok(heading),
        Info::Unclear(text) => Err(info::unclear(text, first + 1)),
    }
}
