//! The entry for the changelog, and what people are told in a few words.

use agent_contract::{
    check::CheckResult,
    fault::{plain, prose},
};

use crate::host::Change;

const TITLE_CHARS_MAX: usize = 72;
const TOLD_MAX: usize = 20;

/// The first line of an instruction, short enough for a commit's title.
pub fn title(instruction: &str) -> String {
    let line = instruction.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("Change");
    match line.chars().count() > TITLE_CHARS_MAX {
        true => line.chars().take(TITLE_CHARS_MAX - 1).chain(['…']).collect(),
        false => line.to_owned(),
    }
}

/// What a change is, for people.
pub struct Told<'a> {
    /// What was asked for.
    pub instruction: &'a str,
    /// What was done and why, in the words of whoever made it.
    pub words: &'a str,
    /// What a recipe did and left, a line each.
    pub steps: &'a [String],
    /// The change.
    pub changes: &'a [Change],
    /// What was run on it.
    pub checks: &'a [CheckResult],
}

/// What was done, in Markdown: what, why, the files, the checks.
pub fn entry(told: &Told) -> String {
    let mut entry = format!("- {}\n", prose(&title(told.instruction)));
    let words = prose(told.words);
    if !words.is_empty() {
        entry.push_str(&format!("  {words}\n"));
    }
    let steps = told.steps.iter().take(TOLD_MAX).map(|step| format!("  - {}\n", prose(step)));
    entry.extend(steps);
    if told.steps.is_empty() {
        entry.extend(told.changes.iter().map(|change| format!("  - {}\n", line(change))));
    }
    let checks: Vec<_> = told.checks.iter().map(|check| format!("`{}`", plain(&check.name))).collect();
    if !checks.is_empty() {
        entry.push_str(&format!("  - checked with {}\n", checks.join(", ")));
    }
    entry
}

fn line(change: &Change) -> String {
    match change {
        Change::Write { path, .. } => format!("`{}` changed", plain(path.as_str())),
        Change::Delete { path } => format!("`{}` deleted", plain(path.as_str())),
        Change::Rename { from, to } => {
            format!("`{}` renamed to `{}`", plain(from.as_str()), plain(to.as_str()))
        }
    }
}
