//! What earlier runs proved, in a file that people can read: short facts, the newest last,
//! bounded, and nothing that could be a secret.

mod notes;
mod secret;

#[cfg(test)]
mod tests;

use agent_contract::fault::is_unseen;

pub use notes::{Proof, notes};
pub use secret::could_be_secret;

/// The whole file at the most.
pub const BYTES_MAX: usize = 8 * 1024;
/// An entry at the most.
pub const ENTRY_BYTES_MAX: usize = 400;

const ENTRIES_MAX: usize = 2048;
/// What is longer than this is not looked at: most of it could be left out and it still
/// would not be short.
const LOOKED_AT_MAX: usize = 8 * ENTRY_BYTES_MAX;

const HEAD: &str = "\
# Memory

What earlier runs found out here. Each line is one fact; change or delete what is wrong.

";

/// Why something is not remembered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MemoryFault {
    /// It says nothing.
    #[error("an entry of the memory says nothing")]
    Empty,
    /// It says too much.
    #[error("an entry of the memory has {0} bytes, more than {ENTRY_BYTES_MAX}")]
    TooLong(usize),
    /// It looks as if it held a secret.
    #[error("an entry of the memory could hold a secret; none is kept there")]
    Secret,
}

impl MemoryFault {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "memory-empty",
            Self::TooLong(_) => "memory-too-long",
            Self::Secret => "memory-secret",
        }
    }
}

/// The entries of a memory, the oldest first. What is no entry, or not one that could have
/// been added, is left out: people and strangers can write to the file.
pub fn read(text: &str) -> Vec<String> {
    // No more fit, however short they are; the file can be of any length.
    let newest = text.lines().rev().filter_map(|line| line.strip_prefix("- ")).take(ENTRIES_MAX);
    let plain: Vec<String> = newest.filter_map(|entry| plain(entry).ok()).collect();
    let mut entries = Vec::new();
    plain.into_iter().rev().for_each(|entry| put(&mut entries, entry));
    bounded(entries)
}

/// The memory with one more entry. One that is there already becomes the newest; the
/// oldest are forgotten for it.
pub fn add(text: &str, entry: &str) -> Result<String, MemoryFault> {
    let entry = plain(entry)?;
    let mut entries = read(text);
    put(&mut entries, entry);
    Ok(written(&bounded(entries)))
}

/// The file with these entries.
fn written(entries: &[String]) -> String {
    let lines: String = entries.iter().map(|entry| format!("- {entry}\n")).collect();
    format!("{HEAD}{lines}")
}

fn put(entries: &mut Vec<String>, entry: String) {
    entries.retain(|there| !there.eq_ignore_ascii_case(&entry));
    entries.push(entry);
}

/// As many of the newest as fit.
fn bounded(mut entries: Vec<String>) -> Vec<String> {
    let mut left = BYTES_MAX - HEAD.len();
    let fitting = entries.iter().rev().take_while(|entry| {
        let fits = entry.len() + 3 <= left;
        left = left.saturating_sub(entry.len() + 3);
        fits
    });
    let count = fitting.count();
    entries.split_off(entries.len() - count)
}

/// An entry on one line, that is no heading and no list and hides nothing.
fn plain(entry: &str) -> Result<String, MemoryFault> {
    if entry.len() > LOOKED_AT_MAX {
        return Err(MemoryFault::TooLong(entry.len()));
    }
    let seen: String =
        entry.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !is_unseen(*c)).collect();
    let joined = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    let open = joined.replace("<!--", "").replace("-->", "").replace("```", "`");
    let text = open.trim_start_matches(|c: char| c.is_whitespace() || "#>*+-=~|".contains(c)).trim_end();
    match text {
        "" => Err(MemoryFault::Empty),
        _ if could_be_secret(entry) || could_be_secret(text) => Err(MemoryFault::Secret),
        _ if text.len() > ENTRY_BYTES_MAX => Err(MemoryFault::TooLong(text.len())),
        _ => Ok(text.to_owned()),
    }
}
