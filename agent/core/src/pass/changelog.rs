//! The entry for the changelog.

use crate::host::Change;

const TITLE_CHARS_MAX: usize = 72;

/// The first line of an instruction, short enough for a commit's title.
pub fn title(instruction: &str) -> String {
    let line = instruction.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("Change");
    match line.chars().count() > TITLE_CHARS_MAX {
        true => line.chars().take(TITLE_CHARS_MAX - 1).chain(['…']).collect(),
        false => line.to_owned(),
    }
}

/// What was done, in Markdown, a line a file.
pub fn entry(instruction: &str, changes: &[Change]) -> String {
    let lines = changes.iter().map(|change| format!("  - {}\n", line(change)));
    format!("- {}\n{}", title(instruction), lines.collect::<String>())
}

fn line(change: &Change) -> String {
    match change {
        Change::Write { path, .. } => format!("`{path}` changed"),
        Change::Delete { path } => format!("`{path}` deleted"),
        Change::Rename { from, to } => format!("`{from}` renamed to `{to}`"),
    }
}
